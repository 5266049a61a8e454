// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/sequence/sea.h"
#include "core/sequence/sea_layout.h"
#include "core/sequence/sea_tiles.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/sea_backward_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/feature_backward-inl.h"
#include "core/sequence/sea_encoder-inl.h"
#include "core/sequence/sea_sparse-inl.h"
#include "core/sequence/sea_summary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// All gradients of one head: the summary once more, then tile by tile the sparse part and the
// gates, then back through the summary.
class SeaBackward {
 public:
  SeaBackward(const BackwardCall<float>& back, const std::uint32_t* stays,
              const SeaSharedGradients& shared, std::int64_t batch, std::int64_t head)
      : back_(back),
        call_(back.forward),
        stays_(stays),
        shared_(shared),
        layout_(call_.sizes, *call_.options),
        rows_{call_, &back, batch, head, kTokensSigned},
        keys_{call_, layout_, batch, head},
        summary_(rows_, layout_, nullptr),
        encoder_(call_),
        context_stride_(tileStride(size(2 * layout_.values))),
        encoder_across_(work_.tile(encoder_.hidden, encoder_.width)),
        context_gradient_(work_.numbers(atLeastOne(layout_.tokens) * context_stride_).data()),
        key_gradient_(work_.numbers(atLeastOne(end() * layout_.keys)).data()),
        value_gradient_(work_.numbers(atLeastOne(end() * layout_.values)).data()),
        query_gradient_(work_.tile(kTokens, size(layout_.keys))),
        before_gradient_(work_.tile(kTokens, encoder_.hidden)),
        row_gradient_(work_.tile(kTokens, encoder_.width)),
        shares_(work_.numbers(atLeastOne(end()) + kTilePadding).data()),
        query_(work_.tile(1, size(layout_.keys))),
        buffer_(work_.tile(1, size(std::max(layout_.keys, layout_.values)))),
        sparse_(work_.tile(1, size(layout_.values))),
        mixtures_(work_.numbers(atLeastOne(layout_.tokens)).data()),
        starts_(size(layout_.cells) + 1),
        read_(size(end())),
        sum_(size(layout_.values)) {
    transpose(encoder_.encoder, encoder_.width, encoder_.hidden, size(encoder_.hidden_stride),
              encoder_across_, size(encoder_.width_stride));
  }

