// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/hedgehog.h"

#include <algorithm>

#include "core/sequence/feature_recurrence.h"
#include "core/sequence/feature_state.h"
#include "core/sequence/heads.h"
#include "core/sequence/hedgehog_layout.h"
#include "core/sequence/hedgehog_map.h"
#include "core/sequence/hedgehog_tiles.h"
#include "core/sequence/operands.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

using Layout = HedgehogLayout;

Description describe() {
  const Dims map_dims{Dim::head, Dim::key, Dim::feature};
  Description about;
  about.id = "hedgehog";
  about.title = "Hedgehog";
  about.summary =
      "Linear attention over learned features, softmax(z) and softmax(-z) of z = x W, trained to "
      "weigh tokens as softmax attention does.";
  about.source =
      "Zhang et al. (2024), The Hedgehog & the Porcupine: Expressive linear attentions with "
      "softmax mimicry";
  about.inputs = {queryOperand(), keyOperand(), valueOperand(),
                  weightOperand("wq", map_dims, "The map of queries, one for each head"),
                  weightOperand("wk", map_dims, "The map of keys, one for each head")};
  about.options = {{.id = "map",
                    .fallback = 0,
                    .choices = {"softmax_halves", "exp_shifted", "softmax_joint", "exp"},
                    .help = "What makes features of z = x W"}};
  return about;
}

FeatureState stateOf(const Sizes& sizes) {
  return {sizes.batch(), sizes.heads(), 2 * sizes[Dim::feature], sizes.values()};
}

// One head of the definition.
class Head {
 public:
  Head(const Call<double>& call, std::int64_t batch, std::int64_t head)
      : call_(call),
        batch_(batch),
        head_(head),
        layout_(stateOf(call.sizes)),
        query_map_(mapOf(Layout::kQueryMap)),
        key_map_(mapOf(Layout::kKeyMap)),
        recurrence_(call.sizes.tokens(), layout_.features, layout_.values, Layout::kEpsilon) {
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      const std::vector<double> query = query_map_(rowOf(Layout::kQuery, t));
      const std::vector<double> key = key_map_(rowOf(Layout::kKey, t));
      std::copy(query.begin(), query.end(), recurrence_.queries.begin() + t * layout_.features);
      std::copy(key.begin(), key.end(), recurrence_.keys.begin() + t * layout_.features);
      std::copy_n(rowOf(Layout::kValue, t), layout_.values,
                  recurrence_.value_rows.begin() + t * layout_.values);
    }
    if (call.initial) unpack(*call.initial, recurrence_.matrix, recurrence_.normaliser);
  }

  void forward(State<double>& made) {
    const std::vector<double> output = recurrence_.run();
    for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
      std::copy_n(output.begin() + t * layout_.values, layout_.values,
                  call_.output.row(batch_, t, head_));
    }
    pack(recurrence_.matrix, recurrence_.normaliser, made);
  }

  void backward(const BackwardCall<double>& back) {
    std::vector<double> above, matrix(recurrence_.matrix.size());
    std::vector<double> normaliser(recurrence_.normaliser.size());
    for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
      const double* row = back.output_gradient.row(batch_, t, head_);
      above.insert(above.end(), row, row + layout_.values);
    }
    if (back.final_gradient) unpack(*back.final_gradient, matrix, normaliser);
    const auto gradient = recurrence_.backward(above, matrix, normaliser);
    for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) {
      pull(back, query_map_, Layout::kQuery, Layout::kQueryMap, t, gradient.queries);
      pull(back, key_map_, Layout::kKey, Layout::kKeyMap, t, gradient.keys);
      const View<double>& values = back.input_gradients[Layout::kValue];
      for (std::int64_t e = 0; values && e < layout_.values; ++e) {
        values(batch_, t, head_, e) +=
            gradient.value_rows[static_cast<std::size_t>(t * layout_.values + e)];
      }
    }
    if (back.initial_gradient) pack(gradient.matrix, gradient.normaliser, *back.initial_gradient);
  }

 private:
  HedgehogMap mapOf(std::size_t input) const {
    return {static_cast<HedgehogForm>(call_.options->integer(Layout::kForm)), call_.sizes.keys(),
            call_.sizes[Dim::feature], call_.inputs[input].row(head_)};
  }
  const double* rowOf(std::size_t input, std::int64_t token) const {
    return call_.inputs[input].row(batch_, token, head_);
  }

  void pull(const BackwardCall<double>& back, const HedgehogMap& map, std::size_t input,
            std::size_t weights, std::int64_t token, const std::vector<double>& gradient) const {
    const View<double>& to = back.input_gradients[input];
    const View<double>& weights_to = back.input_gradients[weights];
    map.pull(rowOf(input, token), gradient.data() + token * layout_.features,
             to ? to.row(batch_, token, head_) : nullptr,
             weights_to ? weights_to.row(head_) : nullptr);
  }

  void unpack(const State<double>& state, std::vector<double>& matrix,
              std::vector<double>& normaliser) const {
    std::copy_n(state.values.begin() + layout_.matrixOffset(batch_, head_), matrix.size(),
                matrix.begin());
    std::copy_n(state.values.begin() + layout_.normaliserOffset(batch_, head_), normaliser.size(),
                normaliser.begin());
  }
  void pack(const std::vector<double>& matrix, const std::vector<double>& normaliser,
            State<double>& state) const {
    std::copy(matrix.begin(), matrix.end(),
              state.values.begin() + layout_.matrixOffset(batch_, head_));
    std::copy(normaliser.begin(), normaliser.end(),
              state.values.begin() + layout_.normaliserOffset(batch_, head_));
  }

  const Call<double>& call_;
  std::int64_t batch_, head_;
  FeatureState layout_;
  HedgehogMap query_map_, key_map_;
  FeatureRecurrence recurrence_;
};

