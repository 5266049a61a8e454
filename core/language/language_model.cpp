// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/language_model.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/language/attention.h"
#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

constexpr ErrorText kToken{"language.token", "Run the network on these tokens",
                           "token {number} has the id {id}, the vocabulary has {vocabulary}", "",
                           "Use the tokenizer that belongs to these weights"};
constexpr ErrorText kTooLong{"language.too_long", "Run the network on {tokens} tokens",
                             "it has {positions} positions", "",
                             "Shorten the text to what the network was made for"};

constexpr std::size_t kNumbersAtOnce = 1 << 17;

}  // namespace

ModelState ModelState::copy() const {
  ModelState state;
  for (const auto& each : sublayers_) state.sublayers_.push_back(each ? each->copy() : nullptr);
  state.tokens_ = tokens_;
  return state;
}

std::size_t ModelState::bytes() const {
  std::size_t sum = 0;
  for (const auto& each : sublayers_) sum += each ? each->bytes() : 0;
  return sum;
}

LanguageModel::LanguageModel(ModelParts parts) : parts_(std::move(parts)) {}

std::uint64_t LanguageModel::parameters() const {
  std::uint64_t sum = parts_.embedding.parameters() + parts_.positions.parameters();
  for (const Layer& layer : parts_.layers) {
    for (const Residual& residual : layer.residuals) sum += residual.sublayer->parameters();
  }
  return sum;
}

ModelState LanguageModel::start(std::span<const float> encoded, const Context& context) const {
  ModelState state;
  const std::size_t tokens = encoded.size() / std::max<std::size_t>(parts_.description.width, 1);
  for (const Layer& layer : parts_.layers) {
    for (const Residual& residual : layer.residuals) {
      if (residual.to_encoder) {
        const auto& attention = static_cast<const AttentionSublayer&>(*residual.sublayer);
        state.sublayers_.push_back(attention.about(encoded.data(), tokens, context));
      } else {
        state.sublayers_.push_back(residual.sublayer->start());
      }
    }
  }
  return state;
}

void LanguageModel::check(std::span<const std::int32_t> tokens, std::size_t position) const {
  const ModelDescription& about = parts_.description;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || static_cast<std::size_t>(tokens[i]) >= about.vocabulary) {
      throw Error(kToken, {{"number", i + 1}, {"id", tokens[i]}, {"vocabulary", about.vocabulary}});
    }
  }
  if (about.bounded && position + tokens.size() > about.positions) {
    throw Error(kTooLong, {{"tokens", position + tokens.size()}, {"positions", about.positions}});
  }
}

std::vector<float> LanguageModel::embed(std::span<const std::int32_t> tokens,
                                        std::size_t position) const {
  const std::size_t width = parts_.description.width;
  std::vector<float> x(tokens.size() * width);
  std::vector<float> place(parts_.positions ? width : 0);
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    float* row = x.data() + t * width;
    parts_.embedding.row(static_cast<std::size_t>(tokens[t]), row);
    if (parts_.embedding_scale != 1) {
      std::for_each(row, row + width, [&](float& value) { value *= parts_.embedding_scale; });
    }
    if (parts_.positions) {
      parts_.positions.row(parts_.first_position + position + t, place.data());
      add(place.data(), width, row);
    }
    if (!parts_.token_type.empty()) add(parts_.token_type.data(), width, row);
  }
  parts_.embedding_norm.apply(x.data(), tokens.size(), width, x.data());
  return x;
}

struct LanguageModel::Stream {
  std::vector<float> x, in, out;
  std::size_t tokens = 0, width = 0;
  ModelState* state = nullptr;
  std::size_t next = 0;                           // of the state's sublayers
  const std::vector<float>* handed_on = nullptr;  // by a sublayer to those of later layers

  void keepLast() {
    std::copy(x.end() - static_cast<std::ptrdiff_t>(width), x.end(), x.begin());
    x.resize(width);
    tokens = 1;
  }
};

