// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/vector_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/language/vector_kernels.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::language::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

float sumOf(V sums) {
  return hn::GetLane(hn::SumOfLanes(D(), sums));
}

// y[i] = f(y[i]) by whole vectors, the rest through a padded one.
template <class F>
void forEach(float* y, std::size_t count, F f) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(f(d, hn::LoadU(d, y + i)), d, y + i);
  if (i == count) return;
  HWY_ALIGN float rest[hn::MaxLanes(d)] = {};
  std::copy(y + i, y + count, rest);
  hn::Store(f(d, hn::Load(d, rest)), d, rest);
  std::copy(rest, rest + (count - i), y + i);
}

// Four rows by one vector: four loads of rows for one of x.
void fourProducts(const float* rows, std::size_t row_stride, std::size_t width, const float* x,
                  float* y) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V a = hn::Zero(d), b = hn::Zero(d), c = hn::Zero(d), e = hn::Zero(d);
  std::size_t k = 0;
  for (; k + lanes <= width; k += lanes) {
    const V at = hn::LoadU(d, x + k);
    a = hn::MulAdd(hn::LoadU(d, rows + k), at, a);
    b = hn::MulAdd(hn::LoadU(d, rows + row_stride + k), at, b);
    c = hn::MulAdd(hn::LoadU(d, rows + 2 * row_stride + k), at, c);
    e = hn::MulAdd(hn::LoadU(d, rows + 3 * row_stride + k), at, e);
  }
  float sums[4] = {sumOf(a), sumOf(b), sumOf(c), sumOf(e)};
  for (; k < width; ++k) {
    for (std::size_t r = 0; r < 4; ++r) sums[r] += rows[r * row_stride + k] * x[k];
  }
  std::copy_n(sums, 4, y);
}

float oneProduct(const float* row, std::size_t width, const float* x) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V sum = hn::Zero(d);
  std::size_t k = 0;
  for (; k + lanes <= width; k += lanes) {
    sum = hn::MulAdd(hn::LoadU(d, row + k), hn::LoadU(d, x + k), sum);
  }
  float total = sumOf(sum);
  for (; k < width; ++k) total += row[k] * x[k];
  return total;
}

void productsOfRows(const float* rows, std::size_t row_stride, std::size_t count, std::size_t width,
                    const float* x, std::size_t x_stride, std::size_t tokens, float* y,
                    std::size_t y_stride) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t t = 0; t < tokens; ++t) {
      fourProducts(rows + i * row_stride, row_stride, width, x + t * x_stride,
                   y + t * y_stride + i);
    }
  }
  for (; i < count; ++i) {
    for (std::size_t t = 0; t < tokens; ++t) {
      y[t * y_stride + i] = oneProduct(rows + i * row_stride, width, x + t * x_stride);
    }
  }
}

void sumOfRows(const float* rows, std::size_t row_stride, std::size_t count, std::size_t width,
               const float* factors, float* y) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float* row = rows + i * row_stride;
    const V f0 = hn::Set(d, factors[i]), f1 = hn::Set(d, factors[i + 1]);
    const V f2 = hn::Set(d, factors[i + 2]), f3 = hn::Set(d, factors[i + 3]);
    std::size_t k = 0;
    for (; k + lanes <= width; k += lanes) {
      V sum = hn::MulAdd(f0, hn::LoadU(d, row + k), hn::LoadU(d, y + k));
      sum = hn::MulAdd(f1, hn::LoadU(d, row + row_stride + k), sum);
      sum = hn::MulAdd(f2, hn::LoadU(d, row + 2 * row_stride + k), sum);
      hn::StoreU(hn::MulAdd(f3, hn::LoadU(d, row + 3 * row_stride + k), sum), d, y + k);
    }
    for (; k < width; ++k) {
      for (std::size_t r = 0; r < 4; ++r) y[k] += factors[i + r] * row[r * row_stride + k];
    }
  }
  for (; i < count; ++i) {
    const float* row = rows + i * row_stride;
    const V factor = hn::Set(d, factors[i]);
    std::size_t k = 0;
    for (; k + lanes <= width; k += lanes) {
      hn::StoreU(hn::MulAdd(factor, hn::LoadU(d, row + k), hn::LoadU(d, y + k)), d, y + k);
    }
    for (; k < width; ++k) y[k] += factors[i] * row[k];
  }
}

