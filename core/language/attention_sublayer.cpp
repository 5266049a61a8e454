// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/language/attention.h"

namespace lineament::language {

namespace {

// Keys [token, kv_head, size] and values of the tokens so far.
class Cache : public SublayerState {
 public:
  std::unique_ptr<SublayerState> copy() const override { return std::make_unique<Cache>(*this); }
  std::size_t bytes() const override {
    return (keys.capacity() + values.capacity()) * sizeof(float);
  }

  std::vector<float> keys, values;
  std::size_t tokens = 0;
  bool complete = false;  // an encoder's: nothing is added
};

// The rows of one head after the other, [head, token, size], from rows [token, kv_head, size].
std::vector<float> headRows(const float* rows, std::size_t tokens, std::size_t kv_heads,
                            std::size_t heads, std::size_t size) {
  std::vector<float> ordered(heads * tokens * size);
  for (std::size_t head = 0; head < heads; ++head) {
    const std::size_t from = head * kv_heads / heads;
    for (std::size_t t = 0; t < tokens; ++t) {
      std::copy_n(rows + (t * kv_heads + from) * size, size,
                  ordered.data() + (head * tokens + t) * size);
    }
  }
  return ordered;
}

// The pass, and what is looked at of it. Terms beside the product, keys left out and a causal pass
// behind others are not what exp(scale q.k - log sum) says: their matrices are kept.
void tapped(const AttentionPass& pass, AttentionTap& tap, float* out, const Context& context) {
  tap = {};
  tap.heads = pass.heads;
  tap.queries = pass.tokens;
  tap.keys = pass.all;
  tap.size = pass.size;
  tap.scale = double{pass.scale};
  tap.causal = pass.causal;
  if (pass.bias || pass.window != 0 || (pass.causal && pass.past() > 0)) {
    tap.weights.resize(pass.heads * pass.tokens * pass.all);
    attend(pass, out, nullptr, tap.weights.data(), context);
    return;
  }
  tap.log_sums.resize(pass.heads * pass.tokens);
  attend(pass, out, tap.log_sums.data(), nullptr, context);
  tap.query_rows = headRows(pass.queries, pass.tokens, pass.heads, pass.heads, pass.size);
  tap.key_rows = headRows(pass.keys, pass.all, pass.kv_heads, pass.heads, pass.size);
}

}  // namespace

AttentionSublayer::AttentionSublayer(AttentionSettings settings) : settings_(std::move(settings)) {
  if (settings_.scale == 0) settings_.scale = 1 / std::sqrt(static_cast<double>(settings_.size));
}

std::unique_ptr<SublayerState> AttentionSublayer::start() const {
  return std::make_unique<Cache>();
}

std::uint64_t AttentionSublayer::parameters() const {
  return settings_.query.parameters() + settings_.key.parameters() + settings_.value.parameters() +
         settings_.output.parameters();
}

std::unique_ptr<SublayerState> AttentionSublayer::about(const float* encoded, std::size_t tokens,
                                                        const Context& context) const {
  auto cache = std::make_unique<Cache>();
  cache->keys.resize(tokens * settings_.kv_heads * settings_.size);
  cache->values.resize(cache->keys.size());
  settings_.key.apply(encoded, tokens, cache->keys.data(), context);
  settings_.value.apply(encoded, tokens, cache->values.data(), context);
  cache->tokens = tokens;
  cache->complete = true;
  return cache;
}

void AttentionSublayer::apply(const float* x, std::size_t tokens, SublayerState* state,
                              AttentionTap* tap, float* out, const Context& context) const {
  attendFrom(x, tokens, tokens, *state, tap, out, context);
}

void AttentionSublayer::applyLast(const float* x, std::size_t tokens, std::size_t,
                                  SublayerState* state, float* out, const Context& context) const {
  attendFrom(x, tokens, 1, *state, nullptr, out, context);
}

void AttentionSublayer::attendFrom(const float* x, std::size_t tokens, std::size_t asked,
                                   SublayerState& state, AttentionTap* tap, float* out,
                                   const Context& context) const {
  auto& cache = static_cast<Cache&>(state);
  const AttentionSettings& s = settings_;
  const std::size_t query_width = s.heads * s.size, key_width = s.kv_heads * s.size;
  const std::size_t past = cache.tokens, first = tokens - asked;
  std::vector<float> queries(asked * query_width);
  s.query.apply(x + first * s.width, asked, queries.data(), context);
  if (!cache.complete) {
    cache.tokens += tokens;
    cache.keys.resize(cache.tokens * key_width);
    cache.values.resize(cache.tokens * key_width);
    float* keys = cache.keys.data() + past * key_width;
    s.key.apply(x, tokens, keys, context);
    s.value.apply(x, tokens, cache.values.data() + past * key_width, context);
    s.rotary.apply(queries.data(), query_width, asked, s.heads, s.size, past + first);
    s.rotary.apply(keys, key_width, tokens, s.kv_heads, s.size, past);
  }
  AttentionPass pass;
  pass.heads = s.heads;
  pass.kv_heads = s.kv_heads;
  pass.size = pass.value_size = s.size;
  pass.tokens = asked;
  pass.all = cache.tokens;
  pass.causal = s.causal && !cache.complete;
  pass.window = s.window;
  pass.scale = static_cast<float>(s.scale);
  pass.queries = queries.data();
  pass.keys = cache.keys.data();
  pass.values = cache.values.data();
  pass.bias = cache.complete ? nullptr : s.bias.get();
  std::vector<float> mixed(asked * query_width);
  if (tap) {
    tapped(pass, *tap, mixed.data(), context);
  } else {
    attend(pass, mixed.data(), nullptr, nullptr, context);
  }
  s.output.apply(mixed.data(), asked, out, context);
}

}  // namespace lineament::language
