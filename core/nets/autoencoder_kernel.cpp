// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/autoencoder_kernel.h"

#include <algorithm>
#include <cmath>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/nets/autoencoder_kernel.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/base/transpose-inl.h"
#include "core/sequence/exponential-inl.h"

// Points lie in the lanes, so that layers of any width fill the vectors. A layer of m inputs and n
// outputs costs 2 m n operations a point forward, 2 m n for the slopes of its inputs and 2 m n for
// those of its weights; one exponential for each output comes to it.
HWY_BEFORE_NAMESPACE();
namespace lineament::nets::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;
using Vector = hn::Vec<Lane>;

constexpr std::size_t kLanes = HWY_LANES(float);
constexpr std::size_t kTile = kAutoencoderTile;
static_assert(kTile % (2 * kLanes) == 0);
// Rows that are summed at a time, two vectors of points each: with them and the vectors they are
// multiplied by, the registers are full.
constexpr std::size_t kRows = kLanes >= 16 ? 12 : 6;

std::size_t vectorsOf(std::size_t count) {
  return (count + kLanes - 1) / kLanes;
}

// A matrix as the products below read it: entry (row, k) at values[row * row_stride + k * k_stride]
struct Factors {
  const float* values;
  std::size_t row_stride, k_stride;
};

// sums[r][v] = sum over k of factor (r, k) times x[k * kTile + v * kLanes ...]
template <std::size_t kCount, std::size_t kVectors>
HWY_INLINE void products(const Factors& factors, std::size_t inner, const float* HWY_RESTRICT x,
                         Vector (&sums)[kCount][kVectors]) {
  const Lane d;
  HWY_UNROLL(12)
  for (std::size_t r = 0; r < kCount; ++r) {
    HWY_UNROLL(2)
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  const float* HWY_RESTRICT factor = factors.values;
  for (std::size_t k = 0; k < inner; ++k, factor += factors.k_stride, x += kTile) {
    Vector points[kVectors];
    HWY_UNROLL(2)
    for (std::size_t v = 0; v < kVectors; ++v) points[v] = hn::Load(d, x + v * kLanes);
    HWY_UNROLL(12)
    for (std::size_t r = 0; r < kCount; ++r) {
      const auto weight = hn::Set(d, factor[r * factors.row_stride]);
      HWY_UNROLL(2)
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = hn::MulAdd(weight, points[v], sums[r][v]);
      }
    }
  }
}

template <std::size_t kCount, std::size_t kVectors, class Finish>
HWY_INLINE void finishRows(const Factors& factors, std::size_t inner, const float* x,
                           std::size_t row, std::size_t point, const Finish& finish) {
  Vector sums[kCount][kVectors];
  products(Factors{factors.values + row * factors.row_stride, factors.row_stride, factors.k_stride},
           inner, x + point, sums);
  HWY_UNROLL(12)
  for (std::size_t r = 0; r < kCount; ++r) {
    HWY_UNROLL(2)
    for (std::size_t v = 0; v < kVectors; ++v) {
      finish(row + r, point + v * kLanes, sums[r][v]);
    }
  }
}

template <std::size_t kVectors, class Finish>
HWY_INLINE void allRows(const Factors& factors, std::size_t rows, std::size_t inner, const float* x,
                        std::size_t point, const Finish& finish) {
  std::size_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    finishRows<kRows, kVectors>(factors, inner, x, row, point, finish);
  }
  if (kRows > 6 && row + 6 <= rows) {
    finishRows<6, kVectors>(factors, inner, x, row, point, finish);
    row += 6;
  }
  if (row + 4 <= rows) {
    finishRows<4, kVectors>(factors, inner, x, row, point, finish);
    row += 4;
  }
  if (row + 2 <= rows) {
    finishRows<2, kVectors>(factors, inner, x, row, point, finish);
    row += 2;
  }
  if (row < rows) finishRows<1, kVectors>(factors, inner, x, row, point, finish);
}