  void run() {
    summary_.run();
    loadFinal();
    for (std::int64_t first = 0; first < layout_.tokens; first += kTokensSigned) tileAt(first);
    meansBackward();
    handOver();
    summary_.mixer().gradients = {context_gradient_, shared_.eye, shared_.projection};
    FeatureBackward<SeaSummaryMixer>(summary_.mixer()).run();
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
  static std::size_t atLeastOne(std::int64_t n) { return size(std::max<std::int64_t>(1, n)); }
  std::int64_t end() const { return keys_.past + layout_.tokens; }
  std::int64_t visible(std::int64_t t) const { return keys_.past + t + 1; }
  const float* above(std::int64_t t) const {
    return back_.output_gradient.row(rows_.batch, t, rows_.head);
  }

  // What the final state's gradient says of keys, values and their sum.
  void loadFinal() {
    if (call_.initial) {
      std::copy_n(call_.initial->values.begin() + layout_.sumOffset(rows_.batch, rows_.head),
                  layout_.values, sum_.begin());
    }
    if (back_.final_gradient == nullptr) return;
    for (std::int64_t j = 0; j < end(); ++j) {
      const float* from =
          back_.final_gradient->values.data() + layout_.cacheOffset(j, rows_.batch, rows_.head);
      std::copy_n(from, layout_.keys, key_gradient_ + j * layout_.keys);
      std::copy_n(from + layout_.keys, layout_.values, value_gradient_ + j * layout_.values);
    }
  }

  void tileAt(std::int64_t first) {
    const std::size_t count = size(std::min(kTokensSigned, layout_.tokens - first));
    summary_.loadContexts(first, count, encoder_.contexts);
    encoder_.run(count);
    std::fill_n(query_gradient_, kTokens * tileStride(size(layout_.keys)), 0.0f);
    float slopes[kTokens][SeaLayout::kSplits];  // by the gates before their sigmoid
    for (std::size_t i = 0; i < count; ++i) {
      const float a = encoder_.gates[i][0], b = encoder_.gates[i][1];
      const std::int64_t t = first + static_cast<std::int64_t>(i);
      mixtures_[t] = b;
      const float along_sparse = sparseRow(t, i, a * b);
      slopes[i][0] = b * along_sparse * a * (1 - a);
      slopes[i][1] = (a * along_sparse - alongMean(t)) * b * (1 - b);
    }
    rows_.add(SeaLayout::kQuery, first, count, size(layout_.keys), query_gradient_);
    encoderBackward(first, count, slopes);
  }

  // dO . mean of the values so far.
  float alongMean(std::int64_t t) {
    const float* value = keys_.value(keys_.past + t, buffer_);
    double along = 0;
    for (std::size_t e = 0; e < sum_.size(); ++e) {
      sum_[e] += static_cast<double>(value[e]);
      along += sum_[e] * static_cast<double>(above(t)[e]);
    }
    return static_cast<float>(along / static_cast<double>(visible(t)));
  }

  // Adds the gradients of one row's query, keys and values by its sparse part, which `factor`
  // multiplies; returns dO . sparse.
  float sparseRow(std::int64_t t, std::size_t i, float factor) {
    const std::size_t keys = size(layout_.keys), values = size(layout_.values);
    const std::uint32_t* stays =
        stays_ + (rows_.batch * layout_.tokens + t) * SeaBuffers::stayWords(call_.sizes);
    cellStarts(visible(t), layout_.cells, starts_.data());
    const float* query =
        call_.inputs[SeaLayout::kQuery].row(query_, layout_.keys, rows_.batch, t, rows_.head);
    const std::size_t count =
        keys_.shares(query, stays, starts_.data(), buffer_, read_.data(), shares_);
    std::fill_n(sparse_, values, 0.0f);
    for (std::size_t n = 0; n < count; ++n) {
      addAny(shares_[n], keys_.value(read_[n], buffer_), values, sparse_);
    }
    const float along = anyDot(above(t), sparse_, values);
    float* gradient = query_gradient_ + i * tileStride(keys);
    for (std::size_t n = 0; n < count; ++n) {
      const std::int64_t j = read_[n];
      addAny(factor * shares_[n], above(t), values, value_gradient_ + j * layout_.values);
      const float slope = static_cast<float>(layout_.scale) * factor * shares_[n] *
                          (anyDot(above(t), keys_.value(j, buffer_), values) - along);
      addAny(slope, query, keys, key_gradient_ + j * layout_.keys);
      addAny(slope, keys_.key(j, buffer_), keys, gradient);
    }
    return along;
  }

  void encoderBackward(std::int64_t first, std::size_t count,
                       const float slopes[][SeaLayout::kSplits]) {
    const auto stride = size(encoder_.hidden_stride);
    for (std::size_t i = 0; i < count; ++i) hiddenBackward(i, slopes[i]);
    smallProduct<false>(count, encoder_.width, encoder_.hidden, before_gradient_,
                        encoder_.hidden_stride, 1, encoder_across_, encoder_.width_stride,
                        row_gradient_, encoder_.width_stride);
    smallProduct<true>(encoder_.width, encoder_.hidden, count, encoder_.contexts, 1,
                       encoder_.width_stride, before_gradient_, encoder_.hidden_stride,
                       shared_.encoder, encoder_.hidden_stride);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t t = first + static_cast<std::int64_t>(i);
      const float* row = row_gradient_ + i * size(encoder_.width_stride);
      const std::size_t values = size(layout_.values);
      std::copy_n(row, 2 * values, context_gradient_ + size(t) * context_stride_);
      addAny(1, row + 2 * values, values, value_gradient_ + (keys_.past + t) * layout_.values);
      addAny(1, before_gradient_ + i * stride, encoder_.hidden, shared_.encoder_bias);
    }
  }

