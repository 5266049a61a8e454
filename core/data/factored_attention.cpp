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
constexpr std::uint64_t kKeysAtOnce = 4096;

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

// `scale` times the products of some queries with some keys. The general product copies all keys
// first, which one query alone is not worth.
void scores(MatrixView<const float> queries, MatrixView<const float> keys, double scale,
            MatrixView<float> result) {
  if (queries.rows == 1) {
    Eigen::Map<Eigen::VectorXf>(result.data, Eigen::Index(keys.rows)).noalias() =
        Vectors(keys.data, Eigen::Index(keys.rows), Eigen::Index(keys.columns)) *
        (Vector(queries.data, Eigen::Index(keys.columns)) * static_cast<float>(scale));
    return;
  }
  matrixProduct(Transpose::no, Transpose::yes, static_cast<float>(scale), queries, keys, 0.0F,
                result);
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
  const std::size_t matrix = layer * shape_.heads + head;
  const std::size_t size = factors_.size;
  const float* queries = factors_.queries.data() + (matrix * shape_.queries + window.query) * size;
  const float* keys = factors_.keys.data() + (matrix * shape_.keys + window.key) * size;
  const float* sums = factors_.log_sums.data() + matrix * shape_.queries + window.query;
  // How many of the window's keys a row sees.
  const auto seenBy = [&](std::uint64_t row) {
    if (!shape_.causal) return window.keys;
    const std::uint64_t end = window.query + row + 1;
    return end > window.key ? std::min(window.keys, end - window.key) : 0;
  };
  for (std::uint64_t first = 0; first < window.queries; first += kRowsAtOnce) {
    if (context.stopRequested()) throw Cancelled();
    const std::uint64_t last = std::min(first + kRowsAtOnce, window.queries);
    // Blocks of keys that stay in the cache, each with the rows alone that see some of it.
    std::uint64_t row = first;
    for (std::uint64_t key = 0; key < seenBy(last - 1); key += kKeysAtOnce) {
      while (seenBy(row) <= key) ++row;
      const std::uint64_t count = std::min(kKeysAtOnce, seenBy(last - 1) - key);
      scores({queries + row * size, last - row, size, size}, {keys + key * size, count, size, size},
             factors_.scale,
             {weights.data() + row * window.keys + key, last - row, count, window.keys});
      for (std::uint64_t each = row; each < last; ++each) {
        HWY_DYNAMIC_DISPATCH(sharesOf)
        (weights.data() + each * window.keys + key, std::min(count, seenBy(each) - key),
         sums[each]);
      }
    }
    for (row = first; row < last; ++row) {
      float* cells = weights.data() + row * window.keys;
      std::fill(cells + seenBy(row), cells + window.keys, 0.0F);
    }
  }
}

}  // namespace lineament
#endif
