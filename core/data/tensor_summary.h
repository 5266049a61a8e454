// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/context.h"
#include "core/data/tensor.h"

namespace lineament {

// What the values of a tensor are like; of complex ones the real parts.
struct TensorSummary {
  static constexpr std::size_t kBins = 64;

  std::uint64_t count = 0;
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
  std::uint64_t zeros = 0;
  // Of the finite values; NaN where there is none.
  double low = 0;
  double high = 0;
  double mean = 0;
  double deviation = 0;                          // population standard deviation
  std::array<std::uint64_t, kBins> histogram{};  // over [low, high]

  std::uint64_t finite() const { return count - nan - infinite; }
};

// Reads every value, in blocks on several threads, with the same result at any number of them.
// Throws Error "tensor.packed" for types of less than a byte, Cancelled when the context says so.
TensorSummary summarize(const Tensor& tensor, const Context& context);

}  // namespace lineament
