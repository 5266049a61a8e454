// SPDX-License-Identifier: GPL-3.0-or-later
// Small matrix products of the chunked forms, in the vector instructions of the including target.
// Include it inside a source that hwy/foreach_target.h compiles once for each target.
//
// Flops 2 M N K. A block of kBlockRows x kBlockVectors accumulators stays in registers; for each
// k it takes kBlockVectors loads of B and kBlockRows broadcasts of A for kBlockRows * kBlockVectors
// multiply-adds, so that the load ports are under two thirds busy (AVX-512: 14 loads for 24). What
// lies in the second-level cache should be B's: its columns are walked in the outer loop, so each
// strip of B comes into the first level once.
#if defined(LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H
#undef LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H
#else
#define LINEAMENT_SEQUENCE_SMALL_PRODUCT_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// As many as the registers hold beside a line of B and a factor of A.
inline constexpr std::size_t kBlockRows = HWY_MAX_BYTES >= 64 ? 12 : HWY_MAX_BYTES >= 32 ? 6 : 4;
inline constexpr std::size_t kBlockVectors = 2;

// Rows of a product that stay in registers while products are added to them, for kernels that join
// several products, scale or mask before anything goes to memory. Row i of A has its element k at
// a[i * a_row + k * a_column]; B and C are row-major.
template <std::size_t kRows, std::size_t kVectors>
struct ProductBlock {
  static constexpr std::size_t kCount = kRows;
  using Tag = hn::ScalableTag<float>;
  hn::Vec<Tag> sum[kRows][kVectors];

  HWY_INLINE void clear() {
    forAll([&](std::size_t i, std::size_t j) { sum[i][j] = hn::Zero(Tag()); });
  }
  HWY_INLINE void load(const float* c, std::ptrdiff_t c_row) {
    forAll([&](std::size_t i, std::size_t j) { sum[i][j] = hn::LoadU(Tag(), at(c, c_row, i, j)); });
  }
  HWY_INLINE void store(float* c, std::ptrdiff_t c_row) const {
    forAll([&](std::size_t i, std::size_t j) {
      hn::StoreU(sum[i][j], Tag(), const_cast<float*>(at(c, c_row, i, j)));
    });
  }
  // += A B over `depth` columns of A
  HWY_INLINE void multiply(std::size_t depth, const float* HWY_RESTRICT a, std::ptrdiff_t a_row,
                           std::ptrdiff_t a_column, const float* HWY_RESTRICT b,
                           std::ptrdiff_t b_row) {
    const Tag d;
    for (std::size_t k = 0; k < depth; ++k) {
      hn::Vec<Tag> line[kVectors];
      HWY_UNROLL(4)
      for (std::size_t j = 0; j < kVectors; ++j) line[j] = hn::LoadU(d, b + j * hn::Lanes(d));
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
  }
  HWY_INLINE void scale(float factor) {
    forAll([&](std::size_t i, std::size_t j) {
      sum[i][j] = hn::Mul(sum[i][j], hn::Set(Tag(), factor));
    });
  }
  HWY_INLINE void scaleRows(const float* factors) {
    forAll([&](std::size_t i, std::size_t j) {
      sum[i][j] = hn::Mul(sum[i][j], hn::Set(Tag(), factors[i]));
    });
  }
  HWY_INLINE void scaleColumns(const float* factors) {
    forAll([&](std::size_t i, std::size_t j) {
      sum[i][j] = hn::Mul(sum[i][j], hn::LoadU(Tag(), factors + j * hn::Lanes(Tag())));
    });
  }
  // sums[column] += what the block and B have there, multiplied and summed over the rows
  HWY_INLINE void addColumnDots(const float* b, std::ptrdiff_t b_row, float* sums) const {
    const Tag d;
    HWY_UNROLL(4)
    for (std::size_t j = 0; j < kVectors; ++j) {
      auto total = hn::LoadU(d, sums + j * hn::Lanes(d));
      HWY_UNROLL(16)
      for (std::size_t i = 0; i < kRows; ++i) {
        total = hn::MulAdd(sum[i][j], hn::LoadU(d, at(b, b_row, i, j)), total);
      }
      hn::StoreU(total, d, sums + j * hn::Lanes(d));
    }
  }

 private:
  template <class Body>
  static HWY_INLINE void forAll(Body body) {
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kRows; ++i) {
      HWY_UNROLL(4)
      for (std::size_t j = 0; j < kVectors; ++j) body(i, j);
    }
  }
  static HWY_INLINE const float* at(const float* c, std::ptrdiff_t c_row, std::size_t i,
                                    std::size_t j) {
    return c + static_cast<std::ptrdiff_t>(i) * c_row + j * hn::Lanes(Tag());
  }
};

// Which block fits at a place. The block itself is a variable of who computes with it: handed over
// by value its registers would be zeroed and copied through memory.
template <std::size_t kRows, std::size_t kVectors>
struct BlockFit {
  using Block = ProductBlock<kRows, kVectors>;
};

