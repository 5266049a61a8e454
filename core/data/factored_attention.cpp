// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/factored_attention.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "core/base/blas.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/data/factored_attention.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// cells[i] = exp(cells[i] - log_sum).
void sharesOf(float* cells, std::size_t count, float log_sum) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto less = hn::Set(d, log_sum);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Exp(d, hn::Sub(hn::LoadU(d, cells + i), less)), d, cells + i);
  }
  for (; i < count; ++i) cells[i] = std::exp(cells[i] - log_sum);
}

}  // namespace lineament::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament {

HWY_EXPORT(sharesOf);

namespace {

constexpr std::uint64_t kRowsAtOnce = 64;

bool product(std::initializer_list<std::uint64_t> factors, std::uint64_t& result) {
  result = 1;
  for (const std::uint64_t factor : factors) {
    if (__builtin_mul_overflow(result, factor, &result)) return false;
  }
  return true;
}

using Vector = Eigen::Map<const Eigen::VectorXf>;
using Vectors =
    Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

// `scale` times the products of some queries with some keys, row-major. The general product copies
// all keys first, which one query alone is not worth.
void scores(const float* queries, std::uint64_t rows, const float* keys, std::uint64_t columns,
            std::uint64_t size, double scale, float* result) {
  if (rows == 1) {
    Eigen::Map<Eigen::VectorXf>(result, Eigen::Index(columns)).noalias() =
        Vectors(keys, Eigen::Index(columns), Eigen::Index(size)) *
        (Vector(queries, Eigen::Index(size)) * static_cast<float>(scale));
    return;
  }
  matrixProduct(Transpose::no, Transpose::yes, static_cast<float>(scale),
                MatrixView<const float>{queries, rows, size, size},
                MatrixView<const float>{keys, columns, size, size}, 0.0F,
                MatrixView<float>{result, rows, columns, columns});
}

}  // namespace

bool FactoredAttention::fits(const Shape& shape, const Factors& factors) {
  std::uint64_t queries = 0;
  std::uint64_t keys = 0;
  std::uint64_t sums = 0;
  return factors.size > 0 &&
         product({shape.layers, shape.heads, shape.queries, factors.size}, queries) &&
         product({shape.layers, shape.heads, shape.keys, factors.size}, keys) &&
         product({shape.layers, shape.heads, shape.queries}, sums) &&
         factors.queries.size() == queries && factors.keys.size() == keys &&
         factors.log_sums.size() == sums;
}

FactoredAttention::FactoredAttention(Shape shape, Factors factors)
    : shape_(shape), factors_(std::move(factors)) {}

void FactoredAttention::cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
                              std::span<float> weights, const Context& context) const {
  if (window.queries == 0 || window.keys == 0) return;
  const std::size_t matrix = layer * shape_.heads + head;
  const std::size_t size = factors_.size;
  const float* queries = factors_.queries.data() + (matrix * shape_.queries + window.query) * size;
  const float* keys = factors_.keys.data() + (matrix * shape_.keys + window.key) * size;
  const float* sums = factors_.log_sums.data() + matrix * shape_.queries + window.query;
  for (std::uint64_t first = 0; first < window.queries; first += kRowsAtOnce) {
    if (context.stopRequested()) throw Cancelled();
    const std::uint64_t rows = std::min(kRowsAtOnce, window.queries - first);
    float* block = weights.data() + first * window.keys;
    scores(queries + first * size, rows, keys, window.keys, size, factors_.scale, block);
    for (std::uint64_t row = 0; row < rows; ++row) {
      const float log_sum = sums[first + row];
      float* cells = block + row * window.keys;
      std::uint64_t seen = window.keys;
      if (shape_.causal) {
        const std::uint64_t last = window.query + first + row + 1;
        seen = last > window.key ? std::min(window.keys, last - window.key) : 0;
      }
      HWY_DYNAMIC_DISPATCH(sharesOf)(cells, seen, log_sum);
      std::fill(cells + seen, cells + window.keys, 0.0F);
    }
  }
}

}  // namespace lineament
#endif
