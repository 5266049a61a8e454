// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tensor_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace lineament {

namespace {

constexpr ErrorText kPacked{"tensor.packed", "Read the values of a tensor of the type {dtype}",
                            "several of its values share a byte, which cannot be taken apart yet",
                            "", "Convert the tensor to float16 or float32"};

constexpr std::size_t kBlock = 1 << 16;

// Counts, extremes and moments of some of the values; two parts add up (Chan, Golub and LeVeque,
// 1979).
struct Moments {
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
  std::uint64_t zeros = 0;
  std::uint64_t finite = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double mean = 0;
  double squares = 0;  // of the distances to the mean

  void add(const Moments& other) {
    nan += other.nan;
    infinite += other.infinite;
    zeros += other.zeros;
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    if (other.finite == 0) return;
    const auto here = static_cast<double>(finite), there = static_cast<double>(other.finite);
    const double step = other.mean - mean;
    mean += step * (there / (here + there));
    squares += other.squares + step * step * (here * there / (here + there));
    finite += other.finite;
  }
};

// Of a block of values, in two passes around a value of the block, so that a common offset takes no
// digits from the spread.
Moments momentsOf(const std::vector<double>& values) {
  Moments part;
  double shift = 0, sum = 0;
  for (const double value : values) {
    if (std::isnan(value)) {
      ++part.nan;
    } else if (std::isinf(value)) {
      ++part.infinite;
    } else {
      if (part.finite++ == 0) shift = value;
      part.zeros += value == 0;
      part.low = std::min(part.low, value);
      part.high = std::max(part.high, value);
      sum += value - shift;
    }
  }
  if (part.finite == 0) return part;
  const double offset = sum / static_cast<double>(part.finite);
  part.mean = shift + offset;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double distance = (value - shift) - offset;
    part.squares += distance * distance;
  }
  return part;
}

using Histogram = std::array<std::uint64_t, TensorSummary::kBins>;

Histogram histogramOf(const Tensor& tensor, double low, double high, const Context& context) {
  // Halves, so that the width of a range like [-1e308, 1e308] is a number.
  const double width = high / 2 - low / 2;
  return reduceBlocks<Histogram>(
      tensor.elements(), kBlock, context,
      [&](std::size_t begin, std::size_t end) {
        Histogram bins{};
        for (const double value : tensor.numbers(begin, end - begin)) {
          if (!std::isfinite(value)) continue;
          const double share = width > 0 ? (value / 2 - low / 2) / width : 0.5;
          const auto bin = static_cast<std::size_t>(share * static_cast<double>(bins.size()));
          ++bins[std::min(bin, bins.size() - 1)];
        }
        return bins;
      },
      [](Histogram& left, const Histogram& right) {
        for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
      });
}

}  // namespace

TensorSummary summarize(const Tensor& tensor, const Context& context) {
  if (bitsPerElement(tensor.dtype()) % 8 != 0)
    throw Error(kPacked, {{"dtype", name(tensor.dtype())}});
  const Moments moments = reduceBlocks<Moments>(
      tensor.elements(), kBlock, context.part(0, 0.6),
      [&](std::size_t begin, std::size_t end) {
        return momentsOf(tensor.numbers(begin, end - begin));
      },
      [](Moments& left, const Moments& right) { left.add(right); });
  TensorSummary summary;
  summary.count = tensor.elements();
  summary.nan = moments.nan;
  summary.infinite = moments.infinite;
  summary.zeros = moments.zeros;
  if (moments.finite == 0) {
    summary.low = summary.high = summary.mean = summary.deviation =
        std::numeric_limits<double>::quiet_NaN();
    return summary;
  }
  summary.low = moments.low;
  summary.high = moments.high;
  summary.mean = moments.mean;
  summary.deviation = std::sqrt(moments.squares / static_cast<double>(moments.finite));
  summary.histogram = histogramOf(tensor, summary.low, summary.high, context.part(0.6, 1));
  return summary;
}

}  // namespace lineament
