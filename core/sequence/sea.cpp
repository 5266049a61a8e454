// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/sea.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/sequence/feature_recurrence.h"
#include "core/sequence/heads.h"
#include "core/sequence/operands.h"
#include "core/sequence/sea_layout.h"
#include "core/sequence/sea_network.h"
#include "core/sequence/sea_tiles.h"
#include "core/sequence/sparse_reading.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

using Layout = SeaLayout;

constexpr ErrorText kShape{"sequence.sea.shape", "Run the mechanism 'sea'",
                           "expected {expected} of the dimension {dimension}, found {found}", "",
                           "Give the weights of SEA's causal form, or draw them"};

Description describe() {
  const Dims convolution{Dim::head, Dim::split, Dim::head, Dim::split, Dim::tap, Dim::tap};
  const Dims channel{Dim::head, Dim::split}, hidden{Dim::hidden}, column{Dim::column};
  Description about;
  about.id = "sea";
  about.title = "SEA";
  about.summary =
      "Softmax attention over the keys under the largest cells of an estimated map, which a small "
      "network draws from a linear summary, mixed with the mean of the values.";
  about.source = "Lee et al. (2024), SEA: Sparse linear attention with estimated attention mask";
  about.inputs = {
      queryOperand(),
      keyOperand(),
      valueOperand(),
      {.name = "eye",
       .dims = {Dim::token, Dim::value},
       .help = "Rows of the learned table of positions, one for each token"},
      weightOperand("projection", {Dim::feature, Dim::key}, "Random projection of the summary"),
      weightOperand("encoder", {Dim::part, Dim::value, Dim::hidden}, "From summary and value"),
      weightOperand("encoder_bias", hidden, "Bias of the encoder"),
      weightOperand("encoder_gain", hidden, "Gain of the encoder's norm"),
      weightOperand("encoder_shift", hidden, "Shift of the encoder's norm"),
      weightOperand("decoder", {Dim::hidden, Dim::split, Dim::column}, "Draws rows of the image"),
      weightOperand("decoder_bias", {Dim::split, Dim::column}, "Bias of the decoder"),
      weightOperand("row_gain", column, "Gain of the rows' norm"),
      weightOperand("row_shift", column, "Shift of the rows' norm"),
      weightOperand("first_convolution", convolution, "Rows t-4, t-2, t; columns w-2, w, w+2"),
      weightOperand("first_bias", channel, "Bias of the first convolution"),
      weightOperand("second_convolution", convolution, "Over the first one's output"),
      weightOperand("second_bias", channel, "Bias of the second convolution"),
      weightOperand("mix", {Dim::head, Dim::head, Dim::split}, "From all channels to one a head"),
      weightOperand("mix_bias", {Dim::head}, "Bias of the mix, and its border"),
      weightOperand("map_gain", {Dim::cell}, "Gain of the map's norm"),
      weightOperand("map_shift", {Dim::cell}, "Shift of the map's norm"),
      weightOperand("gate", {Dim::hidden, Dim::split}, "Of the sparse part and of the mixture"),
      weightOperand("gate_bias", {Dim::split}, "Bias of the gates")};
  about.options = {{.id = "k",
                    .fallback = 64,
                    .lowest = 0.01,
                    .highest = 1e6,
                    .help = "Keys that each head keeps on average"},
                   {.id = "scale",
                    .fallback = 0,
                    .lowest = 0,
                    .highest = 1e6,
                    .help = "Factor of the scores; 0 takes 1 / sqrt(key width)"}};
  return about;
}

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

double dot(const double* a, const double* b, std::int64_t width) {
  return std::inner_product(a, a + width, b, 0.0);
}

// One batch entry of the definition, all heads of it.
class Entry {
 public:
  Entry(const Call<double>& call, std::int64_t batch);

  struct Row {
    std::vector<double> shares;  // of every key, the state's first; none where nothing is kept
    std::vector<double> sparse;  // sum of shares times values
    std::vector<double> mean;
  };
  Row row(std::int64_t t, std::int64_t head) const;
  // From the state's first token on.
  std::vector<double> attention(std::int64_t head) const;
  std::vector<double> underMask(std::int64_t head) const;
  const std::vector<double>& map() const { return map_; }
  const std::vector<bool>& stays() const { return stays_; }

