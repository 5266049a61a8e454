// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/based_tiles.h"

#include <cmath>
#include <numbers>

#include "core/sequence/based_layout.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/based_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/feature_backward-inl.h"
#include "core/sequence/feature_chunks-inl.h"
#include "core/sequence/feature_step-inl.h"
#include "core/sequence/head_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// What one head of BASED is to the walks of feature_chunks-inl.h. Inputs are scaled by Dk^(-1/4).
class BasedMixer {
  using Layout = BasedLayout;

 public:
  static constexpr bool kPairsOnFeatures = false, kWindows = true;

  // `made` is the state after the call, null where it is not wanted.
  BasedMixer(const Call<float>& call, const BackwardCall<float>* back, State<float>* made,
             std::int64_t batch, std::int64_t head)
      : layout(call.sizes, *call.options),
        inputs(static_cast<std::size_t>(layout.keys)),
        values(static_cast<std::size_t>(layout.values)),
        features_count(static_cast<std::size_t>(layout.features)),
        tokens(call.sizes.tokens()),
        past(call.initial ? layout.cached(call.initial->tokens) : 0),
        window(layout.window),
        lag((window + kTokensSigned - 1) / kTokensSigned),
        epsilon(layout.hasFeatures() ? static_cast<float>(Layout::kEpsilon) : 0),
        has_exponentials(layout.hasExponentials()),
        rows_{call, back, batch, head, kTokensSigned},
        made_(made),
        root_(static_cast<float>(std::pow(static_cast<double>(inputs), -0.25))) {
    if (layout.hasFeatures()) makeBlocks();
  }

  const Layout layout;
  const std::size_t inputs, values, features_count;
  const std::int64_t tokens, past, window, lag;
  const float epsilon;
  const bool has_exponentials;
  std::vector<FeatureBlock> blocks;

  void loadInputs(Side side, std::int64_t first, std::size_t count, float* to) const {
    loadRows(side == Side::query ? Layout::kQuery : Layout::kKey, first, count, inputs, 0, to);
    scaleAll(to, count * tileStride(inputs), root_);
  }
  void loadValues(std::int64_t first, std::size_t count, float* to) const {
    loadRows(Layout::kValue, first, count, values, inputs, to);
  }
  void loadAbove(std::int64_t first, std::size_t count, float* rows, float* ones,
                 float* shifts) const {
    rows_.loadAbove(first, count, values, rows, ones, shifts);
  }
  void keep(std::int64_t first, std::size_t count, const float* sums, const float* shifts) const {
    rows_.keep(first, count, sums, shifts);
  }
  void store(std::int64_t first, std::size_t count, const float* rows) const {
    rows_.store(first, count, values, rows);
  }
  void prefetchOutput(std::int64_t first) const { rows_.prefetchOutput(first, values); }
  void walk(std::int64_t step) { rows_.next = step; }

  void enter(std::int64_t batch) { rows_.batch = batch; }
  float* matrixOf(State<float>& state) const {
    return state.values.data() + layout.matrixOffset(rows_.batch, rows_.head);
  }
  float* normaliserOf(State<float>& state) const {
    return state.values.data() + layout.normaliserOffset(rows_.batch, rows_.head);
  }

  void add(Side side, std::int64_t first, std::size_t count, float* rows) const {
    scaleAll(rows, count * tileStride(inputs), root_);
    addRows(side == Side::query ? Layout::kQuery : Layout::kKey, first, count, inputs, 0, rows);
  }
  void addValues(std::int64_t first, std::size_t count, const float* rows) const {
    addRows(Layout::kValue, first, count, values, inputs, rows);
  }

  void features(Side, const FeatureBlock& block, const float* x, float* to) const;
  void pull(Side, const FeatureBlock& block, const FeatureInputs& tile, const float* above,
            float* gradient) const;

  template <class D, class V, class M>
  HWY_INLINE void pair(D d, V s, V shift, V far, M in_window, V& weight, V& slope) const {
    const auto one = hn::Set(d, 1.0f);
    const auto rise = hn::Add(one, s);
    weight = hn::Mul(far, hn::MulAdd(hn::Mul(s, s), hn::Set(d, 0.5f), rise));
    slope = hn::Mul(far, rise);
    if (!has_exponentials || hn::AllFalse(d, in_window)) return;
    const auto power = boundedExponential(d, hn::Sub(s, shift));
    weight = hn::IfThenElse(in_window, power, weight);
    slope = hn::IfThenElse(in_window, power, slope);
  }

