// SPDX-License-Identifier: GPL-3.0-or-later
// Loops over the numbers of a tile, in the vector instructions of the including target. Counts are
// whole tile rows (multiples of kTilePadding) unless a function says otherwise.
#if defined(LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H
#undef LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H
#else
#define LINEAMENT_SEQUENCE_ELEMENTWISE_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <cstddef>

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
    const auto power = hn::Exp(d, hn::Sub(hn::LoadU(d, x + i), shifts));
    hn::StoreU(power, d, x + i);
    sum = hn::Add(sum, power);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// to[j][i] = from[i][j] for `rows` rows of `columns` numbers; any counts.
HWY_INLINE void transpose(const float* HWY_RESTRICT from, std::size_t rows, std::size_t columns,
                          std::size_t from_stride, float* HWY_RESTRICT to, std::size_t to_stride) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) to[j * to_stride + i] = from[i * from_stride + j];
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