// Calls finish(row, point, sum over k of factor (row, k) x[k][point ...]) for all rows and vectors.
template <class Finish>
HWY_INLINE void multiply(const Factors& factors, std::size_t rows, std::size_t inner,
                         const float* x, std::size_t vectors, const Finish& finish) {
  std::size_t v = 0;
  for (; v + 2 <= vectors; v += 2) allRows<2>(factors, rows, inner, x, v * kLanes, finish);
  if (v < vectors) allRows<1>(factors, rows, inner, x, v * kLanes, finish);
}

// SELU (Klambauer, Unterthiner, Mayr and Hochreiter, 2017, equation 2).
HWY_INLINE Vector selu(Vector x) {
  const Lane d;
  const auto below = hn::Mul(hn::Min(x, hn::Zero(d)), hn::Set(d, sequence::HWY_NAMESPACE::kLog2E));
  const auto power = sequence::HWY_NAMESPACE::powerOfTwo(d, below);
  const auto fall = hn::Mul(hn::Sub(power, hn::Set(d, 1.0f)),
                            hn::Set(d, static_cast<float>(kSeluScale * kSeluAlpha)));
  const auto rise = hn::Mul(x, hn::Set(d, static_cast<float>(kSeluScale)));
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), rise, fall);
}

// What is no number stays so: a minimum would hide it, and training would go on with it.
HWY_INLINE Vector activated(Layer::Type type, Vector x) {
  if (type == Layer::Type::linear) return x;
  const auto y = type == Layer::Type::selu ? selu(x) : sequence::HWY_NAMESPACE::sigmoid(Lane(), x);
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

// The activation's derivative from its value.
HWY_INLINE Vector derivative(Layer::Type type, Vector y) {
  const Lane d;
  const auto one = hn::Set(d, 1.0f);
  if (type == Layer::Type::sigmoid) return hn::Mul(y, hn::Sub(one, y));
  if (type != Layer::Type::selu) return one;
  const auto fall = hn::Add(y, hn::Set(d, static_cast<float>(kSeluScale * kSeluAlpha)));
  return hn::IfThenElse(hn::Gt(y, hn::Zero(d)), hn::Set(d, static_cast<float>(kSeluScale)), fall);
}

// penalty * sign(y), 0 at 0
HWY_INLINE Vector penaltySlope(Vector penalty, Vector y) {
  const Lane d;
  return hn::IfThenZeroElse(hn::Eq(y, hn::Zero(d)), hn::CopySign(penalty, y));
}

void forwardTile(std::span<const DenseLayerView> layers, std::size_t count, AutoencoderTile& tile) {
  const Lane d;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const DenseLayerView& layer = layers[l];
    float* to = tile.outputsOf(l);
    multiply({layer.parameters, layer.inputs + 1, 1}, layer.outputs, layer.inputs + 1,
             tile.inputsOf(l), vectorsOf(count),
             [&](std::size_t row, std::size_t point, Vector sum) {
               hn::Store(activated(layer.activation, sum), d, to + row * kTile + point);
             });
  }
}

// The slope of the loss by what the activation of each output is made of.
TileLoss outputSlopes(const DenseLayerView& layer, std::size_t count, float penalty, float scale,
                      AutoencoderTile& tile, const float* outputs, float* slopes) {
  const Lane d;
  const std::size_t end = vectorsOf(count) * kLanes;
  const auto factor = hn::Set(d, 2 * scale / static_cast<float>(layer.outputs));
  const auto sparse = hn::Set(d, penalty * scale);
  TileLoss loss;
  for (std::size_t r = 0; r < layer.outputs; ++r) {
    const float* x = tile.inputs() + r * kTile;
    const float* y = outputs + r * kTile;
    auto squares = hn::Zero(d), sizes = hn::Zero(d);
    for (std::size_t i = 0; i < end; i += kLanes) {
      const auto there = hn::FirstN(d, count - i);
      const auto value = hn::IfThenElseZero(there, hn::Load(d, y + i));
      const auto difference = hn::Sub(value, hn::Load(d, x + i));  // both 0 behind the last point
      squares = hn::MulAdd(difference, difference, squares);
      sizes = hn::Add(sizes, hn::Abs(value));
      const auto above = hn::MulAdd(factor, difference, penaltySlope(sparse, value));
      hn::Store(hn::Mul(above, derivative(layer.activation, value)), d, slopes + r * kTile + i);
    }
    loss.squares += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, squares)));
    loss.activations += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sizes)));
  }
  return loss;
}

