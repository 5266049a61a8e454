// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/hedgehog_tiles.h"

#include "core/sequence/hedgehog_layout.h"
#include "core/sequence/hedgehog_map.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/hedgehog_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/feature_backward-inl.h"
#include "core/sequence/feature_chunks-inl.h"
#include "core/sequence/feature_step-inl.h"
#include "core/sequence/head_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// What one head of Hedgehog is to the walks of feature_chunks-inl.h.
class HedgehogMixer {
  using Layout = HedgehogLayout;
  using Tag = hn::ScalableTag<float>;
  using Vector = hn::Vec<Tag>;

 public:
  static constexpr bool kPairsOnFeatures = true, kWindows = false;

  HedgehogMixer(const HeadRows& rows, State<float>* made, const HedgehogMapGradients& maps)
      : inputs(static_cast<std::size_t>(rows.call.sizes.keys())),
        values(static_cast<std::size_t>(rows.call.sizes.values())),
        columns(static_cast<std::size_t>(rows.call.sizes[Dim::feature])),
        features_count(2 * columns),
        layout{rows.call.sizes.batch(), rows.call.sizes.heads(),
               static_cast<std::int64_t>(features_count), rows.call.sizes.values()},
        tokens(rows.call.sizes.tokens()),
        blocks{{0, features_count, 0, columns}},
        rows_(rows),
        made_(made),
        gradients_(maps),
        form_(static_cast<HedgehogForm>(rows.call.options->integer(Layout::kForm))),
        query_map_(work_.tile(inputs, columns)),
        key_map_(work_.tile(inputs, columns)) {
    for (std::size_t i = 0; i < inputs; ++i) {
      loadMapRow(Layout::kQueryMap, i, query_map_);
      loadMapRow(Layout::kKeyMap, i, key_map_);
    }
  }

  const std::size_t inputs, values, columns, features_count;
  const FeatureState layout;
  const std::int64_t tokens, past = 0, window = 0, lag = 0;
  const float epsilon = static_cast<float>(Layout::kEpsilon);
  const std::vector<FeatureBlock> blocks;

