// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/feature_map.h"

#include <algorithm>
#include <cmath>

#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/feature_map.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "core/sequence/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;

template <class Function>
HWY_INLINE void forVectors(float* numbers, std::size_t count, Function function) {
  const Floats d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::StoreU(function(hn::LoadU(d, numbers + i), i), d, numbers + i);
  }
}

void mapAll(FeatureMap map, float* numbers, std::size_t count) {
  const Floats d;
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const auto apply = [&](auto function) {
    forVectors(numbers, count, [&](auto x, std::size_t) { return function(x); });
  };
  switch (map) {
    case FeatureMap::identity:
      return;
    case FeatureMap::relu:
      return apply([&](auto x) { return hn::Max(x, zero); });
    case FeatureMap::elu:
      return apply([&](auto x) {
        return hn::IfThenElse(hn::Lt(x, zero), hn::Expm1(d, hn::Min(x, zero)), x);
      });
    case FeatureMap::elu_plus_one:
      return apply([&](auto x) {
        return hn::IfThenElse(hn::Lt(x, zero), boundedExponential(d, hn::Min(x, zero)),
                              hn::Add(x, one));
      });
    case FeatureMap::swish:
      return apply([&](auto x) { return hn::Mul(x, sigmoid(d, x)); });
  }
}

void mapGradients(FeatureMap map, const float* inputs, float* gradients, std::size_t count) {
  const Floats d;
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const auto apply = [&](auto function) {
    forVectors(gradients, count,
               [&](auto g, std::size_t i) { return function(hn::LoadU(d, inputs + i), g); });
  };
  switch (map) {
    case FeatureMap::identity:
      return;
    case FeatureMap::relu:
      return apply([&](auto x, auto g) { return hn::IfThenElseZero(hn::Gt(x, zero), g); });
    case FeatureMap::elu:
    case FeatureMap::elu_plus_one:
      return apply([&](auto x, auto g) {
        return hn::IfThenElse(hn::Lt(x, zero), hn::Mul(g, boundedExponential(d, hn::Min(x, zero))),
                              g);
      });
    case FeatureMap::swish:
      return apply([&](auto x, auto g) {
        const auto gate = sigmoid(d, x);
        return hn::Mul(g, hn::Mul(gate, hn::MulAdd(x, hn::Sub(one, gate), one)));
      });
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(mapAll);
HWY_EXPORT(mapGradients);

const std::vector<std::string_view>& featureMapNames() {
  static const std::vector<std::string_view> names{"identity", "relu", "elu", "elu_plus_one",
                                                   "swish"};
  return names;
}

double mapped(FeatureMap map, double x) {
  switch (map) {
    case FeatureMap::relu:
      return std::max(x, 0.0);
    case FeatureMap::elu:
      return x < 0 ? std::expm1(x) : x;
    case FeatureMap::elu_plus_one:
      return x < 0 ? std::exp(x) : x + 1;
    case FeatureMap::swish:
      return x / (1 + std::exp(-x));
    case FeatureMap::identity:
      break;
  }
  return x;
}

double slope(FeatureMap map, double x) {
  switch (map) {
    case FeatureMap::relu:
      return x > 0 ? 1 : 0;
    case FeatureMap::elu:
    case FeatureMap::elu_plus_one:
      return x < 0 ? std::exp(x) : 1;
    case FeatureMap::swish: {
      const double gate = 1 / (1 + std::exp(-x));
      return gate * (1 + x * (1 - gate));
    }
    case FeatureMap::identity:
      break;
  }
  return 1;
}

void mapTile(FeatureMap map, float* tile, std::size_t rows, std::size_t columns) {
  const std::size_t stride = tileStride(columns);
  HWY_DYNAMIC_DISPATCH(mapAll)(map, tile, rows * stride);
  if (map != FeatureMap::elu_plus_one) return;  // the others map 0 to 0
  for (std::size_t i = 0; i < rows; ++i) {
    std::fill(tile + i * stride + columns, tile + (i + 1) * stride, 0.0f);
  }
}

void mapTileGradient(FeatureMap map, const float* inputs, float* gradients, std::size_t rows,
                     std::size_t columns) {
  HWY_DYNAMIC_DISPATCH(mapGradients)(map, inputs, gradients, rows * tileStride(columns));
}

}  // namespace lineament::sequence
#endif
