// SPDX-License-Identifier: GPL-3.0-or-later
// SEA's summary of one head: linear attention over rectified random features of positions and
// values, in the vector instructions of the including target.
#if defined(LINEAMENT_SEQUENCE_SEA_SUMMARY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_SEA_SUMMARY_INL_H
#undef LINEAMENT_SEQUENCE_SEA_SUMMARY_INL_H
#else
#define LINEAMENT_SEQUENCE_SEA_SUMMARY_INL_H
#endif

#include <algorithm>
#include <cmath>

#include "core/sequence/feature_chunks-inl.h"
#include "core/sequence/head_rows-inl.h"
#include "core/sequence/sea_layout.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// What the walks of feature_chunks-inl.h read and write. Outputs go to `contexts` [token, 2 value]
// and their denominators to `sums`; the backward walk takes the gradient of the contexts from
// `context_gradient` in the same layout.
class SeaSummaryMixer {
 public:
  static constexpr bool kPairsOnFeatures = true, kWindows = false;

  SeaSummaryMixer(const HeadRows& rows, const SeaLayout& layout, State<float>* made)
      : inputs(static_cast<std::size_t>(layout.keys)),
        values(static_cast<std::size_t>(2 * layout.values)),
        features_count(static_cast<std::size_t>(layout.summary.features)),
        tokens(layout.tokens),
        blocks{{0, features_count, 0, 0}},
        rows_(rows),
        layout_(layout),
        made_(made),
        root_(static_cast<float>(std::pow(static_cast<double>(inputs), -0.25))),
        projection_(work_.tile(features_count, inputs)),
        half_rows_(work_.tile(kTokens, values / 2)),
        contexts_(work_.tile(static_cast<std::size_t>(std::max<std::int64_t>(1, tokens)), values)),
        sums_(work_.numbers(static_cast<std::size_t>(std::max<std::int64_t>(1, tokens))).data()) {
    for (std::size_t f = 0; f < features_count; ++f) {
      float* to = projection_ + f * tileStride(inputs);
      const float* from = rows.call.inputs[SeaLayout::kProjection].row(
          to, layout.keys, static_cast<std::int64_t>(f));
      if (from != to) std::copy_n(from, inputs, to);
    }
  }

  const std::size_t inputs, values, features_count;
  const std::int64_t tokens, past = 0, window = 0, lag = 0;
  const float epsilon = 0;
  const std::vector<FeatureBlock> blocks;

  // Where the backward walk finds the contexts' gradient, and puts those of its own.
  struct Gradients {
    const float* contexts = nullptr;
    float* eye = nullptr;         // [token, value]
    float* projection = nullptr;  // [feature, tileStride(key)]
  };
  Gradients gradients;

  float* context(std::int64_t token) const {
    return contexts_ + token * static_cast<std::int64_t>(tileStride(values));
  }