  void forward(State<double>& made) const;
  void backward(const BackwardCall<double>& back) const;

 private:
  void summarise(std::int64_t head);
  void choose(std::int64_t t);
  void finish(State<double>& made) const;

  // The gradients of keys and values of one head, the state's first.
  struct Tokens {
    std::vector<double> keys, values;
  };
  void backwardHead(const BackwardCall<double>& back, std::int64_t head) const;
  std::vector<double> backwardRow(const BackwardCall<double>& back, std::int64_t t,
                                  std::int64_t head, Tokens& tokens,
                                  std::vector<double>& sum) const;
  void backwardSummary(const BackwardCall<double>& back, std::int64_t head,
                       const std::vector<double>& above, Tokens& tokens) const;
  void pullFeatures(const BackwardCall<double>& back, std::size_t input, std::int64_t t,
                    std::int64_t head, const double* above, double* gradient) const;
  void handOver(const BackwardCall<double>& back, std::int64_t head, const Tokens& tokens) const;

  std::int64_t visible(std::int64_t t) const { return past_ + t + 1; }
  const double* key(std::int64_t j, std::int64_t head) const {
    return j < past_ ? call_.initial->values.data() + layout_.cacheOffset(j, batch_, head)
                     : call_.inputs[Layout::kKey].row(batch_, j - past_, head);
  }
  const double* value(std::int64_t j, std::int64_t head) const {
    return j < past_ ? key(j, head) + layout_.keys
                     : call_.inputs[Layout::kValue].row(batch_, j - past_, head);
  }
  const SeaEncoder& encoder(std::int64_t t, std::int64_t head) const {
    return encoders_[index(head * layout_.tokens + t)];
  }
  std::vector<double> features(std::size_t input, std::int64_t t, std::int64_t head) const;

  const Call<double>& call_;
  Layout layout_;
  std::int64_t batch_, past_;
  std::vector<FeatureRecurrence> summaries_, ran_;  // before and after the tokens
  std::vector<SeaEncoder> encoders_;                // [head, token]
  SeaImage image_;
  std::vector<double> map_;
  std::vector<bool> stays_;
};

Entry::Entry(const Call<double>& call, std::int64_t batch)
    : call_(call),
      layout_(call.sizes, *call.options),
      batch_(batch),
      past_(tokensBefore(call)),
      image_(call, batch) {
  for (std::int64_t h = 0; h < layout_.heads; ++h) summarise(h);
  map_ = image_.map();
  stays_.resize(map_.size());
  for (std::int64_t t = 0; t < layout_.tokens; ++t) choose(t);
}

std::vector<double> Entry::features(std::size_t input, std::int64_t t, std::int64_t head) const {
  const double root = std::pow(static_cast<double>(layout_.keys), -0.25);
  const double* x = call_.inputs[input].row(batch_, t, head);
  std::vector<double> features;
  for (std::int64_t f = 0; f < layout_.summary.features; ++f) {
    const double z = root * dot(call_.inputs[Layout::kProjection].row(f), x, layout_.keys);
    features.push_back(std::max(0.0, z) + Layout::kLeastFeature);
  }
  return features;
}

void Entry::summarise(std::int64_t head) {
  const std::int64_t width = layout_.summary.features, values = layout_.values;
  FeatureRecurrence summary(layout_.tokens, width, 2 * values, 0);
  for (std::int64_t t = 0; t < layout_.tokens; ++t) {
    const auto query = features(Layout::kQuery, t, head), key = features(Layout::kKey, t, head);
    std::copy(query.begin(), query.end(), summary.queries.begin() + t * width);
    std::copy(key.begin(), key.end(), summary.keys.begin() + t * width);
    double* row = &summary.value_rows[index(t * 2 * values)];
    std::copy_n(call_.inputs[Layout::kEye].row(t), values, row);
    std::copy_n(call_.inputs[Layout::kValue].row(batch_, t, head), values, row + values);
  }
  if (call_.initial) {
    const auto from = call_.initial->values.begin();
    std::copy_n(from + layout_.summary.matrixOffset(batch_, head), summary.matrix.size(),
                summary.matrix.begin());
    std::copy_n(from + layout_.summary.normaliserOffset(batch_, head), summary.normaliser.size(),
                summary.normaliser.begin());
  }
  for (double& z : summary.normaliser) z += Layout::kLeastSum;
  summaries_.push_back(summary);
  const std::vector<double> contexts = summary.run();
  ran_.push_back(std::move(summary));
  for (std::int64_t t = 0; t < layout_.tokens; ++t) {
    std::vector<double> context(contexts.begin() + t * 2 * values,
                                contexts.begin() + (t + 1) * 2 * values);
    const double* value = call_.inputs[Layout::kValue].row(batch_, t, head);
    context.insert(context.end(), value, value + values);
    encoders_.emplace_back(call_, std::move(context));
    image_.decode(t, head, encoders_.back().hidden());
  }
}