void LanguageModel::applyLayer(std::size_t layer, Stream& stream, bool last_alone,
                               const Wanted& wanted, Pass& pass, const Context& context) const {
  const std::vector<Residual>& residuals = parts_.layers[layer].residuals;
  // Where only the last token is asked for, the others are needed by what keeps a state alone.
  std::size_t keeping = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    if (stream.state->sublayers_[stream.next + i] && !residuals[i].to_encoder) keeping = i;
  }
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const Residual& residual = residuals[i];
    const Sublayer& sublayer = *residual.sublayer;
    SublayerState* state = stream.state->sublayers_[stream.next++].get();
    const bool taps =
        wanted.attention && sublayer.heads() > 0 &&
        (wanted.attention_layers.empty() ||
         std::ranges::find(wanted.attention_layers, layer) != wanted.attention_layers.end());
    if (taps) pass.taps.push_back({layer, residual.to_encoder, {}});
    if (state) state->earlier = stream.handed_on;
    const float* from = stream.x.data();
    if (!residual.norm_after && residual.norm.type != Norm::Type::none) {
      residual.norm.apply(from, stream.tokens, stream.width, stream.in.data());
      from = stream.in.data();
    }
    if (last_alone && i == keeping && stream.tokens > 1) {
      sublayer.applyLast(from, stream.tokens, stream.width, state, stream.out.data(), context);
      stream.keepLast();
    } else {
      sublayer.apply(from, stream.tokens, state, taps ? &pass.taps.back().attention : nullptr,
                     stream.out.data(), context);
    }
    if (state && state->handedOn()) stream.handed_on = state->handedOn();
    forBlocks(stream.x.size(), kNumbersAtOnce, context, [&](std::size_t begin, std::size_t end) {
      add(stream.out.data() + begin, end - begin, stream.x.data() + begin);
    });
    if (residual.norm_after) {
      residual.norm.apply(stream.x.data(), stream.tokens, stream.width, stream.x.data());
    }
  }
}

Pass LanguageModel::run(std::span<const std::int32_t> tokens, ModelState& state,
                        const Wanted& wanted, const Context& context) const {
  check(tokens, state.tokens_);
  Pass pass;
  Stream stream;
  stream.tokens = tokens.size();
  stream.width = parts_.description.width;
  stream.state = &state;
  stream.x = embed(tokens, state.tokens_);
  stream.in.resize(stream.x.size());
  stream.out.resize(stream.x.size());
  if (wanted.hidden) pass.hidden.push_back(stream.x);
  const bool last_alone =
      !wanted.output && !wanted.hidden && !wanted.attention && !wanted.all_logits;
  for (std::size_t i = 0; i < parts_.layers.size(); ++i) {
    context.checkpoint(static_cast<double>(i) / static_cast<double>(parts_.layers.size()));
    applyLayer(i, stream, last_alone && i + 1 == parts_.layers.size(), wanted, pass, context);
    if (wanted.hidden) pass.hidden.push_back(stream.x);
  }
  state.tokens_ += tokens.size();
  parts_.final_norm.apply(stream.x.data(), stream.tokens, stream.width, stream.x.data());
  if (wanted.logits && parts_.head && stream.tokens > 0) {
    const auto kept =
        static_cast<std::ptrdiff_t>(wanted.all_logits ? stream.x.size() : stream.width);
    pass.logits = headOf({stream.x.end() - kept, stream.x.end()}, context);
  }
  if (wanted.output) pass.output = std::move(stream.x);
  return pass;
}

std::vector<float> LanguageModel::logits(std::span<const float> hidden,
                                         const Context& context) const {
  std::vector<float> x(hidden.begin(), hidden.end());
  const std::size_t width = parts_.description.width;
  parts_.final_norm.apply(x.data(), x.size() / width, width, x.data());
  return headOf(std::move(x), context);
}

std::vector<float> LanguageModel::headOf(std::vector<float> normed, const Context& context) const {
  const std::size_t width = parts_.description.width, tokens = normed.size() / width;
  if (parts_.head_transform) {
    std::vector<float> moved(normed.size());
    parts_.head_transform->apply(normed.data(), tokens, nullptr, nullptr, moved.data(), context);
    normed = std::move(moved);
  }
  parts_.head_norm.apply(normed.data(), tokens, width, normed.data());
  if (parts_.head_scale != 1) {
    for (float& value : normed) value *= parts_.head_scale;
  }
  std::vector<float> logits(tokens * parts_.head.outputs());
  parts_.head.apply(normed.data(), tokens, logits.data(), context);
  return logits;
}

}  // namespace lineament::language
