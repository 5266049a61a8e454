// SPDX-License-Identifier: GPL-3.0-or-later
// SEA's encoder and the rows it draws, for tiles of tokens of one head, in the vector instructions
// of the including target.
#if defined(LINEAMENT_SEQUENCE_SEA_ENCODER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_SEA_ENCODER_INL_H
#undef LINEAMENT_SEQUENCE_SEA_ENCODER_INL_H
#else
#define LINEAMENT_SEQUENCE_SEA_ENCODER_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "core/sequence/across-inl.h"
#include "core/sequence/head_rows-inl.h"
#include "core/sequence/sea_layout.h"
#include "core/sequence/small_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The share of a standard normal below x, within 1.5e-7 (Abramowitz and Stegun, 7.1.26).
template <class D, class V>
HWY_INLINE V normalBelow(D d, V x) {
  const auto one = hn::Set(d, 1.0f);
  const auto z = hn::Mul(hn::Abs(x), hn::Set(d, 0.70710678f));
  const auto t = hn::Div(one, hn::MulAdd(z, hn::Set(d, 0.3275911f), one));
  auto sum = hn::Set(d, 1.061405429f);
  sum = hn::MulAdd(sum, t, hn::Set(d, -1.453152027f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 1.421413741f));
  sum = hn::MulAdd(sum, t, hn::Set(d, -0.284496736f));
  sum = hn::MulAdd(sum, t, hn::Set(d, 0.254829592f));
  const auto tail = hn::Mul(
      hn::Mul(sum, t), hn::Mul(hn::Set(d, 0.5f), boundedExponential(d, hn::Neg(hn::Mul(z, z)))));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
}

// Layer norm of `count` numbers; the padding behind them becomes 0 (that of gain and shift is).
// Returns 1 / deviation; `normal`, where not null, gets the row before gain and shift.
HWY_INLINE float normRow(float* HWY_RESTRICT row, std::size_t count, const float* HWY_RESTRICT gain,
                         const float* HWY_RESTRICT shift, float* normal) {
  const hn::ScalableTag<float> d;
  const std::size_t padded = tileStride(count);
  auto sum = hn::Zero(d);
  std::fill(row + count, row + padded, 0.0f);
  for (std::size_t i = 0; i < padded; i += hn::Lanes(d)) sum = hn::Add(sum, hn::LoadU(d, row + i));
  const auto means = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, sum)) / static_cast<float>(count));
  for (std::size_t i = 0; i < padded; i += hn::Lanes(d)) {
    hn::StoreU(hn::Sub(hn::LoadU(d, row + i), means), d, row + i);
  }
  std::fill(row + count, row + padded, 0.0f);
  const float variance = rowDot(row, row, padded) / static_cast<float>(count);
  const float inverse = 1 / std::sqrt(variance + static_cast<float>(SeaLayout::kNormEpsilon));
  const auto inverses = hn::Set(d, inverse);
  for (std::size_t i = 0; i < padded; i += hn::Lanes(d)) {
    const auto x = hn::Mul(hn::LoadU(d, row + i), inverses);
    if (normal) hn::StoreU(x, d, normal + i);
    hn::StoreU(hn::MulAdd(x, hn::LoadU(d, gain + i), hn::LoadU(d, shift + i)), d, row + i);
  }
  if (normal) std::fill(normal + count, normal + padded, 0.0f);
  return inverse;
}

// Weights of the encoder in tiles, and what it makes of kTokens contexts at a time.
class SeaEncoderTiles {
 public:
  explicit SeaEncoderTiles(const Call<float>& call)
      : layout_(call.sizes, *call.options),
        width(static_cast<std::size_t>(SeaLayout::kParts * layout_.values)),
        hidden(static_cast<std::size_t>(layout_.hidden)),
        hidden_stride(static_cast<std::ptrdiff_t>(tileStride(hidden))),
        width_stride(static_cast<std::ptrdiff_t>(tileStride(width))),
        encoder(work_.tile(width, hidden)),
        bias(work_.tile(1, hidden)),
        gain(work_.tile(1, hidden)),
        shift(work_.tile(1, hidden)),
        gate(work_.tile(SeaLayout::kSplits, hidden)),
        contexts(work_.tile(kTokens, width)),
        normal(work_.tile(kTokens, hidden)),
        before(work_.tile(kTokens, hidden)),
        after(work_.tile(kTokens, hidden)) {
    for (std::int64_t i = 0; i < SeaLayout::kParts * layout_.values; ++i) {
      copyRow(call, SeaLayout::kEncoder, layout_.hidden, encoder + i * hidden_stride,
              i / layout_.values, i % layout_.values);
    }
    copyRow(call, SeaLayout::kEncoderBias, layout_.hidden, bias);
    copyRow(call, SeaLayout::kEncoderGain, layout_.hidden, gain);
    copyRow(call, SeaLayout::kEncoderShift, layout_.hidden, shift);
    for (std::int64_t o = 0; o < layout_.hidden; ++o) {
      for (std::int64_t g = 0; g < SeaLayout::kSplits; ++g) {
        gate[g * hidden_stride + o] = call.inputs[SeaLayout::kGate].at(o, g);
      }
    }
    for (std::int64_t g = 0; g < SeaLayout::kSplits; ++g) {
      gate_bias[g] = call.inputs[SeaLayout::kGateBias].at(g);
    }
  }

  // `count` numbers of an input at an index of its leading axes.
  template <class... I>
  static void copyRow(const Call<float>& call, std::size_t input, std::int64_t count, float* to,
                      I... at) {
    const float* from = call.inputs[input].row(to, count, at...);
    if (from != to) std::copy_n(from, count, to);
  }

  // contexts -> normal (and 1 / deviation), before and after the GELU, gates.
  void run(std::size_t count) {
    const hn::ScalableTag<float> d;
    const auto stride = static_cast<std::size_t>(hidden_stride);
    smallProduct<false>(count, hidden, width, contexts, width_stride, 1, encoder, hidden_stride,
                        before, hidden_stride);
    for (std::size_t i = 0; i < count; ++i) {
      float *row = before + i * stride, *out = after + i * stride;
      for (std::size_t o = 0; o < stride; ++o) row[o] += bias[o];
      inverse[i] = normRow(row, hidden, gain, shift, normal + i * stride);
      for (std::size_t o = 0; o < stride; o += hn::Lanes(d)) {
        const auto x = hn::LoadU(d, row + o);
        hn::StoreU(hn::Mul(x, normalBelow(d, x)), d, out + o);
      }
      for (std::size_t g = 0; g < SeaLayout::kSplits; ++g) {
        const float sum = rowDot(out, gate + g * stride, stride) + gate_bias[g];
        gates[i][g] = 1 / (1 + std::exp(-sum));
      }
    }
  }

 private:
  SeaLayout layout_;
  Workspace work_;

 public:
  const std::size_t width, hidden;
  const std::ptrdiff_t hidden_stride, width_stride;
  float *encoder, *bias, *gain, *shift, *gate;
  float gate_bias[SeaLayout::kSplits];
  float *contexts, *normal, *before, *after;
  float inverse[kTokens], gates[kTokens][SeaLayout::kSplits];
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