class Hedgehog : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::feature] = sizes.keys();
    return sizes;
  }

  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    return stateOf(sizes).parts();
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;

  // Each row's denominator, and a shift that is always 0 here.
  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    return static_cast<std::size_t>(2 * sizes.batch() * sizes.heads() * sizes.tokens());
  }

  double flops(const Sizes& sizes, const Options&) const override {
    const auto rows = static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens());
    const auto features = static_cast<double>(2 * sizes[Dim::feature]);
    return rows * features * static_cast<double>(2 * sizes.keys() + 4 * (sizes.values() + 1));
  }

 private:
  Description about_ = describe();
};

void Hedgehog::reference(const Call<double>& call) const {
  State<double> made = emptyState(*this, call, tokensAfter(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) { Head(call, b, h).forward(made); });
  if (call.final) *call.final = std::move(made);
}

void Hedgehog::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  if (back.initial_gradient) *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) { Head(call, b, h).backward(back); });
}

void Hedgehog::fast(const Call<float>& call) const {
  State<float> made;
  if (call.final) made = emptyState(*this, call, tokensAfter(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) {
    hedgehogForwardHead(call, b, h, call.final ? &made : nullptr);
  });
  if (call.final) *call.final = std::move(made);
}

// Each head of each batch entry makes its own part of the maps' gradients; they are added in order,
// whatever the order they were made in.
void Hedgehog::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  if (back.initial_gradient) *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
  const std::int64_t columns = call.sizes[Dim::feature], keys = call.sizes.keys();
  const auto stride = static_cast<std::int64_t>(tileStride(static_cast<std::size_t>(keys)));
  const std::int64_t heads = call.sizes.heads(), batch_size = call.sizes.batch();
  const std::size_t one = static_cast<std::size_t>(columns * stride);
  Workspace work;
  float* parts = work.numbers(2 * one * static_cast<std::size_t>(batch_size * heads)).data();
  const auto partOf = [&](std::int64_t b, std::int64_t h) {
    return parts + 2 * one * static_cast<std::size_t>(b * heads + h);
  };
  forHeads(call, [&](std::int64_t b, std::int64_t h) {
    hedgehogBackwardHead(back, b, h, {partOf(b, h), partOf(b, h) + one});
  });
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const View<float>& to = back.input_gradients[side == 0 ? Layout::kQueryMap : Layout::kKeyMap];
    if (!to) continue;
    for (std::int64_t b = 0; b < batch_size; ++b) {
      for (std::int64_t h = 0; h < heads; ++h) {
        const float* part = partOf(b, h) + side * one;
        for (std::int64_t i = 0; i < keys; ++i) {
          for (std::int64_t j = 0; j < columns; ++j) to(h, i, j) += part[j * stride + i];
        }
      }
    }
  }
}

void Hedgehog::step(const Call<float>& call, State<float>& state) const {
  forEntries(call, [&](std::int64_t begin, std::int64_t end, std::int64_t head) {
    hedgehogStepEntries(call, begin, end, head, state);
  });
  ++state.tokens;
}

}  // namespace

const Mechanism& hedgehogAttention() {
  static const Hedgehog mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