// The largest cells of a row over all heads, the first of equals.
void Entry::choose(std::int64_t t) {
  const std::int64_t pool = layout_.heads * layout_.cells;
  const double* row = &map_[index(t * pool)];
  std::vector<std::int64_t> order(index(pool));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return row[a] > row[b]; });
  const std::int64_t budget =
      seaBudget(layout_.heads, layout_.keys_kept, layout_.cells, visible(t));
  for (std::int64_t i = 0; i < budget; ++i) stays_[index(t * pool + order[index(i)])] = true;
}

Entry::Row Entry::row(std::int64_t t, std::int64_t head) const {
  const std::int64_t count = visible(t);
  Row row{std::vector<double>(index(count)), std::vector<double>(index(layout_.values)),
          std::vector<double>(index(layout_.values))};
  const double* query = call_.inputs[Layout::kQuery].row(batch_, t, head);
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  std::vector<double> scores(index(count), highest);
  for (std::int64_t j = 0; j < count; ++j) {
    const std::int64_t cell = seaCell(j, count, layout_.cells);
    if (!stays_[index((t * layout_.heads + head) * layout_.cells + cell)]) continue;
    scores[index(j)] = layout_.scale * dot(query, key(j, head), layout_.keys);
    highest = std::max(highest, scores[index(j)]);
  }
  for (std::int64_t j = 0; j < count && std::isfinite(highest); ++j) {
    sum += row.shares[index(j)] = std::exp(scores[index(j)] - highest);
  }
  for (double& share : row.shares) share = sum > 0 ? share / sum : 0;
  for (std::int64_t e = 0; e < layout_.values; ++e) {
    for (std::int64_t j = 0; j < count; ++j) {
      row.sparse[index(e)] += row.shares[index(j)] * value(j, head)[e];
    }
    double& mean = row.mean[index(e)];
    if (call_.initial) mean = call_.initial->values[index(layout_.sumOffset(batch_, head) + e)];
    for (std::int64_t j = past_; j < count; ++j) mean += value(j, head)[e];
    mean /= static_cast<double>(count);
  }
  return row;
}

std::vector<double> Entry::attention(std::int64_t head) const {
  std::vector<double> weights(index(layout_.tokens * layout_.tokens));
  for (std::int64_t t = 0; t < layout_.tokens; ++t) {
    const std::vector<double> shares = row(t, head).shares;
    const double a = encoder(t, head).gate(0), b = encoder(t, head).gate(1);
    for (std::int64_t j = 0; j <= t; ++j) {
      weights[index(t * layout_.tokens + j)] =
          b * a * shares[index(past_ + j)] + (1 - b) / static_cast<double>(visible(t));
    }
  }
  return weights;
}

std::vector<double> Entry::underMask(std::int64_t head) const {
  std::vector<double> weights(index(layout_.tokens * layout_.tokens));
  for (std::int64_t t = 0; t < layout_.tokens; ++t) {
    const std::vector<double> shares = row(t, head).shares;
    std::copy_n(shares.begin() + past_, t + 1, weights.begin() + t * layout_.tokens);
  }
  return weights;
}

void Entry::forward(State<double>& made) const {
  for (std::int64_t h = 0; h < layout_.heads; ++h) {
    for (std::int64_t t = 0; t < layout_.tokens; ++t) {
      const Row row = this->row(t, h);
      const double a = encoder(t, h).gate(0), b = encoder(t, h).gate(1);
      for (std::int64_t e = 0; e < layout_.values; ++e) {
        call_.output(batch_, t, h, e) = b * a * row.sparse[index(e)] + (1 - b) * row.mean[index(e)];
      }
    }
  }
  finish(made);
}