  // The gradient of one row before the encoder's norm, and those of norm and gates.
  void hiddenBackward(std::size_t i, const float* slopes) {
    const hn::ScalableTag<float> d;
    const auto stride = size(encoder_.hidden_stride), at = i * stride;
    float* gradient = before_gradient_ + at;
    for (std::size_t g = 0; g < SeaLayout::kSplits; ++g) {
      shared_.gate_bias[g] += slopes[g];
      addAny(slopes[g], encoder_.after + at, stride, shared_.gate + g * stride);
    }
    for (std::size_t o = 0; o < stride; o += hn::Lanes(d)) {
      const auto x = hn::LoadU(d, encoder_.before + at + o);
      const auto normal = hn::LoadU(d, encoder_.normal + at + o);
      auto slope = hn::Mul(hn::Set(d, slopes[0]), hn::LoadU(d, encoder_.gate + o));
      slope = hn::MulAdd(hn::Set(d, slopes[1]), hn::LoadU(d, encoder_.gate + stride + o), slope);
      const auto density =
          hn::Mul(hn::Set(d, 0.39894228f),
                  boundedExponential(d, hn::Mul(hn::Set(d, -0.5f), hn::Mul(x, x))));
      slope = hn::Mul(slope, hn::MulAdd(x, density, normalBelow(d, x)));
      float *gain = shared_.encoder_gain + o, *shift = shared_.encoder_shift + o;
      hn::StoreU(hn::MulAdd(slope, normal, hn::LoadU(d, gain)), d, gain);
      hn::StoreU(hn::Add(slope, hn::LoadU(d, shift)), d, shift);
      hn::StoreU(hn::Mul(slope, hn::LoadU(d, encoder_.gain + o)), d, gradient + o);
    }
    const auto count = static_cast<float>(encoder_.hidden);
    float mean = 0;
    for (std::size_t o = 0; o < encoder_.hidden; ++o) mean += gradient[o];
    const auto means = hn::Set(d, mean / count);
    const auto along = hn::Set(d, rowDot(gradient, encoder_.normal + at, stride) / count);
    const auto inverse = hn::Set(d, encoder_.inverse[i]);
    for (std::size_t o = 0; o < stride; o += hn::Lanes(d)) {
      const auto centred = hn::Sub(hn::LoadU(d, gradient + o), means);
      const auto normal = hn::LoadU(d, encoder_.normal + at + o);
      hn::StoreU(hn::Mul(inverse, hn::NegMulAdd(normal, along, centred)), d, gradient + o);
    }
    std::fill(gradient + encoder_.hidden, gradient + stride, 0.0f);
  }

  // A value is in the mean of every later token, and in the sum of the state.
  void meansBackward() {
    std::fill(sum_.begin(), sum_.end(), 0.0);
    const std::int64_t offset = layout_.sumOffset(rows_.batch, rows_.head);
    if (back_.final_gradient) {
      std::copy_n(back_.final_gradient->values.begin() + offset, layout_.values, sum_.begin());
    }
    for (std::int64_t t = layout_.tokens; t-- > 0;) {
      const double share =
          (1 - static_cast<double>(mixtures_[t])) / static_cast<double>(visible(t));
      float* to = value_gradient_ + (keys_.past + t) * layout_.values;
      for (std::size_t e = 0; e < sum_.size(); ++e) {
        sum_[e] += share * static_cast<double>(above(t)[e]);
        to[e] += static_cast<float>(sum_[e]);
      }
    }
    if (back_.initial_gradient) {
      std::transform(sum_.begin(), sum_.end(), back_.initial_gradient->values.begin() + offset,
                     [](double x) { return static_cast<float>(x); });
    }
  }

  void handOver() {
    for (std::int64_t j = 0; j < end(); ++j) {
      const float* key = key_gradient_ + j * layout_.keys;
      const float* value = value_gradient_ + j * layout_.values;
      if (j < keys_.past) {
        if (back_.initial_gradient == nullptr) continue;
        float* to =
            back_.initial_gradient->values.data() + layout_.cacheOffset(j, rows_.batch, rows_.head);
        std::copy_n(key, layout_.keys, to);
        std::copy_n(value, layout_.values, to + layout_.keys);
        continue;
      }
      const auto add = [&](std::size_t input, const float* from, std::int64_t width) {
        const View<float>& to = back_.input_gradients[input];
        if (to) addAny(1, from, size(width), to.row(rows_.batch, j - keys_.past, rows_.head));
      };
      add(SeaLayout::kKey, key, layout_.keys);
      add(SeaLayout::kValue, value, layout_.values);
    }
  }

  const BackwardCall<float>& back_;
  const Call<float>& call_;
  const std::uint32_t* stays_;
  const SeaSharedGradients& shared_;
  SeaLayout layout_;
  HeadRows rows_;
  SeaKeys keys_;
  Workspace work_;
  SeaSummary summary_;
  SeaEncoderTiles encoder_;
  std::size_t context_stride_;
  float *encoder_across_, *context_gradient_, *key_gradient_, *value_gradient_, *query_gradient_,
      *before_gradient_, *row_gradient_, *shares_, *query_, *buffer_, *sparse_, *mixtures_;
  std::vector<std::int64_t> starts_, read_;
  std::vector<double> sum_;
};

void seaBackward(const BackwardCall<float>& back, const std::uint32_t* stays,
                 const SeaSharedGradients& shared, std::int64_t batch, std::int64_t head) {
  SeaBackward(back, stays, shared, batch, head).run();
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(seaBackward);

void seaBackwardHead(const BackwardCall<float>& back, const std::uint32_t* stays,
                     const SeaSharedGradients& shared, std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(seaBackward)(back, stays, shared, batch, head);
}

}  // namespace lineament::sequence
#endif