float softmaxOf(float* scores, std::size_t count) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  float highest = -std::numeric_limits<float>::infinity();
  std::size_t i = 0;
  if (count >= lanes) {
    V top = hn::LoadU(d, scores);
    for (i = lanes; i + lanes <= count; i += lanes) top = hn::Max(top, hn::LoadU(d, scores + i));
    highest = hn::GetLane(hn::MaxOfLanes(d, top));
  }
  for (; i < count; ++i) highest = std::max(highest, scores[i]);
  if (highest == -std::numeric_limits<float>::infinity()) {
    std::fill_n(scores, count, 0.0F);
    return highest;
  }
  const V top = hn::Set(d, highest);
  forEach(scores, count, [top](D tag, V x) { return hn::Exp(tag, hn::Sub(x, top)); });
  V sums = hn::Zero(d);
  for (i = 0; i + lanes <= count; i += lanes) sums = hn::Add(sums, hn::LoadU(d, scores + i));
  float sum = sumOf(sums);
  for (; i < count; ++i) sum += scores[i];
  const V share = hn::Set(d, 1 / sum);
  forEach(scores, count, [share](D, V x) { return hn::Mul(x, share); });
  return highest + std::log(sum);
}

void rmsNormOf(const float* x, std::size_t count, const float* weight, float epsilon, float* y) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V sums = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const V at = hn::LoadU(d, x + i);
    sums = hn::MulAdd(at, at, sums);
  }
  float sum = sumOf(sums);
  for (; i < count; ++i) sum += x[i] * x[i];
  const float factor = 1 / std::sqrt(sum / static_cast<float>(count) + epsilon);
  for (i = 0; i < count; ++i) y[i] = x[i] * factor * (weight ? weight[i] : 1);
}

void layerNormOf(const float* x, std::size_t count, const float* weight, const float* bias,
                 float epsilon, float* y) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V sums = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) sums = hn::Add(sums, hn::LoadU(d, x + i));
  float mean = sumOf(sums);
  for (; i < count; ++i) mean += x[i];
  mean /= static_cast<float>(count);
  const V centre = hn::Set(d, mean);
  sums = hn::Zero(d);
  for (i = 0; i + lanes <= count; i += lanes) {
    const V off = hn::Sub(hn::LoadU(d, x + i), centre);
    sums = hn::MulAdd(off, off, sums);
  }
  float variance = sumOf(sums);
  for (; i < count; ++i) variance += (x[i] - mean) * (x[i] - mean);
  const float factor = 1 / std::sqrt(variance / static_cast<float>(count) + epsilon);
  for (i = 0; i < count; ++i) {
    y[i] = (x[i] - mean) * factor * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
  }
}

V sigmoidOf(D d, V x) {
  return hn::Div(hn::Set(d, 1.0F), hn::Add(hn::Set(d, 1.0F), hn::Exp(d, hn::Neg(x))));
}

// 1 - (a1 t + ... + a5 t^5) exp(-x^2), t = 1 / (1 + p x), for x >= 0 (Abramowitz and Stegun 1964,
// Handbook of mathematical functions, 7.1.26: within 1.5e-7).
V erfOf(D d, V x) {
  const V size = hn::Abs(x);
  const V t = hn::Div(hn::Set(d, 1.0F), hn::MulAdd(hn::Set(d, 0.3275911F), size, hn::Set(d, 1.0F)));
  V sum = hn::Set(d, 1.061405429F);
  for (const float a : {-1.453152027F, 1.421413741F, -0.284496736F, 0.254829592F}) {
    sum = hn::MulAdd(sum, t, hn::Set(d, a));
  }
  const V decay = hn::Exp(d, hn::Neg(hn::Mul(x, x)));
  return hn::CopySign(hn::NegMulAdd(hn::Mul(sum, t), decay, hn::Set(d, 1.0F)), x);
}

void siluOf(float* x, std::size_t count) {
  forEach(x, count, [](D d, V at) { return hn::Mul(at, sigmoidOf(d, at)); });
}

void sigmoidAll(float* x, std::size_t count) {
  forEach(x, count, [](D d, V at) { return sigmoidOf(d, at); });
}

void geluOf(float* x, std::size_t count) {
  forEach(x, count, [](D d, V at) {
    const V share = erfOf(d, hn::Mul(at, hn::Set(d, 0.70710678F)));
    return hn::Mul(hn::Mul(hn::Set(d, 0.5F), at), hn::Add(hn::Set(d, 1.0F), share));
  });
}

void geluTanhOf(float* x, std::size_t count) {
  // (1 + tanh u) / 2 is sigmoid(2 u).
  forEach(x, count, [](D d, V at) {
    const V cube = hn::Mul(hn::Mul(at, at), at);
    const V u = hn::MulAdd(hn::Set(d, 0.044715F), cube, at);
    return hn::Mul(at, sigmoidOf(d, hn::Mul(hn::Set(d, 2 * 0.79788456F), u)));
  });
}