void Entry::finish(State<double>& made) const {
  const auto to = made.values.begin();
  for (std::int64_t h = 0; h < layout_.heads; ++h) {
    const FeatureRecurrence& summary = ran_[index(h)];
    std::copy(summary.matrix.begin(), summary.matrix.end(),
              to + layout_.summary.matrixOffset(batch_, h));
    std::transform(summary.normaliser.begin(), summary.normaliser.end(),
                   to + layout_.summary.normaliserOffset(batch_, h),
                   [](double z) { return z - Layout::kLeastSum; });
    double* sum = &made.values[index(layout_.sumOffset(batch_, h))];
    if (call_.initial) {
      std::copy_n(call_.initial->values.begin() + layout_.sumOffset(batch_, h), layout_.values,
                  sum);
    }
    for (std::int64_t j = 0; j < past_ + layout_.tokens; ++j) {
      const auto cache = to + layout_.cacheOffset(j, batch_, h);
      std::copy_n(key(j, h), layout_.keys, cache);
      std::copy_n(value(j, h), layout_.values, cache + layout_.keys);
      for (std::int64_t e = 0; j >= past_ && e < layout_.values; ++e) sum[e] += value(j, h)[e];
    }
  }
  image_.store(made);
}

// Adds the gradients of query, keys and values by the sparse part and, in `sum`, by the sum of the
// values so far; returns that by the token's context.
std::vector<double> Entry::backwardRow(const BackwardCall<double>& back, std::int64_t t,
                                       std::int64_t head, Tokens& tokens,
                                       std::vector<double>& sum) const {
  const Row row = this->row(t, head);
  const double* above = back.output_gradient.row(batch_, t, head);
  const double* query = call_.inputs[Layout::kQuery].row(batch_, t, head);
  const double a = encoder(t, head).gate(0), b = encoder(t, head).gate(1);
  const double along_sparse = dot(above, row.sparse.data(), layout_.values);
  const double along_mean = dot(above, row.mean.data(), layout_.values);
  for (std::int64_t e = 0; e < layout_.values; ++e) {
    sum[index(e)] += (1 - b) * above[e] / static_cast<double>(visible(t));
  }
  const auto& to_query = back.input_gradients[Layout::kQuery];
  for (std::int64_t j = 0; j < visible(t); ++j) {
    const double share = row.shares[index(j)];
    if (share == 0) continue;
    const double slope =
        layout_.scale * b * a * share * (dot(above, value(j, head), layout_.values) - along_sparse);
    for (std::int64_t d = 0; d < layout_.keys; ++d) {
      if (to_query) to_query(batch_, t, head, d) += slope * key(j, head)[d];
      tokens.keys[index(j * layout_.keys + d)] += slope * query[d];
    }
    for (std::int64_t e = 0; e < layout_.values; ++e) {
      tokens.values[index(j * layout_.values + e)] += b * a * share * above[e];
    }
  }
  return encoder(t, head).pull(back, b * along_sparse, a * along_sparse - along_mean);
}

void Entry::pullFeatures(const BackwardCall<double>& back, std::size_t input, std::int64_t t,
                         std::int64_t head, const double* above, double* gradient) const {
  const double root = std::pow(static_cast<double>(layout_.keys), -0.25);
  const std::vector<double> features = this->features(input, t, head);
  const double* x = call_.inputs[input].row(batch_, t, head);
  const auto& to_projection = back.input_gradients[Layout::kProjection];
  for (std::int64_t f = 0; f < layout_.summary.features; ++f) {
    if (features[index(f)] <= Layout::kLeastFeature) continue;
    for (std::int64_t d = 0; d < layout_.keys; ++d) {
      gradient[d] += root * above[f] * call_.inputs[Layout::kProjection](f, d);
      if (to_projection) to_projection(f, d) += root * above[f] * x[d];
    }
  }
}