// gradient[r * columns + c] += sum over points of slopes[row + r] x[column + c] for kDown x kAcross
// entries, whose sums fill the lanes of one vector in the end; those behind `rows` and `columns`
// are not stored.
template <std::size_t kDown, std::size_t kAcross>
HWY_INLINE void weightBlock(const float* HWY_RESTRICT slopes, const float* HWY_RESTRICT x,
                            std::size_t vectors, std::size_t rows, std::size_t columns,
                            std::size_t stride, float* HWY_RESTRICT gradient) {
  static_assert(kDown * kAcross == kLanes);
  const Lane d;
  Vector sums[kLanes];
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kLanes; ++i) sums[i] = hn::Zero(d);
  for (std::size_t v = 0; v < vectors; ++v) {
    Vector down[kDown];
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < kDown; ++r) down[r] = hn::Load(d, slopes + r * kTile + v * kLanes);
    HWY_UNROLL(16)
    for (std::size_t c = 0; c < kAcross; ++c) {
      const auto points = hn::Load(d, x + c * kTile + v * kLanes);
      HWY_UNROLL(4)
      for (std::size_t r = 0; r < kDown; ++r) {
        sums[r * kAcross + c] = hn::MulAdd(down[r], points, sums[r * kAcross + c]);
      }
    }
  }
  const auto total = lineament::HWY_NAMESPACE::sumsOfRows(d, sums);
  if (kDown == 1 && columns >= kAcross) {
    hn::StoreU(hn::Add(hn::LoadU(d, gradient), total), d, gradient);
    return;
  }
  HWY_ALIGN float entries[kLanes];
  hn::Store(total, d, entries);
  for (std::size_t r = 0; r < std::min(rows, kDown); ++r) {
    for (std::size_t c = 0; c < std::min(columns, kAcross); ++c) {
      gradient[r * stride + c] += entries[r * kAcross + c];
    }
  }
}

template <std::size_t kDown>
HWY_INLINE void weightColumns(const float* slopes, const float* x, std::size_t vectors,
                              std::size_t rows, std::size_t columns, std::size_t stride,
                              float* gradient) {
  for (std::size_t r = 0; r < rows; r += kDown) {
    weightBlock<kDown, kLanes / kDown>(slopes + r * kTile, x, vectors, rows - r, columns, stride,
                                       gradient + r * stride);
  }
}

// gradient [row][column] += sum over points of slopes[row] x[column]
void addWeightSlopes(const float* slopes, const float* x, std::size_t vectors, std::size_t rows,
                     std::size_t columns, float* gradient) {
  std::size_t c = 0;
  for (; c + kLanes <= columns; c += kLanes) {
    weightColumns<1>(slopes, x + c * kTile, vectors, rows, kLanes, columns, gradient + c);
  }
  const std::size_t left = columns - c;
  if (left > kLanes / 2) {
    weightColumns<1>(slopes, x + c * kTile, vectors, rows, left, columns, gradient + c);
  } else if (left > kLanes / 4) {
    weightColumns<2>(slopes, x + c * kTile, vectors, rows, left, columns, gradient + c);
  } else if (left > 0) {
    weightColumns<4>(slopes, x + c * kTile, vectors, rows, left, columns, gradient + c);
  }
}