void softplusOf(float* x, std::size_t count) {
  // max(x, 0) + log(1 + exp(-|x|)) neither overflows nor loses small results.
  forEach(x, count, [](D d, V at) {
    const V rest = hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(at))));
    return hn::Add(hn::Max(at, hn::Zero(d)), rest);
  });
}

void exponentialOf(float* x, std::size_t count) {
  forEach(x, count, [](D d, V at) { return hn::Exp(d, at); });
}

void reluOf(float* x, std::size_t count) {
  forEach(x, count,
          [](D d, V at) { return hn::IfThenElse(hn::Lt(at, hn::Zero(d)), hn::Zero(d), at); });
}

void widenBfloat16(const std::byte* from, std::size_t count, float* to) {
  const D d;
  const hn::Rebind<std::uint16_t, D> narrow;
  const hn::RebindToUnsigned<D> wide;
  const std::size_t lanes = hn::Lanes(d);
  const auto* bits = reinterpret_cast<const std::uint16_t*>(from);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto word = hn::ShiftLeft<16>(hn::PromoteTo(wide, hn::LoadU(narrow, bits + i)));
    hn::StoreU(hn::BitCast(d, word), d, to + i);
  }
  for (; i < count; ++i) to[i] = bfloat16ToFloat(bits[i]);
}

void widenFloat16(const std::byte* from, std::size_t count, float* to) {
  const D d;
  const hn::Rebind<hwy::float16_t, D> narrow;
  const std::size_t lanes = hn::Lanes(d);
  const auto* halves = reinterpret_cast<const hwy::float16_t*>(from);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(narrow, halves + i)), d, to + i);
  }
  for (; i < count; ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from + 2 * i, sizeof bits);
    to[i] = halfToFloat(bits);
  }
}

}  // namespace lineament::language::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::language {

HWY_EXPORT(productsOfRows);
HWY_EXPORT(sumOfRows);
HWY_EXPORT(softmaxOf);
HWY_EXPORT(rmsNormOf);
HWY_EXPORT(layerNormOf);
HWY_EXPORT(reluOf);
HWY_EXPORT(siluOf);
HWY_EXPORT(sigmoidAll);
HWY_EXPORT(geluOf);
HWY_EXPORT(geluTanhOf);
HWY_EXPORT(softplusOf);
HWY_EXPORT(exponentialOf);
HWY_EXPORT(widenBfloat16);
HWY_EXPORT(widenFloat16);

void rowProducts(const float* rows, std::size_t row_stride, std::size_t count, std::size_t width,
                 const float* x, std::size_t x_stride, std::size_t tokens, float* y,
                 std::size_t y_stride) {
  HWY_DYNAMIC_DISPATCH(productsOfRows)
  (rows, row_stride, count, width, x, x_stride, tokens, y, y_stride);
}

void addRows(const float* rows, std::size_t row_stride, std::size_t count, std::size_t width,
             const float* factors, float* y) {
  HWY_DYNAMIC_DISPATCH(sumOfRows)(rows, row_stride, count, width, factors, y);
}

float softmax(float* scores, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(softmaxOf)(scores, count);
}

void rmsNorm(const float* x, std::size_t count, const float* weight, float epsilon, float* y) {
  HWY_DYNAMIC_DISPATCH(rmsNormOf)(x, count, weight, epsilon, y);
}

void layerNorm(const float* x, std::size_t count, const float* weight, const float* bias,
               float epsilon, float* y) {
  HWY_DYNAMIC_DISPATCH(layerNormOf)(x, count, weight, bias, epsilon, y);
}

void relu(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(reluOf)(x, count);
}

void silu(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(siluOf)(x, count);
}

void sigmoid(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(sigmoidAll)(x, count);
}

void gelu(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(geluOf)(x, count);
}

void geluTanh(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(geluTanhOf)(x, count);
}

void softplus(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(softplusOf)(x, count);
}

void exponential(float* x, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(exponentialOf)(x, count);
}

void multiply(const float* factors, std::size_t count, float* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] *= factors[i];
}

void add(const float* terms, std::size_t count, float* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] += terms[i];
}

void widen(DType dtype, const std::byte* from, std::size_t count, float* to) {
  if (dtype == DType::f32) {
    std::memcpy(to, from, count * sizeof(float));
  } else if (dtype == DType::bf16) {
    HWY_DYNAMIC_DISPATCH(widenBfloat16)(from, count, to);
  } else {
    HWY_DYNAMIC_DISPATCH(widenFloat16)(from, count, to);
  }
}

}  // namespace lineament::language
#endif