void Entry::backwardSummary(const BackwardCall<double>& back, std::int64_t head,
                            const std::vector<double>& above, Tokens& tokens) const {
  FeatureRecurrence summary = summaries_[index(head)];
  std::vector<double> matrix(summary.matrix.size()), normaliser(summary.normaliser.size());
  const std::int64_t matrix_at = layout_.summary.matrixOffset(batch_, head);
  const std::int64_t normaliser_at = layout_.summary.normaliserOffset(batch_, head);
  if (back.final_gradient) {
    const auto from = back.final_gradient->values.begin();
    std::copy_n(from + matrix_at, matrix.size(), matrix.begin());
    std::copy_n(from + normaliser_at, normaliser.size(), normaliser.begin());
  }
  const auto gradient = summary.backward(above, matrix, normaliser);
  const auto& to_query = back.input_gradients[Layout::kQuery];
  const auto& to_eye = back.input_gradients[Layout::kEye];
  const std::int64_t width = layout_.summary.features, values = layout_.values;
  for (std::int64_t t = 0; t < layout_.tokens; ++t) {
    std::vector<double> query(index(layout_.keys));
    pullFeatures(back, Layout::kQuery, t, head, &gradient.queries[index(t * width)], query.data());
    pullFeatures(back, Layout::kKey, t, head, &gradient.keys[index(t * width)],
                 &tokens.keys[index((past_ + t) * layout_.keys)]);
    for (std::int64_t d = 0; to_query && d < layout_.keys; ++d) {
      to_query(batch_, t, head, d) += query[index(d)];
    }
    const double* row = &gradient.value_rows[index(t * 2 * values)];
    for (std::int64_t e = 0; e < values; ++e) {
      if (to_eye) to_eye(t, e) += row[e];
      tokens.values[index((past_ + t) * values + e)] += row[values + e];
    }
  }
  if (back.initial_gradient) {
    const auto to = back.initial_gradient->values.begin();
    std::copy(gradient.matrix.begin(), gradient.matrix.end(), to + matrix_at);
    std::copy(gradient.normaliser.begin(), gradient.normaliser.end(), to + normaliser_at);
  }
}

void Entry::backwardHead(const BackwardCall<double>& back, std::int64_t head) const {
  const std::int64_t values = layout_.values, end = past_ + layout_.tokens;
  Tokens tokens{std::vector<double>(index(end * layout_.keys)),
                std::vector<double>(index(end * values))};
  std::vector<double> contexts(index(layout_.tokens * 2 * values)), sum(index(values));
  if (back.final_gradient) {
    const auto& final = back.final_gradient->values;
    std::copy_n(final.begin() + layout_.sumOffset(batch_, head), values, sum.begin());
    for (std::int64_t j = 0; j < end; ++j) {
      const double* cache = &final[index(layout_.cacheOffset(j, batch_, head))];
      std::copy_n(cache, layout_.keys, &tokens.keys[index(j * layout_.keys)]);
      std::copy_n(cache + layout_.keys, values, &tokens.values[index(j * values)]);
    }
  }
  for (std::int64_t t = layout_.tokens; t-- > 0;) {
    const std::vector<double> context = backwardRow(back, t, head, tokens, sum);
    std::copy_n(context.begin(), 2 * values, contexts.begin() + t * 2 * values);
    for (std::int64_t e = 0; e < values; ++e) {
      tokens.values[index((past_ + t) * values + e)] +=
          sum[index(e)] + context[index(2 * values + e)];
    }
  }
  if (back.initial_gradient) {
    std::copy(sum.begin(), sum.end(),
              back.initial_gradient->values.begin() + layout_.sumOffset(batch_, head));
  }
  backwardSummary(back, head, contexts, tokens);
  handOver(back, head, tokens);
}

void Entry::handOver(const BackwardCall<double>& back, std::int64_t head,
                     const Tokens& tokens) const {
  for (std::int64_t j = 0; j < past_ + layout_.tokens; ++j) {
    const double* key = &tokens.keys[index(j * layout_.keys)];
    const double* value = &tokens.values[index(j * layout_.values)];
    if (j < past_) {
      if (back.initial_gradient == nullptr) continue;
      const auto to = back.initial_gradient->values.begin() + layout_.cacheOffset(j, batch_, head);
      std::copy_n(key, layout_.keys, to);
      std::copy_n(value, layout_.values, to + layout_.keys);
      continue;
    }
    const auto add = [&](std::size_t input, const double* from, std::int64_t width) {
      const auto& to = back.input_gradients[input];
      for (std::int64_t d = 0; to && d < width; ++d) to(batch_, j - past_, head, d) += from[d];
    };
    add(Layout::kKey, key, layout_.keys);
    add(Layout::kValue, value, layout_.values);
  }
}

