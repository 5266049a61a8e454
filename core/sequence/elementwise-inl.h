// SPDX-License-Identifier: GPL-3.0-or-later
// Loops over the numbers of a tile, in the vector instructions of the including target. Counts are
// whole tile rows (multiples of kTilePadding) unless a function says otherwise.
#if defined(LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H
#undef LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H
#else
#define LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "core/sequence/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

HWY_INLINE void scaleAll(float* HWY_RESTRICT x, std::size_t count, float factor) {
  const hn::ScalableTag<float> d;
  const auto factors = hn::Set(d, factor);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), factors), d, x + i);
  }
}

// to += from, of any count.
HWY_INLINE void addRow(const float* HWY_RESTRICT from, std::size_t count, float* HWY_RESTRICT to) {
  const hn::ScalableTag<float> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::Add(hn::LoadU(d, to + i), hn::LoadU(d, from + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] += from[i];
}

// to = from * factor
HWY_INLINE void scaleRow(const float* HWY_RESTRICT from, float* HWY_RESTRICT to, std::size_t count,
                         float factor) {
  const hn::ScalableTag<float> d;
  const auto factors = hn::Set(d, factor);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::StoreU(hn::Mul(hn::LoadU(d, from + i), factors), d, to + i);
  }
}

// a . b of whole tile rows, whose padding is 0 in one of them.
HWY_INLINE float rowDot(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                        std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

HWY_INLINE float rowSum(const float* HWY_RESTRICT x, std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) sum = hn::Add(sum, hn::LoadU(d, x + i));
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

HWY_INLINE float largest(const float* HWY_RESTRICT x, std::size_t count) {
  const hn::ScalableTag<float> d;
  auto top = hn::LoadU(d, x);
  for (std::size_t i = hn::Lanes(d); i < count; i += hn::Lanes(d)) {
    top = hn::Max(top, hn::LoadU(d, x + i));
  }
  return hn::GetLane(hn::MaxOfLanes(d, top));
}

// x = exp(x - shift), within 2 units in the last place; returns the sum. No x may pass the shift by
// more than 88; from 87 under it on the result is 0.
HWY_INLINE float exponentials(float* HWY_RESTRICT x, std::size_t count, float shift) {
  const hn::ScalableTag<float> d;
  const auto shifts = hn::Set(d, shift);
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto power = boundedExponential(d, hn::Sub(hn::LoadU(d, x + i), shifts));
    hn::StoreU(power, d, x + i);
    sum = hn::Add(sum, power);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// to[j][i] = from[i][j] for `rows` rows of `columns` numbers; any counts.
HWY_INLINE void transpose(const float* HWY_RESTRICT from, std::size_t rows, std::size_t columns,
                          std::size_t from_stride, float* HWY_RESTRICT to, std::size_t to_stride) {
  const hn::Full128<float> d;
  const hn::Full128<double> pairs;
  const std::size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (std::size_t i = 0; i < whole_rows; i += 4) {
    for (std::size_t j = 0; j < whole_columns; j += 4) {
      const float* block = from + i * from_stride + j;
      const auto a = hn::LoadU(d, block), b = hn::LoadU(d, block + from_stride);
      const auto c = hn::LoadU(d, block + 2 * from_stride);
      const auto e = hn::LoadU(d, block + 3 * from_stride);
      const auto ab = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
      const auto ce = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
      const auto ab_upper = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
      const auto ce_upper = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
      float* out = to + j * to_stride + i;
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab, ce)), d, out);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab, ce)), d, out + to_stride);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_upper, ce_upper)), d,
                 out + 2 * to_stride);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_upper, ce_upper)), d,
                 out + 3 * to_stride);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t first = i < whole_rows ? whole_columns : 0;
    for (std::size_t j = first; j < columns; ++j) to[j * to_stride + i] = from[i * from_stride + j];
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
