// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/arflow_hybrid.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "core/sequence/arflow_hybrid_layout.h"
#include "core/sequence/arflow_hybrid_tiles.h"
#include "core/sequence/heads.h"
#include "core/sequence/operands.h"

namespace lineament::sequence {

namespace {

using Layout = ArflowLayout;

Description describe() {
  Description about;
  about.id = "arflow-hybrid";
  about.title = "ARFlow hybrid attention";
  about.summary =
      "Softmax attention inside each image of a sequence, linear attention with one decay an image "
      "across images.";
  about.source = "Hui et al. (2025), ARFlow: Autogressive flow with hybrid linear attention";
  about.inputs = {queryOperand(),
                  keyOperand(),
                  valueOperand(),
                  {.name = "g",
                   .dims = {Dim::batch, Dim::token, Dim::head},
                   .role = OperandSpec::Role::log_decay,
                   .draw = Draw::log_gate,
                   .highest = 0,
                   .infinite = true,
                   .help = "Log decay of each token; the mean over an image decays the state"}};
  about.options = {{.id = "chunk",
                    .fallback = 64,
                    .lowest = 1,
                    .highest = 1 << 16,
                    .whole = true,
                    .help = "Tokens of one image"},
                   {.id = "scale",
                    .fallback = 0,
                    .lowest = 0,
                    .highest = 1e6,
                    .help = "Factor of the keys; 0 takes 1 / sqrt(key width)"}};
  about.causal = false;
  return about;
}

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

double dot(const double* a, const double* b, std::int64_t width) {
  return std::inner_product(a, a + width, b, 0.0);
}

// One head of the definition, chunk after chunk.
class Head {
 public:
  Head(const Call<double>& call, std::int64_t batch, std::int64_t head)
      : call_(call),
        layout_(call.sizes, *call.options),
        batch_(batch),
        head_(head),
        state_(index(layout_.keys * layout_.values)) {
    if (call.initial == nullptr) return;
    std::copy_n(call.initial->values.begin() + layout_.stateOffset(batch, head), state_.size(),
                state_.begin());
  }

  void forward(State<double>& made);
  void backward(const BackwardCall<double>& back);

 private:
  const double* query(std::int64_t t) const { return row(Layout::kQuery, t); }
  const double* key(std::int64_t t) const { return row(Layout::kKey, t); }
  const double* value(std::int64_t t) const { return row(Layout::kValue, t); }
  const double* row(std::size_t input, std::int64_t t) const {
    return call_.inputs[input].row(batch_, t, head_);
  }
  double gate(std::int64_t t) const { return call_.inputs[Layout::kGate](batch_, t, head_); }

  std::vector<double> weights(std::int64_t t) const;  // softmax over the token's chunk
  double keptShare(std::int64_t t) const;             // exp of the gates of its chunk up to it
  double decay(std::int64_t c) const;
  void advance(std::int64_t c);  // the state over a chunk
  // Adds the gradients of a token's query, its chunk's keys and values, and, in `state`, the state
  // before the chunk; returns that by the logarithm of its kept share.
  double backwardToken(const BackwardCall<double>& back, std::int64_t t,
                       std::vector<double>& state) const;
  void backwardWrites(const BackwardCall<double>& back, std::int64_t c,
                      const std::vector<double>& above) const;

