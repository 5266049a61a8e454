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

#include "core/base/transpose-inl.h"
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

// Lane i: the sum over the lanes of row i, for as many rows of a vector each as D has lanes. Halves
// of two vectors are added until one vector is left.
template <class D>
HWY_INLINE hn::Vec<D> sumsOfRows(D d, const float* HWY_RESTRICT rows) {
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  hn::Vec<D> sums[kLanes];
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kLanes; ++i) sums[i] = hn::Load(d, rows + i * kLanes);
  HWY_UNROLL(4)
  for (std::size_t count = kLanes; count > 1; count /= 2) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < count / 2; ++i) {
      sums[i] = hn::Add(hn::ConcatEven(d, sums[2 * i + 1], sums[2 * i]),
                        hn::ConcatOdd(d, sums[2 * i + 1], sums[2 * i]));
    }
  }
  return sums[0];
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

// to[j][i] = from[i][j] for as many rows and columns as D has lanes.
template <class D>
HWY_INLINE void transposeSquare(D d, const float* HWY_RESTRICT from, std::size_t from_stride,
                                float* HWY_RESTRICT to, std::size_t to_stride) {
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  hn::Vec<D> rows[kLanes];
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kLanes; ++i) rows[i] = hn::LoadU(d, from + i * from_stride);
  lineament::HWY_NAMESPACE::transposeRows(d, rows);
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kLanes; ++i) hn::StoreU(rows[i], d, to + i * to_stride);
}

// The whole squares of D's lanes; rest(i, j, rows, columns) is called for the parts beside them.
template <class D, class Rest>
HWY_INLINE void transposeSquares(D d, const float* HWY_RESTRICT from, std::size_t rows,
                                 std::size_t columns, std::size_t from_stride,
                                 float* HWY_RESTRICT to, std::size_t to_stride, const Rest& rest) {
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t whole_rows = rows / lanes * lanes, whole_columns = columns / lanes * lanes;
  for (std::size_t i = 0; i < whole_rows; i += lanes) {
    for (std::size_t j = 0; j < whole_columns; j += lanes) {
      transposeSquare(d, from + i * from_stride + j, from_stride, to + j * to_stride + i,
                      to_stride);
    }
  }
  if (whole_columns < columns) rest(0, whole_columns, whole_rows, columns - whole_columns);
  if (whole_rows < rows) rest(whole_rows, 0, rows - whole_rows, columns);
}

// to[j][i] = from[i][j] for `rows` rows of `columns` numbers; any counts.
HWY_INLINE void transpose(const float* HWY_RESTRICT from, std::size_t rows, std::size_t columns,
                          std::size_t from_stride, float* HWY_RESTRICT to, std::size_t to_stride) {
  const auto single = [&](std::size_t i, std::size_t j, std::size_t height, std::size_t width) {
    for (std::size_t r = i; r < i + height; ++r) {
      for (std::size_t c = j; c < j + width; ++c) to[c * to_stride + r] = from[r * from_stride + c];
    }
  };
  const auto small = [&](std::size_t i, std::size_t j, std::size_t height, std::size_t width) {
    transposeSquares(
        hn::Full128<float>(), from + i * from_stride + j, height, width, from_stride,
        to + j * to_stride + i, to_stride,
        [&](std::size_t r, std::size_t c, std::size_t rest_height, std::size_t rest_width) {
          single(i + r, j + c, rest_height, rest_width);
        });
  };
  transposeSquares(hn::ScalableTag<float>(), from, rows, columns, from_stride, to, to_stride,
                   small);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
