// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/based.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/sequence/based_layout.h"
#include "core/sequence/based_tiles.h"
#include "core/sequence/heads.h"
#include "core/sequence/operands.h"

namespace lineament::sequence {

namespace {

using Layout = BasedLayout;

Description describe() {
  Description about;
  about.id = "based";
  about.title = "BASED";
  about.summary =
      "Linear attention whose weight 1 + s + s^2 / 2 is the Taylor polynomial of exp(s), and exact "
      "softmax attention over a short window.";
  about.source =
      "Arora et al. (2024), Simple linear attention language models balance the recall-throughput "
      "tradeoff";
  about.inputs = {queryOperand(), keyOperand(), valueOperand()};
  about.options = {{.id = "branch",
                    .fallback = Layout::kTaylor,
                    .choices = {"taylor", "window", "both"},
                    .help = "The global layer, the local layer, or both under one denominator"},
                   {.id = "window",
                    .fallback = 64,
                    .lowest = 0,
                    .highest = 1 << 20,
                    .whole = true,
                    .help = "How many tokens before its own the exact window reaches"}};
  return about;
}

double polynomial(double s) {
  return 1 + s + s * s / 2;
}

double dot(const double* a, const double* b, std::int64_t width) {
  return std::inner_product(a, a + width, b, 0.0);
}

void addScaled(double factor, const double* from, std::int64_t width, double* to) {
  for (std::int64_t i = 0; i < width; ++i) to[i] += factor * from[i];
}

// The gradient by x from that by f(x).
void pullTaylor(const double* x, const double* above, std::int64_t width, double* gradient) {
  const double root = std::pow(static_cast<double>(width), -0.25);
  const double* square = above + 1 + width;
  for (std::int64_t i = 0; i < width; ++i) {
    gradient[i] += root * above[1 + i];
    for (std::int64_t j = i; j < width; ++j, ++square) {
      const double slope = *square * root * root * (i == j ? 1 / std::numbers::sqrt2 : 1.0);
      gradient[i] += slope * x[j];
      gradient[j] += slope * x[i];
    }
  }
}

// One head's definition: every pair by itself, and features only against the state. Tokens are
// counted from the oldest one in the cache.
class Head {
 public:
  Head(const Call<double>& call, std::int64_t batch, std::int64_t head)
      : call_(call),
        layout_(call.sizes, *call.options),
        batch_(batch),
        head_(head),
        past_(call.initial ? layout_.cached(call.initial->tokens) : 0),
        root_(1 / std::sqrt(static_cast<double>(layout_.keys))) {}

  struct Row {
    const double* query;
    std::vector<double> weights, slopes;  // w and dw/ds of each token, both over exp(shift)
    std::vector<double> features;         // of the query, over exp(shift); empty without features
    std::vector<double> out;
    double sum;
  };

  Row row(std::int64_t token) const;
  void finish(State<double>& to) const;
  void backward(const BackwardCall<double>& back) const;

 private:
  std::int64_t end() const { return past_ + call_.sizes.tokens(); }
  // The first token that the state after the call keeps whole.
  std::int64_t firstCached() const { return end() - layout_.cached(end()); }

  const double* key(std::int64_t token) const {
    return token < past_ ? call_.initial->values.data() + layout_.cacheOffset(token, batch_, head_)
                         : call_.inputs[Layout::kKey].row(batch_, token - past_, head_);
  }
  const double* value(std::int64_t token) const {
    return token < past_ ? key(token) + layout_.keys
                         : call_.inputs[Layout::kValue].row(batch_, token - past_, head_);
  }
  const double* matrix(std::int64_t feature) const {
    return call_.initial->values.data() + layout_.matrixOffset(batch_, head_) +
           feature * layout_.values;
  }
  double normaliser(std::int64_t feature) const {
    return call_.initial->values[index(layout_.normaliserOffset(batch_, head_) + feature)];
  }
  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

  struct Tokens;  // gradients of the keys and values of all tokens
  void backwardRow(const BackwardCall<double>& back, std::int64_t token, Tokens& tokens) const;
  void backwardState(const BackwardCall<double>& back, Tokens& tokens) const;

