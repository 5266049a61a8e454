// SPDX-License-Identifier: GPL-3.0-or-later
// Small matrix products of the chunked forms, in the vector instructions of the including target.
// Include it inside a source that hwy/foreach_target.h compiles once for each target.
//
// Flops 2 M N K. The block of kBlockRows x kBlockVectors accumulators stays in registers; for each
// k it takes kBlockVectors loads of B and kBlockRows broadcasts of A for kBlockRows * kBlockVectors
// multiply-adds, so that the load ports are under two thirds busy (AVX-512: 10 loads for 16). What
// lies in the second-level cache should be B's: its columns are walked in the outer loop, so each
// strip of B comes into the first level once.
#if defined(LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H
#undef LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H
#else
#define LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::size_t kBlockRows = HWY_MAX_BYTES >= 64 ? 8 : 4;
inline constexpr std::size_t kBlockVectors = 2;

template <std::size_t kRows, std::size_t kVectors, bool kAdd>
HWY_INLINE void productBlock(std::size_t depth, const float* HWY_RESTRICT a, std::ptrdiff_t a_row,
                             std::ptrdiff_t a_column, const float* HWY_RESTRICT b,
                             std::ptrdiff_t b_row, float* HWY_RESTRICT c, std::ptrdiff_t c_row) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<decltype(d)> sum[kRows][kVectors];
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kRows; ++i) {
    HWY_UNROLL(4)
    for (std::size_t j = 0; j < kVectors; ++j) {
      sum[i][j] =
          kAdd ? hn::LoadU(d, c + static_cast<std::ptrdiff_t>(i) * c_row + j * lanes) : hn::Zero(d);
    }
  }
  for (std::size_t k = 0; k < depth; ++k) {
    hn::Vec<decltype(d)> line[kVectors];
    HWY_UNROLL(4)
    for (std::size_t j = 0; j < kVectors; ++j) line[j] = hn::LoadU(d, b + j * lanes);
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto factor = hn::Set(d, a[static_cast<std::ptrdiff_t>(i) * a_row]);
      HWY_UNROLL(4)
      for (std::size_t j = 0; j < kVectors; ++j) {
        sum[i][j] = hn::MulAdd(factor, line[j], sum[i][j]);
      }
    }
    a += a_column;
    b += b_row;
  }
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kRows; ++i) {
    HWY_UNROLL(4)
    for (std::size_t j = 0; j < kVectors; ++j) {
      hn::StoreU(sum[i][j], d, c + static_cast<std::ptrdiff_t>(i) * c_row + j * lanes);
    }
  }
}

template <std::size_t kVectors, bool kAdd>
HWY_INLINE void productStrip(std::size_t rows, std::size_t depth, const float* a,
                             std::ptrdiff_t a_row, std::ptrdiff_t a_column, const float* b,
                             std::ptrdiff_t b_row, float* c, std::ptrdiff_t c_row) {
  std::size_t i = 0;
  const auto at = [&](auto count) {
    constexpr std::size_t kCount = decltype(count)::value;
    for (; i + kCount <= rows; i += kCount) {
      const auto row = static_cast<std::ptrdiff_t>(i);
      productBlock<kCount, kVectors, kAdd>(depth, a + row * a_row, a_row, a_column, b, b_row,
                                           c + row * c_row, c_row);
    }
  };
  at(std::integral_constant<std::size_t, kBlockRows>());
  at(std::integral_constant<std::size_t, 4>());
  at(std::integral_constant<std::size_t, 2>());
  at(std::integral_constant<std::size_t, 1>());
}

// C = A B, or C += A B where kAdd. A is M x K with element (m, k) at a[m * a_row + k * a_column],
// so that a transposed A costs nothing; B is K x N and C is M x N, row-major, with rows of
// tileStride(N) numbers or more: whole vectors are read and written, the padding behind N with
// them.
template <bool kAdd>
HWY_INLINE void smallProduct(std::size_t rows, std::size_t columns, std::size_t depth,
                             const float* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column,
                             const float* b, std::ptrdiff_t b_row, float* c, std::ptrdiff_t c_row) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<float>());
  const std::size_t vectors = (columns + lanes - 1) / lanes;
  std::size_t j = 0;
  for (; j + kBlockVectors <= vectors; j += kBlockVectors) {
    productStrip<kBlockVectors, kAdd>(rows, depth, a, a_row, a_column, b + j * lanes, b_row,
                                      c + j * lanes, c_row);
  }
  for (; j < vectors; ++j) {
    productStrip<1, kAdd>(rows, depth, a, a_row, a_column, b + j * lanes, b_row, c + j * lanes,
                          c_row);
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
