// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/sequence/mechanism.h"
#include "core/sequence/problem.h"

namespace lineament::sequence {

// A mechanism part of which reads only the keys that a mask leaves, so that the attention it
// implies has a structure that can be seen.
class SparseReading {
 public:
  virtual ~SparseReading() = default;

  // p[t, s], row-major [T, T]: the share that token s has in what token t reads under the mask, of
  // one head, starting from no state; exactly 0 where the mask leaves it out. In double precision.
  virtual std::vector<double> underMask(const Call<double>& call, std::int64_t batch,
                                        std::int64_t head) const = 0;
};

// The same of a problem's mechanism, of packed sequences of the first one; empty where it has no
// mask.
std::vector<double> attentionUnderMask(const Problem& problem, std::int64_t batch,
                                       std::int64_t head, const Context& context);

}  // namespace lineament::sequence