void Entry::backward(const BackwardCall<double>& back) const {
  for (std::int64_t h = 0; h < layout_.heads; ++h) backwardHead(back, h);
}

class Sea : public Mechanism, public SparseReading {
 public:
  const Description& description() const override { return about_; }

  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::part] = Layout::kParts;
    sizes[Dim::split] = Layout::kSplits;
    sizes[Dim::tap] = Layout::kTaps;
    sizes[Dim::feature] = 2 * sizes.keys();
    sizes[Dim::hidden] = 2 * sizes.values();
    sizes[Dim::column] = 32;
    sizes[Dim::cell] = Layout::kRepeats * sizes[Dim::column];
    return sizes;
  }
  void check(const Sizes& sizes, const Options&) const override {
    const auto require = [&](Dim dim, std::int64_t expected) {
      if (sizes[dim] == expected) return;
      throw Error::usage(kShape,
                         {{"expected", expected}, {"dimension", name(dim)}, {"found", sizes[dim]}});
    };
    require(Dim::part, Layout::kParts);
    require(Dim::split, Layout::kSplits);
    require(Dim::tap, Layout::kTaps);
    require(Dim::cell, Layout::kRepeats * sizes[Dim::column]);
  }

  std::vector<StatePart> state(const Sizes& sizes, const Options& options,
                               std::int64_t tokens) const override {
    const Layout layout(sizes, options);
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    const std::uint64_t batch = size(layout.batch_size), heads = size(layout.heads);
    const std::vector<std::uint64_t> rows{size(Layout::kHistory), batch, heads,
                                          size(Layout::kSplits), size(layout.columns)};
    std::vector<StatePart> parts = layout.summary.parts();
    parts.push_back({"sum", {batch, heads, size(layout.values)}});
    parts.push_back({"image", rows});
    parts.push_back({"features", rows});
    parts.push_back({"cache", {size(tokens), batch, heads, size(layout.keys + layout.values)}});
    return parts;
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;

  // Which cells stay, a bit for each.
  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    return index(sizes.batch() * sizes.tokens() * SeaBuffers::stayWords(sizes));
  }

  std::vector<double> attention(const Call<double>& call, std::int64_t batch,
                                std::int64_t head) const override {
    Call<double> fresh = call;
    fresh.initial = nullptr;
    return Entry(fresh, batch).attention(head);
  }

  std::vector<double> underMask(const Call<double>& call, std::int64_t batch,
                                std::int64_t head) const override {
    Call<double> fresh = call;
    fresh.initial = nullptr;
    return Entry(fresh, batch).underMask(head);
  }

  double flops(const Sizes& sizes, const Options& options) const override {
    const Layout layout(sizes, options);
    const auto rows = static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens());
    const std::int64_t summary = 8 * layout.summary.features * layout.values;
    const std::int64_t network =
        2 * layout.hidden * (Layout::kParts * layout.values + Layout::kSplits * layout.columns) +
        2 * 2 * 9 * Layout::kSplits * layout.channels * layout.columns;
    const double kept = std::min(layout.keys_kept, static_cast<double>(sizes.tokens()));
    return rows * (static_cast<double>(summary + network) +
                   2 * kept * static_cast<double>(layout.keys + layout.values));
  }

 private:
  Description about_ = describe();
};

void Sea::reference(const Call<double>& call) const {
  State<double> made = emptyState(*this, call, tokensAfter(call));
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) Entry(call, b).forward(made);
  if (call.final) *call.final = std::move(made);
}

void Sea::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  if (back.initial_gradient) *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) Entry(call, b).backward(back);
}

// Blocks of rows of every batch entry, several at once.
template <class Work>
void forRowBlocks(const Call<float>& call, Work work) {
  constexpr std::int64_t kRows = 64;
  const std::int64_t blocks = (call.sizes.tokens() + kRows - 1) / kRows;
  forBlocks(index(call.sizes.batch() * blocks), 1, *call.context,
            [&](std::size_t item, std::size_t) {
              const FlushSubnormals flush;
              const auto block = static_cast<std::int64_t>(item);
              const std::int64_t first = block % blocks * kRows;
              work(block / blocks, first, std::min(kRows, call.sizes.tokens() - first));
            });
}

// A row of all channels between a state, where it is dense, and an image stage.
struct ImageRows {
  const Layout& layout;
  std::int64_t stride;