  const Call<double>& call_;
  Layout layout_;
  std::int64_t batch_, head_, past_;
  double root_;
};

Head::Row Head::row(std::int64_t token) const {
  const std::int64_t last = past_ + token;
  Row row{call_.inputs[Layout::kQuery].row(batch_, token, head_), {}, {}, {}, {}, 0};
  std::vector<double> scores;
  double shift = layout_.hasFeatures() ? 0 : -std::numeric_limits<double>::infinity();
  const auto inWindow = [&](std::int64_t j) {
    return layout_.hasExponentials() && last - j <= layout_.window;
  };
  for (std::int64_t j = 0; j <= last; ++j) {
    scores.push_back(root_ * dot(row.query, key(j), layout_.keys));
    if (inWindow(j)) shift = std::max(shift, scores.back());
  }
  const double scale = std::exp(-shift);
  row.out.resize(index(layout_.values));
  row.sum = layout_.hasFeatures() ? Layout::kEpsilon * scale : 0;
  for (std::int64_t j = 0; j <= last; ++j) {
    const double s = scores[index(j)];
    const double power = std::exp(s - shift);
    const bool far = layout_.hasFeatures();
    row.weights.push_back(inWindow(j) ? power : far ? polynomial(s) * scale : 0);
    row.slopes.push_back(inWindow(j) ? power : far ? (1 + s) * scale : 0);
    row.sum += row.weights.back();
    addScaled(row.weights.back(), value(j), layout_.values, row.out.data());
  }
  if (layout_.hasFeatures()) row.features = taylorFeatures(row.query, layout_.keys);
  for (std::int64_t f = 0; f < layout_.features; ++f) {
    double& feature = row.features[index(f)];
    feature *= scale;
    if (call_.initial) {
      row.sum += feature * normaliser(f);
      addScaled(feature, matrix(f), layout_.values, row.out.data());
    }
  }
  for (double& out : row.out) out /= row.sum;
  return row;
}

void Head::finish(State<double>& to) const {
  for (std::int64_t f = 0; f < layout_.features && call_.initial; ++f) {
    std::copy_n(matrix(f), layout_.values,
                &to.values[index(layout_.matrixOffset(batch_, head_) + f * layout_.values)]);
    to.values[index(layout_.normaliserOffset(batch_, head_) + f)] = normaliser(f);
  }
  for (std::int64_t j = 0; j < firstCached() && layout_.hasFeatures(); ++j) {
    const std::vector<double> features = taylorFeatures(key(j), layout_.keys);
    for (std::int64_t f = 0; f < layout_.features; ++f) {
      to.values[index(layout_.normaliserOffset(batch_, head_) + f)] += features[index(f)];
      addScaled(features[index(f)], value(j), layout_.values,
                &to.values[index(layout_.matrixOffset(batch_, head_) + f * layout_.values)]);
    }
  }
  for (std::int64_t j = firstCached(); j < end(); ++j) {
    double* cache = &to.values[index(layout_.cacheOffset(j - firstCached(), batch_, head_))];
    std::copy_n(key(j), layout_.keys, cache);
    std::copy_n(value(j), layout_.values, cache + layout_.keys);
  }
}

struct Head::Tokens {
  std::vector<double> keys, values;
};

// With a = dO / sum and b = -dO . o / sum, the gradient by the weight of token j is a . v_j + b.
void Head::backwardRow(const BackwardCall<double>& back, std::int64_t token, Tokens& tokens) const {
  const Row row = this->row(token);
  const double* above = back.output_gradient.row(batch_, token, head_);
  std::vector<double> a(above, above + layout_.values);
  for (double& x : a) x /= row.sum;
  const double b = -dot(a.data(), row.out.data(), layout_.values);
  std::vector<double> query(index(layout_.keys));
  for (std::int64_t j = 0; j <= past_ + token; ++j) {
    const double slope =
        root_ * row.slopes[index(j)] * (dot(a.data(), value(j), layout_.values) + b);
    addScaled(slope, key(j), layout_.keys, query.data());
    addScaled(slope, row.query, layout_.keys, &tokens.keys[index(j * layout_.keys)]);
    addScaled(row.weights[index(j)], a.data(), layout_.values,
              &tokens.values[index(j * layout_.values)]);
  }
  if (!row.features.empty()) {
    const double scale = row.features.front();  // the constant feature is 1
    std::vector<double> slopes(row.features.size());
    for (std::int64_t f = 0; f < layout_.features; ++f) {
      if (call_.initial) {
        slopes[index(f)] = scale * (dot(a.data(), matrix(f), layout_.values) + b * normaliser(f));
      }
      if (back.initial_gradient == nullptr) continue;
      auto& state = back.initial_gradient->values;
      state[index(layout_.normaliserOffset(batch_, head_) + f)] += row.features[index(f)] * b;
      addScaled(row.features[index(f)], a.data(), layout_.values,
                &state[index(layout_.matrixOffset(batch_, head_) + f * layout_.values)]);
    }
    pullTaylor(row.query, slopes.data(), layout_.keys, query.data());
  }
  if (const auto& to = back.input_gradients[Layout::kQuery]) {
    addScaled(1, query.data(), layout_.keys, to.row(batch_, token, head_));
  }
}

// What the gradient by the final state says of the initial one and of the tokens.
void Head::backwardState(const BackwardCall<double>& back, Tokens& tokens) const {
  if (back.final_gradient == nullptr) return;
  const auto& final = back.final_gradient->values;
  const double* matrix = final.data() + layout_.matrixOffset(batch_, head_);
  const double* normaliser = final.data() + layout_.normaliserOffset(batch_, head_);
  if (back.initial_gradient && layout_.hasFeatures()) {
    auto& initial = back.initial_gradient->values;
    addScaled(1, matrix, layout_.features * layout_.values,
              &initial[index(layout_.matrixOffset(batch_, head_))]);
    addScaled(1, normaliser, layout_.features,
              &initial[index(layout_.normaliserOffset(batch_, head_))]);
  }
  for (std::int64_t j = 0; j < firstCached() && layout_.hasFeatures(); ++j) {
    const std::vector<double> features = taylorFeatures(key(j), layout_.keys);
    std::vector<double> slopes(normaliser, normaliser + layout_.features);
    for (std::int64_t f = 0; f < layout_.features; ++f) {
      slopes[index(f)] += dot(matrix + f * layout_.values, value(j), layout_.values);
      addScaled(features[index(f)], matrix + f * layout_.values, layout_.values,
                &tokens.values[index(j * layout_.values)]);
    }
    pullTaylor(key(j), slopes.data(), layout_.keys, &tokens.keys[index(j * layout_.keys)]);
  }
  for (std::int64_t j = firstCached(); j < end(); ++j) {
    const double* cache = final.data() + layout_.cacheOffset(j - firstCached(), batch_, head_);
    addScaled(1, cache, layout_.keys, &tokens.keys[index(j * layout_.keys)]);
    addScaled(1, cache + layout_.keys, layout_.values, &tokens.values[index(j * layout_.values)]);
  }
}

void Head::backward(const BackwardCall<double>& back) const {
  Tokens tokens{std::vector<double>(index(end() * layout_.keys)),
                std::vector<double>(index(end() * layout_.values))};
  for (std::int64_t t = 0; t < call_.sizes.tokens(); ++t) backwardRow(back, t, tokens);
  backwardState(back, tokens);
  for (std::int64_t j = 0; j < end(); ++j) {
    double *key_to = nullptr, *value_to = nullptr;
    if (j < past_) {
      if (back.initial_gradient == nullptr) continue;
      key_to = &back.initial_gradient->values[index(layout_.cacheOffset(j, batch_, head_))];
      value_to = key_to + layout_.keys;
    } else {
      const auto rowOf = [&](const View<double>& to) {
        return to ? to.row(batch_, j - past_, head_) : nullptr;
      };
      key_to = rowOf(back.input_gradients[Layout::kKey]);
      value_to = rowOf(back.input_gradients[Layout::kValue]);
    }
    if (key_to) addScaled(1, &tokens.keys[index(j * layout_.keys)], layout_.keys, key_to);
    if (value_to) {
      addScaled(1, &tokens.values[index(j * layout_.values)], layout_.values, value_to);
    }
  }
}

class Based : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  std::vector<StatePart> state(const Sizes& sizes, const Options& options,
                               std::int64_t tokens) const override {
    const Layout layout(sizes, options);
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    std::vector<StatePart> parts = layout.parts();
    parts.push_back({"cache",
                     {size(layout.cached(tokens)), size(layout.batch_size), size(layout.heads),
                      size(layout.keys + layout.values)}});
    return parts;
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;

  // Each row's denominator and shift.
  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    return static_cast<std::size_t>(2 * sizes.batch() * sizes.heads() * sizes.tokens());
  }