  void loadState(float* matrix, float* normaliser) const {
    rows_.loadState(layout, matrix, normaliser);
  }
  void loadFinalGradient(float* matrix, float* normaliser) const {
    rows_.loadFinalGradient(layout, matrix, normaliser);
  }
  void storeInitialGradient(const float* matrix, const float* normaliser) const {
    rows_.storeInitialGradient(layout, matrix, normaliser);
  }
  void storeState(const float* matrix, const float* normaliser) const;

 private:
  void makeBlocks();

  // Of `count` tokens from `first`, how many lie in the cache.
  std::size_t cachedOf(std::int64_t first, std::size_t count) const {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(-first, 0, static_cast<std::int64_t>(count)));
  }
  std::size_t cacheOffset(std::int64_t token) const {
    return static_cast<std::size_t>(layout.cacheOffset(token, rows_.batch, rows_.head));
  }

  // Rows of an input, those of earlier tokens from the cache, where they lie `part` numbers in.
  void loadRows(std::size_t input, std::int64_t first, std::size_t count, std::size_t width,
                std::size_t part, float* to) const {
    const std::size_t stride = tileStride(width), cached = cachedOf(first, count);
    for (std::size_t i = 0; i < cached; ++i) {
      const std::size_t from = cacheOffset(past + first + static_cast<std::int64_t>(i)) + part;
      std::copy_n(rows_.call.initial->values.data() + from, width, to + i * stride);
    }
    rows_.load(input, first + static_cast<std::int64_t>(cached), count - cached, width,
               to + cached * stride);
  }

  // Adds rows to an input's gradient, or to that of the initial state's cache; with them what the
  // final state's cache says of the same tokens.
  void addRows(std::size_t input, std::int64_t first, std::size_t count, std::size_t width,
               std::size_t part, const float* rows) const;

  HeadRows rows_;
  State<float>* made_;
  float root_;
};

// Blocks of whole triangle rows, of about half a first-level cache of S.
void BasedMixer::makeBlocks() {
  constexpr std::size_t kBlockFloats = 6144, kLeastRows = 32;
  const std::size_t most = std::max(kLeastRows, kBlockFloats / tileStride(values));
  FeatureBlock block{0, 1 + inputs, 0, 0};
  for (std::size_t i = 0; i < inputs; ++i) {
    const std::size_t row = inputs - i;
    if (block.count + row > most && block.count > 0) {
      blocks.push_back(block);
      block = {block.first + block.count, 0, i, i};
    }
    block.count += row;
    block.to = i + 1;
  }
  blocks.push_back(block);
}

// The first block begins with 1 and x; then each has x_i x_j for i in [from, to) and j >= i, the
// squares over sqrt(2).
void BasedMixer::features(Side, const FeatureBlock& block, const float* x, float* to) const {
  const hn::ScalableTag<float> d;
  const auto half_root = hn::Set(d, static_cast<float>(1 / std::numbers::sqrt2));
  if (block.first == 0) {
    std::fill_n(to, kTokens, 1.0f);
    std::copy_n(x, inputs * kTokens, to + kTokens);
    to += (1 + inputs) * kTokens;
  }
  for (std::size_t i = block.from; i < block.to; ++i) {
    for (std::size_t t = 0; t < kTokens; t += hn::Lanes(d)) {
      const auto left = hn::LoadU(d, x + i * kTokens + t);
      hn::StoreU(hn::Mul(hn::Mul(left, left), half_root), d, to + t);
      for (std::size_t j = i + 1; j < inputs; ++j) {
        hn::StoreU(hn::Mul(left, hn::LoadU(d, x + j * kTokens + t)), d, to + (j - i) * kTokens + t);
      }
    }
    to += (inputs - i) * kTokens;
  }
}