TileLoss backwardTile(std::span<const DenseLayerView> layers, std::size_t count, float penalty,
                      float scale, AutoencoderTile& tile, float* gradient) {
  const Lane d;
  const std::size_t vectors = vectorsOf(count);
  std::size_t l = layers.size() - 1;
  float* slopes = tile.slopes(l);
  TileLoss loss = outputSlopes(layers[l], count, penalty, scale, tile, tile.outputsOf(l), slopes);
  for (const DenseLayerView& layer : layers) gradient += (layer.inputs + 1) * layer.outputs;
  for (;; --l) {
    const DenseLayerView& layer = layers[l];
    gradient -= (layer.inputs + 1) * layer.outputs;
    addWeightSlopes(slopes, tile.inputsOf(l), vectors, layer.outputs, layer.inputs + 1, gradient);
    if (l == 0) return loss;
    const float* y = tile.inputsOf(l);
    const Layer::Type activation = layers[l - 1].activation;
    float* to = tile.slopes(l - 1);
    const auto sparse = hn::Set(d, penalty * scale);
    auto sizes = hn::Zero(d);
    multiply({layer.parameters, 1, layer.inputs + 1}, layer.inputs, layer.outputs, slopes, vectors,
             [&](std::size_t row, std::size_t point, Vector sum) {
               const auto value = hn::IfThenElseZero(hn::FirstN(d, count - point),
                                                     hn::Load(d, y + row * kTile + point));
               sizes = hn::Add(sizes, hn::Abs(value));
               const auto above = hn::Add(sum, penaltySlope(sparse, value));
               hn::Store(hn::Mul(above, derivative(activation, value)), d,
                         to + row * kTile + point);
             });
    loss.activations += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sizes)));
    slopes = to;
  }
}

}  // namespace lineament::nets::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::nets {

HWY_EXPORT(forwardTile);
HWY_EXPORT(backwardTile);

namespace {

// Rows that a block of weights may look at behind the last one; what they hold does not matter.
constexpr std::size_t kBehind = 16;

hwy::AlignedFreeUniquePtr<float[]> zeros(std::size_t count) {
  auto values = hwy::AllocateAligned<float>(count);
  std::fill_n(values.get(), count, 0.0f);
  return values;
}

}  // namespace

AutoencoderTile::AutoencoderTile(std::span<const DenseLayerView> layers)
    : features_(layers.front().inputs), at_{0} {
  std::size_t rows = 0, widest = 0;
  const auto add = [&](std::size_t outputs) {
    rows += outputs + 1;
    at_.push_back(rows * kAutoencoderTile);
    widest = std::max(widest, outputs);
  };
  add(layers.front().inputs);
  for (const DenseLayerView& layer : layers) add(layer.outputs);
  slope_room_ = (widest + kBehind) * kAutoencoderTile;
  values_ = zeros((rows + kBehind) * kAutoencoderTile);
  slopes_ = zeros(2 * slope_room_);
  for (std::size_t l = 1; l < at_.size(); ++l) {
    std::fill_n(values_.get() + at_[l] - kAutoencoderTile, kAutoencoderTile, 1.0f);
  }
}

void AutoencoderTile::load(const float* values, std::size_t feature_stride,
                           std::size_t point_stride, std::size_t count) {
  for (std::size_t f = 0; f < features_; ++f) {
    float* to = values_.get() + f * kAutoencoderTile;
    const float* from = values + f * feature_stride;
    for (std::size_t i = 0; i < count; ++i) to[i] = from[i * point_stride];
    std::fill(to + count, to + kAutoencoderTile, 0.0f);
  }
}

void forwardTile(std::span<const DenseLayerView> layers, std::size_t count, AutoencoderTile& tile) {
  HWY_DYNAMIC_DISPATCH(forwardTile)(layers, count, tile);
}

TileLoss backwardTile(std::span<const DenseLayerView> layers, std::size_t count, float penalty,
                      float scale, AutoencoderTile& tile, float* gradient) {
  return HWY_DYNAMIC_DISPATCH(backwardTile)(layers, count, penalty, scale, tile, gradient);
}

}  // namespace lineament::nets
#endif