  double flops(const Sizes& sizes, const Options& options) const override {
    const Layout layout(sizes, options);
    const auto rows = static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens());
    const auto pairs = static_cast<double>(layout.hasExponentials() ? layout.window + 1 : 0);
    return rows * (4 * static_cast<double>(layout.features * (layout.values + 1)) +
                   2 * pairs * static_cast<double>(layout.keys + layout.values));
  }

 private:
  Description about_ = describe();
};

void Based::reference(const Call<double>& call) const {
  State<double> made = emptyState(*this, call, tokensAfter(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) {
    const Head head(call, b, h);
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      const std::vector<double> out = head.row(t).out;
      std::copy(out.begin(), out.end(), call.output.row(b, t, h));
    }
    head.finish(made);
  });
  if (call.final) *call.final = std::move(made);
}

void Based::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  if (back.initial_gradient) *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) { Head(call, b, h).backward(back); });
}

void Based::fast(const Call<float>& call) const {
  State<float> made;
  if (call.final) made = emptyState(*this, call, tokensAfter(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) {
    basedForwardHead(call, b, h, call.final ? &made : nullptr);
  });
  if (call.final) *call.final = std::move(made);
}

void Based::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  if (back.initial_gradient) *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) { basedBackwardHead(back, b, h); });
}

void Based::step(const Call<float>& call, State<float>& state) const {
  if (Layout(call.sizes, *call.options).hasExponentials()) return Mechanism::step(call, state);
  forEntries(call, [&](std::int64_t begin, std::int64_t end, std::int64_t head) {
    basedStepEntries(call, begin, end, head, state);
  });
  ++state.tokens;
}

}  // namespace

std::vector<double> taylorFeatures(const double* x, std::int64_t width) {
  const double root = std::pow(static_cast<double>(width), -0.25);
  std::vector<double> features{1};
  for (std::int64_t i = 0; i < width; ++i) features.push_back(root * x[i]);
  for (std::int64_t i = 0; i < width; ++i) {
    for (std::int64_t j = i; j < width; ++j) {
      const double product = root * root * x[i] * x[j];
      features.push_back(i == j ? product / std::numbers::sqrt2 : product);
    }
  }
  return features;
}

const Mechanism& basedAttention() {
  static const Based mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