void BasedMixer::pull(Side, const FeatureBlock& block, const FeatureInputs& tile,
                      const float* above, float* gradient) const {
  const hn::ScalableTag<float> d;
  const float* x = tile.across;
  const auto root = hn::Set(d, static_cast<float>(std::numbers::sqrt2));
  if (block.first == 0) {
    for (std::size_t n = 0; n < inputs * kTokens; n += hn::Lanes(d)) {
      hn::StoreU(hn::Add(hn::LoadU(d, gradient + n), hn::LoadU(d, above + kTokens + n)), d,
                 gradient + n);
    }
    above += (1 + inputs) * kTokens;
  }
  for (std::size_t i = block.from; i < block.to; ++i) {
    for (std::size_t t = 0; t < kTokens; t += hn::Lanes(d)) {
      const auto left = hn::LoadU(d, x + i * kTokens + t);
      auto sum = hn::MulAdd(hn::Mul(left, root), hn::LoadU(d, above + t),
                            hn::LoadU(d, gradient + i * kTokens + t));
      for (std::size_t j = i + 1; j < inputs; ++j) {
        const auto slope = hn::LoadU(d, above + (j - i) * kTokens + t);
        float* right = gradient + j * kTokens + t;
        sum = hn::MulAdd(slope, hn::LoadU(d, x + j * kTokens + t), sum);
        hn::StoreU(hn::MulAdd(slope, left, hn::LoadU(d, right)), d, right);
      }
      hn::StoreU(sum, d, gradient + i * kTokens + t);
    }
    above += (inputs - i) * kTokens;
  }
}

void BasedMixer::storeState(const float* matrix, const float* normaliser) const {
  if (made_ == nullptr) return;
  packState(layout, matrix, normaliser, rows_.batch, rows_.head, *made_);
  const std::int64_t cached = layout.cached(past + tokens);
  for (std::int64_t i = 0; i < cached; ++i) {
    const std::int64_t token = tokens - cached + i;
    float* to = made_->values.data() + cacheOffset(i);
    if (token < 0) {
      std::copy_n(rows_.call.initial->values.data() + cacheOffset(past + token), inputs + values,
                  to);
    } else {
      rows_.load(Layout::kKey, token, 1, inputs, to);
      rows_.load(Layout::kValue, token, 1, values, to + inputs);
    }
  }
}

void BasedMixer::addRows(std::size_t input, std::int64_t first, std::size_t count,
                         std::size_t width, std::size_t part, const float* rows) const {
  const BackwardCall<float>& back = *rows_.back;
  const std::int64_t first_cached = tokens - layout.cached(past + tokens);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t token = first + static_cast<std::int64_t>(i);
    float* to = nullptr;
    if (token >= 0) {
      const View<float>& gradient = back.input_gradients[input];
      if (gradient) to = gradient.row(rows_.batch, token, rows_.head);
    } else if (back.initial_gradient) {
      to = back.initial_gradient->values.data() + cacheOffset(past + token) + part;
    }
    if (to == nullptr) continue;
    const float* row = rows + i * tileStride(width);
    addRow(row, width, to);
    if (input == Layout::kQuery || back.final_gradient == nullptr || token < first_cached) continue;
    const float* ahead = back.final_gradient->values.data() + cacheOffset(token - first_cached);
    addRow(ahead + part, width, to);
  }
}

void basedForward(const Call<float>& call, std::int64_t batch, std::int64_t head,
                  State<float>* made) {
  BasedMixer mixer(call, nullptr, made, batch, head);
  FeatureForward<BasedMixer>(mixer).run();
}

void basedBackward(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head) {
  BasedMixer mixer(back.forward, &back, nullptr, batch, head);
  FeatureBackward<BasedMixer>(mixer).run();
}

void basedStep(const Call<float>& call, std::int64_t begin, std::int64_t end, std::int64_t head,
               State<float>& state) {
  BasedMixer mixer(call, nullptr, nullptr, begin, head);
  FeatureStep<BasedMixer>(mixer).run(begin, end, state);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(basedForward);
HWY_EXPORT(basedBackward);
HWY_EXPORT(basedStep);

void basedForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head,
                      State<float>* made) {
  HWY_DYNAMIC_DISPATCH(basedForward)(call, batch, head, made);
}

void basedBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(basedBackward)(back, batch, head);
}

void basedStepEntries(const Call<float>& call, std::int64_t begin, std::int64_t end,
                      std::int64_t head, State<float>& state) {
  HWY_DYNAMIC_DISPATCH(basedStep)(call, begin, end, head, state);
}

}  // namespace lineament::sequence
#endif
