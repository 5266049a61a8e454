// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace lineament::spatial {

// Points of one block: feature f of point i is values[f * stride + i].
struct Points {
  const float* values;
  std::size_t stride, count;
};

// Points in fixed blocks, so that results do not depend on threads, and files larger than memory
// stream through.
class PointSource {
 public:
  virtual ~PointSource() = default;
  virtual std::size_t features() const = 0;
  virtual std::size_t blocks() const = 0;
  // The points may lie in `room`, which the caller lends. Safe to call from several threads.
  virtual Points block(std::size_t index, std::vector<float>& room) const = 0;
};

}  // namespace lineament::spatial