  const Call<double>& call_;
  Layout layout_;
  std::int64_t batch_, head_;
  std::vector<double> state_;
};

std::vector<double> Head::weights(std::int64_t t) const {
  const std::int64_t c = t / layout_.chunk, first = layout_.first(c);
  std::vector<double> weights;
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t j = first; j < first + layout_.count(c); ++j) {
    weights.push_back(layout_.scale * dot(query(t), key(j), layout_.keys));
    highest = std::max(highest, weights.back());
  }
  for (double& weight : weights) sum += weight = std::exp(weight - highest);
  for (double& weight : weights) weight /= sum;
  return weights;
}

double Head::keptShare(std::int64_t t) const {
  double sum = 0;
  for (std::int64_t m = t / layout_.chunk * layout_.chunk; m <= t; ++m) sum += gate(m);
  return std::exp(sum);
}

double Head::decay(std::int64_t c) const {
  double sum = 0;
  for (std::int64_t i = 0; i < layout_.count(c); ++i) sum += gate(layout_.first(c) + i);
  return std::exp(sum / static_cast<double>(layout_.count(c)));
}

void Head::advance(std::int64_t c) {
  const double factor = decay(c);
  for (double& s : state_) s *= factor;
  for (std::int64_t j = layout_.first(c); j < layout_.first(c) + layout_.count(c); ++j) {
    for (std::int64_t d = 0; d < layout_.keys; ++d) {
      for (std::int64_t e = 0; e < layout_.values; ++e) {
        state_[index(d * layout_.values + e)] += layout_.scale * key(j)[d] * value(j)[e];
      }
    }
  }
}

void Head::forward(State<double>& made) {
  for (std::int64_t c = 0; c < layout_.chunks; ++c) {
    for (std::int64_t t = layout_.first(c); t < layout_.first(c) + layout_.count(c); ++t) {
      const std::vector<double> shares = weights(t);
      const double kept = keptShare(t);
      for (std::int64_t e = 0; e < layout_.values; ++e) {
        double sum = 0;
        for (std::size_t j = 0; j < shares.size(); ++j) {
          sum += shares[j] * value(layout_.first(c) + static_cast<std::int64_t>(j))[e];
        }
        for (std::int64_t d = 0; d < layout_.keys; ++d) {
          sum += kept * query(t)[d] * state_[index(d * layout_.values + e)];
        }
        call_.output(batch_, t, head_, e) = sum;
      }
    }
    advance(c);
  }
  std::copy(state_.begin(), state_.end(), made.values.begin() + layout_.stateOffset(batch_, head_));
}

double Head::backwardToken(const BackwardCall<double>& back, std::int64_t t,
                           std::vector<double>& state) const {
  const double* above = back.output_gradient.row(batch_, t, head_);
  const std::vector<double> shares = weights(t);
  const std::int64_t first = t / layout_.chunk * layout_.chunk;
  const auto& [to_query, to_key, to_value] =
      std::tie(back.input_gradients[Layout::kQuery], back.input_gradients[Layout::kKey],
               back.input_gradients[Layout::kValue]);
  std::vector<double> slopes;
  double mean = 0;
  for (std::size_t j = 0; j < shares.size(); ++j) {
    slopes.push_back(dot(above, value(first + static_cast<std::int64_t>(j)), layout_.values));
    mean += shares[j] * slopes[j];
  }
  for (std::size_t j = 0; j < shares.size(); ++j) {
    const std::int64_t token = first + static_cast<std::int64_t>(j);
    const double slope = layout_.scale * shares[j] * (slopes[j] - mean);
    for (std::int64_t d = 0; d < layout_.keys; ++d) {
      if (to_query) to_query(batch_, t, head_, d) += slope * key(token)[d];
      if (to_key) to_key(batch_, token, head_, d) += slope * query(t)[d];
    }
    for (std::int64_t e = 0; to_value && e < layout_.values; ++e) {
      to_value(batch_, token, head_, e) += shares[j] * above[e];
    }
  }
  const double kept = keptShare(t);
  double along = 0;
  for (std::int64_t d = 0; d < layout_.keys; ++d) {
    const double slope = kept * dot(above, &state_[index(d * layout_.values)], layout_.values);
    along += slope * query(t)[d];
    if (to_query) to_query(batch_, t, head_, d) += slope;
    for (std::int64_t e = 0; e < layout_.values; ++e) {
      state[index(d * layout_.values + e)] += kept * query(t)[d] * above[e];
    }
  }
  return along;
}

void Head::backwardWrites(const BackwardCall<double>& back, std::int64_t c,
                          const std::vector<double>& above) const {
  const auto& to_key = back.input_gradients[Layout::kKey];
  const auto& to_value = back.input_gradients[Layout::kValue];
  for (std::int64_t j = layout_.first(c); j < layout_.first(c) + layout_.count(c); ++j) {
    for (std::int64_t d = 0; d < layout_.keys; ++d) {
      const double* row = &above[index(d * layout_.values)];
      if (to_key) {
        to_key(batch_, j, head_, d) += layout_.scale * dot(row, value(j), layout_.values);
      }
      for (std::int64_t e = 0; to_value && e < layout_.values; ++e) {
        to_value(batch_, j, head_, e) += layout_.scale * key(j)[d] * row[e];
      }
    }
  }
}

void Head::backward(const BackwardCall<double>& back) {
  std::vector<std::vector<double>> before;  // the state before each chunk
  for (std::int64_t c = 0; c < layout_.chunks; ++c) {
    before.push_back(state_);
    advance(c);
  }
  std::vector<double> above(state_.size());
  if (back.final_gradient) {
    std::copy_n(back.final_gradient->values.begin() + layout_.stateOffset(batch_, head_),
                above.size(), above.begin());
  }
  const auto& to_gate = back.input_gradients[Layout::kGate];
  for (std::int64_t c = layout_.chunks; c-- > 0;) {
    state_ = before[index(c)];
    backwardWrites(back, c, above);
    const double factor = decay(c);
    const double decay_slope =
        factor * std::inner_product(above.begin(), above.end(), state_.begin(), 0.0);
    for (double& a : above) a *= factor;
    double later = decay_slope / static_cast<double>(layout_.count(c));
    for (std::int64_t t = layout_.first(c) + layout_.count(c); t-- > layout_.first(c);) {
      later += backwardToken(back, t, above);
      if (to_gate) to_gate(batch_, t, head_) += later;
    }
  }
  if (back.initial_gradient) {
    std::copy(above.begin(), above.end(),
              back.initial_gradient->values.begin() + layout_.stateOffset(batch_, head_));
  }
}

class ArflowHybrid : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    const auto size = [&](Dim dim) { return static_cast<std::uint64_t>(sizes[dim]); };
    return {{"S", {size(Dim::batch), size(Dim::head), size(Dim::key), size(Dim::value)}, true}};
  }

  void reference(const Call<double>& call) const override {
    State<double> made = emptyState(*this, call, tokensAfter(call));
    forHeads(call, [&](std::int64_t b, std::int64_t h) { Head(call, b, h).forward(made); });
    if (call.final) *call.final = std::move(made);
  }
  void referenceBackward(const BackwardCall<double>& back) const override {
    const Call<double>& call = back.forward;
    if (back.initial_gradient) {
      *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
    }
    forHeads(call, [&](std::int64_t b, std::int64_t h) { Head(call, b, h).backward(back); });
  }
  void fast(const Call<float>& call) const override {
    State<float> made;
    if (call.final) made = emptyState(*this, call, tokensAfter(call));
    forHeads(call, [&](std::int64_t b, std::int64_t h) {
      arflowForwardHead(call, b, h, call.final ? &made : nullptr);
    });
    if (call.final) *call.final = std::move(made);
  }
  void fastBackward(const BackwardCall<float>& back) const override {
    const Call<float>& call = back.forward;
    if (back.initial_gradient) {
      *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
    }
    forHeads(call, [&](std::int64_t b, std::int64_t h) { arflowBackwardHead(back, b, h); });
  }

  // The state before each chunk.
  std::size_t keptElements(const Sizes& sizes, const Options& options) const override {
    const Layout layout(sizes, options);
    return index(layout.stateOffset(sizes.batch(), 0) * layout.chunks);
  }

  double flops(const Sizes& sizes, const Options& options) const override {
    const Layout layout(sizes, options);
    const auto rows = static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens());
    const std::int64_t chunk = std::min(layout.chunk, sizes.tokens());
    return rows * static_cast<double>(2 * chunk * (layout.keys + layout.values) +
                                      4 * layout.keys * layout.values);
  }

 private:
  Description about_ = describe();
};

}  // namespace

const Mechanism& arflowHybridAttention() {
  static const ArflowHybrid mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