  void loadInputs(Side side, std::int64_t first, std::size_t count, float* to) const {
    rows_.load(inputOf(side), first, count, inputs, to);
    scaleAll(to, count * tileStride(inputs), root_);
  }
  void loadValues(std::int64_t first, std::size_t count, float* to) const {
    const std::size_t half = values / 2, stride = tileStride(values);
    rows_.load(SeaLayout::kValue, first, count, half, half_rows_);
    for (std::size_t i = 0; i < count; ++i) {
      float* row = to + i * stride;
      const float* eye = rows_.call.inputs[SeaLayout::kEye].row(
          row, layout_.values, first + static_cast<std::int64_t>(i));
      if (eye != row) std::copy_n(eye, half, row);
      std::copy_n(half_rows_ + i * tileStride(half), half, row + half);
    }
  }
  void loadAbove(std::int64_t first, std::size_t count, float* rows, float* ones,
                 float* shifts) const {
    const std::size_t stride = tileStride(values);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t token = first + static_cast<std::int64_t>(i);
      const float* above = gradients.contexts + token * static_cast<std::int64_t>(stride);
      const float inverse = 1 / sums_[token];
      std::copy_n(above, stride, rows + i * stride);
      scaleAll(rows + i * stride, stride, inverse);
      ones[i] = -inverse * rowDot(above, context(token), stride);
      shifts[i] = 0;
    }
  }
  void keep(std::int64_t first, std::size_t count, const float* sums, const float*) const {
    std::copy_n(sums, count, sums_ + first);
  }
  void store(std::int64_t first, std::size_t count, const float* rows) const {
    std::copy_n(rows, count * tileStride(values), context(first));
  }
  void prefetchOutput(std::int64_t) const {}
  void walk(std::int64_t step) { rows_.next = step; }
  void add(Side side, std::int64_t first, std::size_t count, float* rows) const {
    scaleAll(rows, count * tileStride(inputs), root_);
    rows_.add(inputOf(side), first, count, inputs, rows);
  }
  void addValues(std::int64_t first, std::size_t count, const float* rows) const {
    const std::size_t half = values / 2;
    for (std::size_t i = 0; i < count; ++i) {
      const float* row = rows + i * tileStride(values);
      const std::int64_t token = first + static_cast<std::int64_t>(i);
      float* eye = gradients.eye + token * layout_.values;
      for (std::size_t e = 0; e < half; ++e) eye[e] += row[e];
      std::copy_n(row + half, half, half_rows_ + i * tileStride(half));
    }
    rows_.add(SeaLayout::kValue, first, count, half, half_rows_);
  }

  void features(Side, const FeatureBlock&, const float* x, float* to) const {
    const hn::ScalableTag<float> d;
    smallProduct<false>(features_count, kTokens, inputs, projection_, projectionStride(), 1, x,
                        kTokens, to, kTokens);
    const auto least = hn::Set(d, static_cast<float>(SeaLayout::kLeastFeature));
    for (std::size_t i = 0; i < features_count * kTokens; i += hn::Lanes(d)) {
      hn::StoreU(hn::Add(least, hn::Max(hn::Zero(d), hn::LoadU(d, to + i))), d, to + i);
    }
  }
  void pull(Side, const FeatureBlock&, const FeatureInputs& tile, float* above,
            float* gradient) const {
    const hn::ScalableTag<float> d;
    const auto least = hn::Set(d, static_cast<float>(SeaLayout::kLeastFeature));
    for (std::size_t i = 0; i < features_count * kTokens; i += hn::Lanes(d)) {
      const auto rose = hn::Gt(hn::LoadU(d, tile.features + i), least);
      hn::StoreU(hn::IfThenElseZero(rose, hn::LoadU(d, above + i)), d, above + i);
    }
    smallProduct<true>(inputs, kTokens, features_count, projection_, 1, projectionStride(), above,
                       kTokens, gradient, kTokens);
    smallProduct<true>(features_count, inputs, kTokens, above, kTokens, 1, tile.rows,
                       projectionStride(), gradients.projection, projectionStride());
  }

  template <class D, class V, class M>
  HWY_INLINE void pair(D d, V s, V, V, M, V& weight, V& slope) const {
    weight = s;
    slope = hn::Set(d, 1.0f);
  }

  void loadState(float* matrix, float* normaliser) const {
    rows_.loadState(layout_.summary, matrix, normaliser);
    for (std::size_t f = 0; f < features_count; ++f) {
      if (rows_.call.initial == nullptr) normaliser[f] = 0;
      normaliser[f] += static_cast<float>(SeaLayout::kLeastSum);
    }
  }
  void storeState(const float* matrix, const float* normaliser) const {
    if (made_ == nullptr) return;
    packState(layout_.summary, matrix, normaliser, rows_.batch, rows_.head, *made_);
    float* sums = made_->values.data() + layout_.summary.normaliserOffset(rows_.batch, rows_.head);
    for (std::size_t f = 0; f < features_count; ++f) {
      sums[f] -= static_cast<float>(SeaLayout::kLeastSum);
    }
  }
  void loadFinalGradient(float* matrix, float* normaliser) const {
    rows_.loadFinalGradient(layout_.summary, matrix, normaliser);
  }
  void storeInitialGradient(const float* matrix, const float* normaliser) const {
    rows_.storeInitialGradient(layout_.summary, matrix, normaliser);
  }

 private:
  static std::size_t inputOf(Side side) {
    return side == Side::query ? SeaLayout::kQuery : SeaLayout::kKey;
  }
  std::ptrdiff_t projectionStride() const {
    return static_cast<std::ptrdiff_t>(tileStride(inputs));
  }

  Workspace work_;
  HeadRows rows_;
  SeaLayout layout_;
  State<float>* made_;
  float root_;
  float *projection_, *half_rows_, *contexts_, *sums_;
};

// Runs the forward walk and hands out what it found.
class SeaSummary {
 public:
  SeaSummary(const HeadRows& rows, const SeaLayout& layout, State<float>* made)
      : rows_(rows), layout_(layout), mixer_(rows, layout, made) {}

  void run() { FeatureForward<SeaSummaryMixer>(mixer_).run(); }
  SeaSummaryMixer& mixer() { return mixer_; }

  // Rows [c_t, v_t] of tileStride(3 value) numbers.
  void loadContexts(std::int64_t first, std::size_t count, float* to) const {
    const auto values = static_cast<std::size_t>(layout_.values);
    const std::size_t stride = tileStride(3 * values);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t token = first + static_cast<std::int64_t>(i);
      float* row = to + i * stride;
      std::copy_n(mixer_.context(token), 2 * values, row);
      const float* value = rows_.call.inputs[SeaLayout::kValue].row(
          row + 2 * values, layout_.values, rows_.batch, token, rows_.head);
      if (value != row + 2 * values) std::copy_n(value, values, row + 2 * values);
    }
  }

 private:
  const HeadRows& rows_;
  const SeaLayout& layout_;
  SeaSummaryMixer mixer_;
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