  void load(const State<float>& state, std::int64_t stage, std::int64_t batch, float* to) const {
    forChannels(batch, -Layout::kHistory, [&](std::int64_t row, std::int64_t c, std::int64_t at) {
      std::copy_n(state.values.begin() + layout.rowOffset(stage, row, batch) + c * layout.columns,
                  layout.columns, to + at);
    });
  }
  void store(const float* from, std::int64_t stage, std::int64_t batch, State<float>& state) const {
    forChannels(batch, layout.tokens - Layout::kHistory,
                [&](std::int64_t row, std::int64_t c, std::int64_t at) {
                  std::copy_n(from + at, layout.columns,
                              state.values.begin() + layout.rowOffset(stage, row, batch) +
                                  c * layout.columns);
                });
  }

 private:
  // The four rows from `first` on.
  template <class Work>
  void forChannels(std::int64_t batch, std::int64_t first, Work work) const {
    for (std::int64_t row = 0; row < Layout::kHistory; ++row) {
      const std::int64_t at =
          batch * (Layout::kHistory + layout.tokens) + Layout::kHistory + first + row;
      for (std::int64_t c = 0; c < layout.channels; ++c) {
        work(row, c, (at * layout.channels + c) * stride + SeaBuffers::kBorder);
      }
    }
  }
};

void Sea::fast(const Call<float>& call) const {
  const Layout layout(call.sizes, *call.options);
  const std::int64_t stride = SeaBuffers::imageStride(call.sizes);
  const std::int64_t rows = layout.batch_size * layout.tokens * layout.heads;
  const std::size_t stage =
      index(layout.batch_size * (Layout::kHistory + layout.tokens) * layout.channels * stride);
  Workspace work;
  std::vector<std::uint32_t> stays(
      index(layout.batch_size * layout.tokens * SeaBuffers::stayWords(call.sizes)));
  const SeaBuffers buffers{work.numbers(stage).data(), work.numbers(stage).data(),
                           work.numbers(index(Layout::kSplits * rows)).data(),
                           work.numbers(index(rows * layout.values)).data(), stays.data()};
  const ImageRows image{layout, stride};
  for (std::int64_t b = 0; call.initial && b < layout.batch_size; ++b) {
    image.load(*call.initial, 0, b, buffers.image);
    image.load(*call.initial, 1, b, buffers.middle);
  }
  State<float> made;
  if (call.final) made = emptyState(*this, call, tokensAfter(call));
  forHeads(call, [&](std::int64_t b, std::int64_t h) {
    seaSummariseHead(call, buffers, b, h, call.final ? &made : nullptr);
  });
  forRowBlocks(call, [&](std::int64_t b, std::int64_t first, std::int64_t count) {
    seaConvolveRows(call, buffers, b, first, count);
  });
  forRowBlocks(call, [&](std::int64_t b, std::int64_t first, std::int64_t count) {
    seaAttendRows(call, buffers, b, first, count);
  });
  if (!call.kept.empty()) {
    std::memcpy(call.kept.data(), stays.data(), stays.size() * sizeof(std::uint32_t));
  }
  if (call.final == nullptr) return;
  for (std::int64_t b = 0; b < layout.batch_size; ++b) {
    image.store(buffers.image, 0, b, made);
    image.store(buffers.middle, 1, b, made);
  }
  *call.final = std::move(made);
}

// Each head's part of the gradients that heads and batch entries share, one after the other.
class SharedParts {
 public:
  explicit SharedParts(const Call<float>& call)
      : layout_(call.sizes, *call.options),
        key_stride_(stride(layout_.keys)),
        hidden_stride_(stride(layout_.hidden)),
        numbers_(work_.numbers(index(layout_.batch_size * layout_.heads * size())).data()) {}

  SeaSharedGradients of(std::int64_t batch, std::int64_t head) const {
    float* at = numbers_ + (batch * layout_.heads + head) * size();
    const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
    return {take(layout_.tokens * layout_.values),
            take(layout_.summary.features * key_stride_),
            take(Layout::kParts * layout_.values * hidden_stride_),
            take(hidden_stride_),
            take(hidden_stride_),
            take(hidden_stride_),
            take(Layout::kSplits * hidden_stride_),
            take(Layout::kSplits)};
  }