  void loadInputs(Side side, std::int64_t first, std::size_t count, float* to) const {
    rows_.load(inputOf(side), first, count, inputs, to);
  }
  void loadValues(std::int64_t first, std::size_t count, float* to) const {
    rows_.load(Layout::kValue, first, count, values, to);
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

  void add(Side side, std::int64_t first, std::size_t count, const float* rows) const {
    rows_.add(inputOf(side), first, count, inputs, rows);
  }
  void addValues(std::int64_t first, std::size_t count, const float* rows) const {
    rows_.add(Layout::kValue, first, count, values, rows);
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
  void storeState(const float* matrix, const float* normaliser) const {
    if (made_) packState(layout, matrix, normaliser, rows_.batch, rows_.head, *made_);
  }

  void features(Side side, const FeatureBlock&, const float* x, float* to) const {
    smallProduct<false>(columns, kTokens, inputs, mapOf(side), 1, mapStride(), x, kTokens, to,
                        kTokens);
    for (std::size_t t = 0; t < kTokens; t += hn::Lanes(Tag())) mapLanes(to + t);
  }

  void pull(Side side, const FeatureBlock&, const FeatureInputs& tile, float* above,
            float* gradient) const {
    for (std::size_t t = 0; t < kTokens; t += hn::Lanes(Tag())) {
      pullLanes(tile.features + t, above + t);
    }
    smallProduct<true>(inputs, kTokens, columns, mapOf(side), mapStride(), 1, above, kTokens,
                       gradient, kTokens);
    float* weights = side == Side::query ? gradients_.query : gradients_.key;
    const auto stride = static_cast<std::ptrdiff_t>(tileStride(inputs));
    smallProduct<true>(columns, inputs, kTokens, above, kTokens, 1, tile.rows, stride, weights,
                       stride);
  }

  template <class D, class V, class M>
  HWY_INLINE void pair(D d, V s, V, V, M, V& weight, V& slope) const {
    weight = s;
    slope = hn::Set(d, 1.0f);
  }

 private:
  static std::size_t inputOf(Side side) {
    return side == Side::query ? Layout::kQuery : Layout::kKey;
  }
  const float* mapOf(Side side) const { return side == Side::query ? query_map_ : key_map_; }
  std::ptrdiff_t mapStride() const { return static_cast<std::ptrdiff_t>(tileStride(columns)); }

  void loadMapRow(std::size_t input, std::size_t i, float* tile) {
    float* to = tile + i * tileStride(columns);
    const float* row = rows_.call.inputs[input].row(to, static_cast<std::int64_t>(columns),
                                                    rows_.head, static_cast<std::int64_t>(i));
    if (row != to) std::copy_n(row, columns, to);
  }

  void mapLanes(float* z) const;
  void pullLanes(const float* features, float* above) const;
  Vector least(Vector x) const { return hn::Max(x, hn::Set(Tag(), kLeast)); }

  static constexpr float kLeast = static_cast<float>(kHedgehogLeast);

  Workspace work_;
  HeadRows rows_;
  State<float>* made_;
  HedgehogMapGradients gradients_;
  HedgehogForm form_;
  float *query_map_, *key_map_;
};

// The features of as many tokens as a vector holds, z in the first `columns` rows.
void HedgehogMixer::mapLanes(float* z) const {
  const Tag d;
  const bool joint = form_ == HedgehogForm::softmax_joint, plain = form_ == HedgehogForm::exp;
  const auto factor = hn::Set(d, joint ? 2.0f : 1.0f);
  auto high = hn::Set(d, std::numeric_limits<float>::lowest()), low = hn::Neg(high);
  for (std::size_t i = 0; i < columns; ++i) {
    const auto x = hn::Mul(factor, hn::LoadU(d, z + i * kTokens));
    high = hn::Max(high, x);
    low = hn::Min(low, x);
  }
  if (joint) {
    high = hn::Max(high, hn::Neg(low));
    low = hn::Neg(high);
  }
  if (plain) high = low = hn::Zero(d);
  auto sum = hn::Zero(d), other_sum = hn::Zero(d);
  float* minus = z + columns * kTokens;
  for (std::size_t i = 0; i < columns; ++i) {
    const auto x = hn::Mul(factor, hn::LoadU(d, z + i * kTokens));
    const auto up = boundedExponential(d, hn::Sub(x, high)),
               down = boundedExponential(d, hn::Sub(low, x));
    hn::StoreU(up, d, z + i * kTokens);
    hn::StoreU(down, d, minus + i * kTokens);
    sum = hn::Add(sum, up);
    other_sum = hn::Add(other_sum, down);
  }
  if (plain) return;
  const auto one = hn::Set(d, 1.0f);
  auto share = one, other_share = one;
  if (joint) share = other_share = hn::Div(one, hn::Add(sum, other_sum));
  if (form_ == HedgehogForm::softmax_halves) {
    share = hn::Div(one, sum);
    other_share = hn::Div(one, other_sum);
  }
  const auto lowest = hn::Set(d, joint ? 0.0f : kLeast);
  for (std::size_t i = 0; i < columns; ++i) {
    float *up = z + i * kTokens, *down = minus + i * kTokens;
    hn::StoreU(hn::Max(lowest, hn::Mul(share, hn::LoadU(d, up))), d, up);
    hn::StoreU(hn::Max(lowest, hn::Mul(other_share, hn::LoadU(d, down))), d, down);
  }
}

// Turns the gradient by the features into that by z, in the first `columns` rows.
void HedgehogMixer::pullLanes(const float* features, float* above) const {
  const Tag d;
  const bool clamped = form_ == HedgehogForm::softmax_halves || form_ == HedgehogForm::exp_shifted;
  const auto lowest = hn::Set(d, clamped ? kLeast : -1.0f);
  const float* minus = features + columns * kTokens;
  float* minus_above = above + columns * kTokens;
  auto sum = hn::Zero(d), other_sum = hn::Zero(d);
  // feature * gradient, none where the feature was raised to the least one
  for (std::size_t i = 0; i < columns; ++i) {
    const auto up = hn::LoadU(d, features + i * kTokens);
    const auto down = hn::LoadU(d, minus + i * kTokens);
    const auto a =
        hn::IfThenElseZero(hn::Gt(up, lowest), hn::Mul(up, hn::LoadU(d, above + i * kTokens)));
    const auto b = hn::IfThenElseZero(hn::Gt(down, lowest),
                                      hn::Mul(down, hn::LoadU(d, minus_above + i * kTokens)));
    hn::StoreU(hn::Sub(a, b), d, above + i * kTokens);
    sum = hn::Add(sum, a);
    other_sum = hn::Add(other_sum, b);
  }
  if (form_ == HedgehogForm::exp) return;
  if (form_ == HedgehogForm::exp_shifted) {
    // The largest and the smallest z had their own exponential held at 1: the first of each.
    auto up_open = hn::Eq(sum, sum), down_open = up_open;
    const auto one = hn::Set(d, 1.0f);
    for (std::size_t i = 0; i < columns; ++i) {
      const auto highest = hn::And(up_open, hn::Eq(hn::LoadU(d, features + i * kTokens), one));
      const auto smallest = hn::And(down_open, hn::Eq(hn::LoadU(d, minus + i * kTokens), one));
      up_open = hn::AndNot(highest, up_open);
      down_open = hn::AndNot(smallest, down_open);
      const auto z = hn::Sub(hn::LoadU(d, above + i * kTokens), hn::IfThenElseZero(highest, sum));
      hn::StoreU(hn::Add(z, hn::IfThenElseZero(smallest, other_sum)), d, above + i * kTokens);
    }
    return;
  }
  const bool joint = form_ == HedgehogForm::softmax_joint;
  if (joint) sum = other_sum = hn::Add(sum, other_sum);
  const auto factor = hn::Set(d, joint ? 2.0f : 1.0f);
  for (std::size_t i = 0; i < columns; ++i) {
    const auto mean = hn::NegMulAdd(hn::LoadU(d, minus + i * kTokens), other_sum,
                                    hn::Mul(hn::LoadU(d, features + i * kTokens), sum));
    float* z = above + i * kTokens;
    hn::StoreU(hn::Mul(factor, hn::Sub(hn::LoadU(d, z), mean)), d, z);
  }
}

void hedgehogForward(const Call<float>& call, std::int64_t batch, std::int64_t head,
                     State<float>* made) {
  HedgehogMixer mixer({call, nullptr, batch, head, kTokensSigned}, made, {});
  FeatureForward<HedgehogMixer>(mixer).run();
}

void hedgehogBackward(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head,
                      const HedgehogMapGradients& maps) {
  HedgehogMixer mixer({back.forward, &back, batch, head, kTokensSigned}, nullptr, maps);
  FeatureBackward<HedgehogMixer>(mixer).run();
}

void hedgehogStep(const Call<float>& call, std::int64_t begin, std::int64_t end, std::int64_t head,
                  State<float>& state) {
  HedgehogMixer mixer({call, nullptr, begin, head}, nullptr, {});
  FeatureStep<HedgehogMixer>(mixer).run(begin, end, state);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(hedgehogForward);
HWY_EXPORT(hedgehogBackward);
HWY_EXPORT(hedgehogStep);

void hedgehogForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head,
                         State<float>* made) {
  HWY_DYNAMIC_DISPATCH(hedgehogForward)(call, batch, head, made);
}

void hedgehogBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head,
                          const HedgehogMapGradients& maps) {
  HWY_DYNAMIC_DISPATCH(hedgehogBackward)(back, batch, head, maps);
}

void hedgehogStepEntries(const Call<float>& call, std::int64_t begin, std::int64_t end,
                         std::int64_t head, State<float>& state) {
  HWY_DYNAMIC_DISPATCH(hedgehogStep)(call, begin, end, head, state);
}

}  // namespace lineament::sequence
#endif