// Calls body(fit, row, column) for register blocks that cover `rows` x `columns`, strips of columns
// in the outer loop. The last strip reaches over `columns` to whole vectors.
template <class Body>
HWY_INLINE void forProductBlocks(std::size_t rows, std::size_t columns, Body body) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<float>());
  const auto strip = [&](auto vectors, std::size_t column) {
    std::size_t i = 0;
    const auto at = [&](auto count) {
      // Sixteen rows are two blocks of eight rather than one of twelve and one of four.
      for (; i + count <= rows && !(count > 8 && rows - i == 16); i += count) {
        body(BlockFit<decltype(count)::value, decltype(vectors)::value>(), i, column);
      }
    };
    at(std::integral_constant<std::size_t, kBlockRows>());
    if constexpr (kBlockRows > 8) at(std::integral_constant<std::size_t, 8>());
    if constexpr (kBlockRows > 4) at(std::integral_constant<std::size_t, 4>());
    at(std::integral_constant<std::size_t, 2>());
    at(std::integral_constant<std::size_t, 1>());
  };
  std::size_t column = 0;
  for (; column + (kBlockVectors - 1) * lanes < columns; column += kBlockVectors * lanes) {
    strip(std::integral_constant<std::size_t, kBlockVectors>(), column);
  }
  for (; column < columns; column += lanes) {
    strip(std::integral_constant<std::size_t, 1>(), column);
  }
}

struct Nothing {
  HWY_INLINE void operator()() const {}
};

// C = A B, or C += A B where kAdd. A is M x K with element (m, k) at a[m * a_row + k * a_column],
// so that a transposed A costs nothing; B is K x N and C is M x N, row-major, with rows of
// tileStride(N) numbers or more: whole vectors are read and written, the padding behind N with
// them. `between` is called after each block.
template <bool kAdd, class Between = Nothing>
HWY_INLINE void smallProduct(std::size_t rows, std::size_t columns, std::size_t depth,
                             const float* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column,
                             const float* b, std::ptrdiff_t b_row, float* c, std::ptrdiff_t c_row,
                             Between between = {}) {
  forProductBlocks(rows, columns, [&](auto fit, std::size_t i, std::size_t j) {
    typename decltype(fit)::Block block;
    const auto row = static_cast<std::ptrdiff_t>(i);
    float* to = c + row * c_row + j;
    if constexpr (kAdd) {
      block.load(to, c_row);
    } else {
      block.clear();
    }
    block.multiply(depth, a + row * a_row, a_row, a_column, b + j, b_row);
    block.store(to, c_row);
    between();
  });
}

// Adds up the blocks of four lanes.
template <class D, class V>
HWY_INLINE hn::Vec<hn::Full128<float>> foldBlocks(D, V v) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return v;
  } else {
    const hn::Half<D> half;
    return foldBlocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

// The sums of the lanes of four vectors.
template <class D, class V = hn::Vec<D>>
HWY_INLINE hn::Vec<hn::Full128<float>> sumsOfFour(D d, V a, V b, V c, V e) {
  const hn::Repartition<double, D> pairs;
  const auto ab = hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  const auto ce = hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e));
  const auto left = hn::BitCast(pairs, ab), right = hn::BitCast(pairs, ce);
  const auto blocks = hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, left, right)),
                              hn::BitCast(d, hn::InterleaveUpper(pairs, left, right)));
  return foldBlocks(d, blocks);
}

// C = A B' for row-major A and B of rows with `depth` numbers, a multiple of kTilePadding: inner
// products of rows, without anything transposed. Tiles of four rows and columns, of which those
// above the diagonal are left out where kLower (what lies above it within a tile is written). Rows
// of A and B are read up to whole tiles of four.
template <bool kLower>
HWY_INLINE void rowProducts(std::size_t rows, std::size_t columns, std::size_t depth,
                            const float* HWY_RESTRICT a, std::size_t a_stride,
                            const float* HWY_RESTRICT b, std::size_t b_stride,
                            float* HWY_RESTRICT c, std::size_t c_stride) {
  const hn::ScalableTag<float> d;
  constexpr std::size_t kRows = HWY_MAX_BYTES >= 64 ? 4 : 2;
  for (std::size_t i = 0; i < rows; i += kRows) {
    const std::size_t end = kLower ? std::min(columns, i + kRows) : columns;
    for (std::size_t j = 0; j < end; j += 4) {
      hn::Vec<decltype(d)> sum[kRows][4];
      HWY_UNROLL(4)
      for (auto& row : sum) {
        HWY_UNROLL(4)
        for (auto& one : row) one = hn::Zero(d);
      }
      for (std::size_t k = 0; k < depth; k += hn::Lanes(d)) {
        hn::Vec<decltype(d)> left[kRows];
        HWY_UNROLL(4)
        for (std::size_t r = 0; r < kRows; ++r) left[r] = hn::LoadU(d, a + (i + r) * a_stride + k);
        HWY_UNROLL(4)
        for (std::size_t s = 0; s < 4; ++s) {
          const auto right = hn::LoadU(d, b + (j + s) * b_stride + k);
          HWY_UNROLL(4)
          for (std::size_t r = 0; r < kRows; ++r) {
            sum[r][s] = hn::MulAdd(left[r], right, sum[r][s]);
          }
        }
      }
      HWY_UNROLL(4)
      for (std::size_t r = 0; r < kRows; ++r) {
        hn::StoreU(sumsOfFour(d, sum[r][0], sum[r][1], sum[r][2], sum[r][3]), hn::Full128<float>(),
                   c + (i + r) * c_stride + j);
      }
    }
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