  // Adds all parts to the gradients, in the order of the heads.
  void addTo(const BackwardCall<float>& back) const {
    for (std::int64_t b = 0; b < layout_.batch_size; ++b) {
      for (std::int64_t h = 0; h < layout_.heads; ++h) addOne(back, of(b, h));
    }
  }

 private:
  static std::int64_t stride(std::int64_t columns) {
    return static_cast<std::int64_t>(tileStride(index(columns)));
  }
  std::int64_t size() const {
    return layout_.tokens * layout_.values + layout_.summary.features * key_stride_ +
           (Layout::kParts * layout_.values + 3 + Layout::kSplits) * hidden_stride_ +
           Layout::kSplits;
  }

  void addOne(const BackwardCall<float>& back, const SeaSharedGradients& part) const {
    const auto addMatrix = [&](std::size_t input, const float* from, std::int64_t rows,
                               std::int64_t columns, std::int64_t from_stride) {
      const View<float>& to = back.input_gradients[input];
      for (std::int64_t i = 0; to && i < rows; ++i) {
        for (std::int64_t j = 0; j < columns; ++j) to(i, j) += from[i * from_stride + j];
      }
    };
    const auto addVector = [&](std::size_t input, const float* from, std::int64_t count) {
      const View<float>& to = back.input_gradients[input];
      for (std::int64_t i = 0; to && i < count; ++i) to(i) += from[i];
    };
    addMatrix(Layout::kEye, part.eye, layout_.tokens, layout_.values, layout_.values);
    addMatrix(Layout::kProjection, part.projection, layout_.summary.features, layout_.keys,
              key_stride_);
    addVector(Layout::kEncoderBias, part.encoder_bias, layout_.hidden);
    addVector(Layout::kEncoderGain, part.encoder_gain, layout_.hidden);
    addVector(Layout::kEncoderShift, part.encoder_shift, layout_.hidden);
    addVector(Layout::kGateBias, part.gate_bias, Layout::kSplits);
    const View<float>& encoder = back.input_gradients[Layout::kEncoder];
    for (std::int64_t i = 0; encoder && i < Layout::kParts * layout_.values; ++i) {
      for (std::int64_t o = 0; o < layout_.hidden; ++o) {
        encoder(i / layout_.values, i % layout_.values, o) += part.encoder[i * hidden_stride_ + o];
      }
    }
    const View<float>& gate = back.input_gradients[Layout::kGate];
    for (std::int64_t o = 0; gate && o < layout_.hidden; ++o) {
      for (std::int64_t g = 0; g < Layout::kSplits; ++g) {
        gate(o, g) += part.gate[g * hidden_stride_ + o];
      }
    }
  }

  Layout layout_;
  std::int64_t key_stride_, hidden_stride_;
  Workspace work_;
  float* numbers_;
};

void Sea::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  if (back.initial_gradient) *back.initial_gradient = emptyState(*this, call, tokensBefore(call));
  std::vector<std::uint32_t> stays(call.kept.size());
  std::memcpy(stays.data(), call.kept.data(), stays.size() * sizeof(std::uint32_t));
  const SharedParts shared(call);
  forHeads(call, [&](std::int64_t b, std::int64_t h) {
    seaBackwardHead(back, stays.data(), shared.of(b, h), b, h);
  });
  shared.addTo(back);
}

}  // namespace

std::int64_t seaBudget(std::int64_t heads, double keys_kept, std::int64_t cells,
                       std::int64_t visible) {
  const double share = static_cast<double>(heads) * keys_kept * static_cast<double>(cells) /
                       static_cast<double>(visible);
  const double most = static_cast<double>(heads * cells);
  return static_cast<std::int64_t>(std::clamp(std::nearbyint(share), 1.0, most));
}

std::int64_t seaCell(std::int64_t key, std::int64_t visible, std::int64_t cells) {
  constexpr double kNudge = 1e-4;
  const double at =
      (static_cast<double>(key) + 0.5) / static_cast<double>(visible) * static_cast<double>(cells) -
      kNudge;
  return static_cast<std::int64_t>(std::floor(std::max(0.0, at)));
}

SeaEstimate seaEstimate(const Call<double>& call, std::int64_t batch) {
  const Entry entry(call, batch);
  return {entry.map(), entry.stays()};
}

const Mechanism& seaAttention() {
  static const Sea mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
