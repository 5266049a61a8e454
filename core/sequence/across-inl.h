// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic on tiles that lie across: a row for each feature, a column for each of kTokens tokens,
// in the vector instructions of the including target.
#if defined(LINEAMENT_SEQUENCE_ACROSS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_ACROSS_INL_H
#undef LINEAMENT_SEQUENCE_ACROSS_INL_H
#else
#define LINEAMENT_SEQUENCE_ACROSS_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::size_t kTokens = 32;  // whole vectors of every target
inline constexpr std::int64_t kTokensSigned = 32;

// to[j][i] = from[i][j], by blocks of 4 x 4 in registers; any counts.
HWY_INLINE void transposeTile(const float* HWY_RESTRICT from, std::size_t rows, std::size_t columns,
                              std::size_t from_stride, float* HWY_RESTRICT to,
                              std::size_t to_stride) {
#if HWY_TARGET == HWY_SCALAR
  constexpr std::size_t kWhole = 0;
  const std::size_t whole_rows = kWhole, whole_columns = kWhole;
#else
  const hn::FixedTag<float, 4> d;
  const hn::RepartitionToWide<decltype(d)> pairs;
  const std::size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (std::size_t i = 0; i < whole_rows; i += 4) {
    for (std::size_t j = 0; j < whole_columns; j += 4) {
      const float* block = from + i * from_stride + j;
      const auto a = hn::LoadU(d, block), b = hn::LoadU(d, block + from_stride);
      const auto c = hn::LoadU(d, block + 2 * from_stride);
      const auto e = hn::LoadU(d, block + 3 * from_stride);
      const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
      const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
      const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
      const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
      float* out = to + j * to_stride + i;
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, out);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, out + to_stride);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d,
                 out + 2 * to_stride);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d,
                 out + 3 * to_stride);
    }
  }
#endif
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = i < whole_rows ? whole_columns : 0; j < columns; ++j) {
      to[j * to_stride + i] = from[i * from_stride + j];
    }
  }
}

// Which lanes of a row of pairs count: columns [first, last] are seen, those from `window` on are
// in the window.
struct PairMasks {
  std::int64_t first, window, last;

  template <class D>
  static HWY_INLINE auto column(D, std::size_t j) {
    const hn::RebindToSigned<D> di;
    return hn::Iota(di, static_cast<std::int32_t>(j));
  }
  template <class D>
  static HWY_INLINE auto bound(D, std::int64_t limit) {
    const hn::RebindToSigned<D> di;
    constexpr std::int64_t kFar = std::numeric_limits<std::int32_t>::max() / 2;
    return hn::Set(di, static_cast<std::int32_t>(std::clamp(limit, -kFar, kFar)));
  }
  template <class D>
  static HWY_INLINE auto from(D d, std::size_t j, std::int64_t limit) {
    return hn::RebindMask(d, hn::Gt(column(d, j), bound(d, limit - 1)));
  }
  template <class D>
  static HWY_INLINE auto upTo(D d, std::size_t j, std::int64_t limit) {
    return hn::RebindMask(d, hn::Lt(column(d, j), bound(d, limit + 1)));
  }
  template <class D>
  HWY_INLINE auto seen(D d, std::size_t j) const {
    return hn::And(from(d, j, first), upTo(d, j, last));
  }
  template <class D>
  HWY_INLINE auto inWindow(D d, std::size_t j) const {
    return from(d, j, window);
  }
};

// The largest of columns [first, last] of a row.
HWY_INLINE float highestIn(const float* HWY_RESTRICT row, std::size_t width, std::int64_t first,
                           std::int64_t last) {
  const hn::ScalableTag<float> d;
  const PairMasks masks{first, first, last};
  auto top = hn::Set(d, std::numeric_limits<float>::lowest());
  for (std::size_t j = 0; j < width; j += hn::Lanes(d)) {
    top = hn::Max(top, hn::IfThenElse(masks.seen(d, j), hn::LoadU(d, row + j), top));
  }
  return hn::GetLane(hn::MaxOfLanes(d, top));
}

// sums[f] += sum over columns of row f.
HWY_INLINE void addRowSums(const float* HWY_RESTRICT across, std::size_t rows,
                           float* HWY_RESTRICT sums) {
  const hn::ScalableTag<float> d;
  for (std::size_t f = 0; f < rows; ++f) {
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
      sum = hn::Add(sum, hn::LoadU(d, across + f * kTokens + i));
    }
    sums[f] += hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

// sums[f] += row f . weights, one weight for each column.
HWY_INLINE void addRowDots(const float* HWY_RESTRICT across, std::size_t rows,
                           const float* HWY_RESTRICT weights, float* HWY_RESTRICT sums) {
  const hn::ScalableTag<float> d;
  for (std::size_t f = 0; f < rows; ++f) {
    auto sum = hn::Zero(d);
    for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
      sum = hn::MulAdd(hn::LoadU(d, across + f * kTokens + i), hn::LoadU(d, weights + i), sum);
    }
    sums[f] += hn::GetLane(hn::SumOfLanes(d, sum));
  }
}

// sums[i] += sum over rows of weights[f] * across[f][i].
HWY_INLINE void addWeightedRows(const float* HWY_RESTRICT across, std::size_t rows,
                                const float* HWY_RESTRICT weights, float* HWY_RESTRICT sums) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
    auto even = hn::LoadU(d, sums + i), odd = hn::Zero(d);
    std::size_t f = 0;
    for (; f + 2 <= rows; f += 2) {
      even = hn::MulAdd(hn::LoadU(d, across + f * kTokens + i), hn::Set(d, weights[f]), even);
      odd =
          hn::MulAdd(hn::LoadU(d, across + (f + 1) * kTokens + i), hn::Set(d, weights[f + 1]), odd);
    }
    if (f < rows) {
      even = hn::MulAdd(hn::LoadU(d, across + f * kTokens + i), hn::Set(d, weights[f]), even);
    }
    hn::StoreU(hn::Add(even, odd), d, sums + i);
  }
}

// across[f][i] += rows[f] * columns[i].
HWY_INLINE void addOuter(const float* HWY_RESTRICT rows, std::size_t count,
                         const float* HWY_RESTRICT columns, float* HWY_RESTRICT across) {
  const hn::ScalableTag<float> d;
  for (std::size_t f = 0; f < count; ++f) {
    const auto row = hn::Set(d, rows[f]);
    for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
      float* at = across + f * kTokens + i;
      hn::StoreU(hn::MulAdd(row, hn::LoadU(d, columns + i), hn::LoadU(d, at)), d, at);
    }
  }
}

// across[f][i] += rows[f].
HWY_INLINE void addToRows(const float* HWY_RESTRICT rows, std::size_t count,
                          float* HWY_RESTRICT across) {
  const hn::ScalableTag<float> d;
  for (std::size_t f = 0; f < count; ++f) {
    const auto row = hn::Set(d, rows[f]);
    for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
      float* at = across + f * kTokens + i;
      hn::StoreU(hn::Add(row, hn::LoadU(d, at)), d, at);
    }
  }
}

// across[f][i] *= columns[i].
HWY_INLINE void scaleColumns(float* HWY_RESTRICT across, std::size_t rows,
                             const float* HWY_RESTRICT columns) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < kTokens; i += hn::Lanes(d)) {
    const auto column = hn::LoadU(d, columns + i);
    for (std::size_t f = 0; f < rows; ++f) {
      float* at = across + f * kTokens + i;
      hn::StoreU(hn::Mul(column, hn::LoadU(d, at)), d, at);
    }
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
