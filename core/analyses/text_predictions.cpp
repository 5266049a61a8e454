// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/text_predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/language/sampling.h"

namespace lineament {

namespace {

using language::LanguageModel;
using language::Pass;

// Logits are made for that many tokens at once: a vocabulary is wide.
constexpr std::size_t kTokensAtOnce = 64;

class Reader {
 public:
  Reader(const LanguageModel& model, const TextInput& input, const std::vector<std::int32_t>& ids)
      : model_(model), input_(input), ids_(ids), width_(model.description().width) {}

  // Of the residual stream after a layer: what it predicts at each token, against what came.
  std::vector<language::Prediction> read(const std::vector<float>& hidden,
                                         const Context& context) const {
    std::vector<language::Prediction> made;
    const std::size_t vocabulary = model_.description().vocabulary;
    for (std::size_t first = 0; first < ids_.size(); first += kTokensAtOnce) {
      const std::size_t count = std::min(kTokensAtOnce, ids_.size() - first);
      context.checkpoint(static_cast<double>(first) / static_cast<double>(ids_.size()),
                         "Reading the layers' predictions");
      const std::vector<float> logits = model_.logits(
          std::span(hidden).subspan(first * width_, count * width_), {.stop = context.stop});
      for (std::size_t t = 0; t < count; ++t) {
        const std::size_t next = std::min(first + t + 1, ids_.size() - 1);
        made.push_back(language::predictionOf(std::span(logits).subspan(t * vocabulary, vocabulary),
                                              ids_[next]));
      }
    }
    return made;
  }

  TokenMeasure surprisal(const std::vector<language::Prediction>& predictions,
                         const std::string& name, const std::string& title) const {
    TokenMeasure measure{name, title, "bit", {std::numeric_limits<double>::quiet_NaN()}};
    for (std::size_t t = 0; t + 1 < ids_.size(); ++t) {
      measure.values.push_back(-predictions[t].log_probability / std::log(2.0));
    }
    return measure;
  }

 private:
  const LanguageModel& model_;
  const TextInput& input_;
  const std::vector<std::int32_t>& ids_;
  std::size_t width_;
};

// Rows of the lens as they are read, layer by layer.
class LensTable {
 public:
  void add(const std::string& layer, const std::vector<language::Prediction>& predictions,
           const std::vector<std::int32_t>& ids, const TextInput& input) {
    for (std::size_t t = 0; t < predictions.size(); ++t) {
      const bool last = t + 1 == predictions.size();
      layers_.add(layer);
      positions_.push_back(static_cast<std::int64_t>(t + 1));
      tokens_.add(input.shown(ids[t]));
      likeliest_.add(input.shown(predictions[t].likeliest));
      probabilities_.push_back(predictions[t].likeliest_probability);
      entropies_.push_back(predictions[t].entropy / std::log(2.0));
      surprisals_.push_back(last ? 0 : -predictions[t].log_probability / std::log(2.0));
      ranks_.push_back(last ? 0 : static_cast<std::int64_t>(predictions[t].rank + 1));
      unknown_next_.push_back(last ? 1 : 0);
    }
  }
  Table finish() {
    return Table({Column("layer", layers_.finish()), Column("position", std::move(positions_)),
                  Column("token", tokens_.finish()), Column("likeliest_next", likeliest_.finish()),
                  Column("probability", std::move(probabilities_)),
                  Column("entropy", std::move(entropies_), {}, "bit"),
                  Column("surprisal_of_next", std::move(surprisals_), unknown_next_, "bit"),
                  Column("rank_of_next", std::move(ranks_), unknown_next_)});
  }

 private:
  TextBuilder layers_, tokens_, likeliest_;
  std::vector<std::int64_t> positions_, ranks_;
  std::vector<double> probabilities_, entropies_, surprisals_;
  std::vector<std::uint8_t> unknown_next_;
};

}  // namespace

TextPredictions predictionsOf(const LanguageModel& model, const Pass& pass, const TextInput& input,
                              const std::vector<std::int32_t>& ids, bool lens,
                              const Context& context) {
  TextPredictions made;
  const Reader reader(model, input, ids);
  LensTable table;
  const std::size_t first = lens ? 0 : pass.hidden.size() - 1;
  for (std::size_t i = first; i < pass.hidden.size(); ++i) {
    const double all = static_cast<double>(pass.hidden.size() - first);
    const Context own = context.part(static_cast<double>(i - first) / all,
                                     static_cast<double>(i - first + 1) / all);
    const auto predictions = reader.read(pass.hidden[i], own);
    const bool last = i + 1 == pass.hidden.size();
    made.measures.push_back(
        last ? reader.surprisal(predictions, "surprisal", "Surprisal")
             : reader.surprisal(predictions, fmt::format("surprisal_layer_{}", i),
                                i == 0 ? std::string("Surprisal read off the embedding")
                                       : fmt::format("Surprisal read off layer {}", i)));
    if (lens) table.add(i == 0 ? "embedding" : fmt::format("layer {}", i), predictions, ids, input);
  }
  // The network's own first.
  std::rotate(made.measures.begin(), made.measures.end() - 1, made.measures.end());
  for (std::size_t t = 1; t < ids.size(); ++t) made.surprisal += made.measures[0].values[t];
  if (ids.size() > 1) made.surprisal /= static_cast<double>(ids.size() - 1);
  if (lens) made.lens = table.finish();
  return made;
}

}  // namespace lineament
