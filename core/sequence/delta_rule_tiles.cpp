// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/delta_rule_tiles.h"

#include <algorithm>
#include <cmath>

#include "core/sequence/tile.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/delta_rule_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/delta_head-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// One head of a call: its tokens in windows, its place in states and in what is kept.
struct HeadPlace {
  const Call<float>& call;
  const DeltaOperands& operands;
  float scale;
  std::int64_t batch, head;
  DeltaShape shape{call.sizes};
  std::int64_t tokens = call.sizes.tokens();
  std::int64_t windows = (tokens + kDeltaWindow - 1) / kDeltaWindow;
  std::size_t index = static_cast<std::size_t>(batch * call.sizes.heads() + head);

  DeltaTokens window(std::int64_t i) const {
    const std::int64_t first = i * kDeltaWindow;
    return {.from = &operands,
            .batch = batch,
            .head = head,
            .first = first,
            .count = std::min(kDeltaWindow, tokens - first),
            .scale = scale};
  }
  std::size_t stateOffset() const { return index * shape.stateElements(); }
  float* keptState(std::int64_t window) const {
    const std::size_t head_elements =
        call.kept.size() / static_cast<std::size_t>(call.sizes.batch() * call.sizes.heads());
    return call.kept.data() + index * head_elements +
           static_cast<std::size_t>(window) * shape.stateElements();
  }
  float* keptExcess(std::int64_t window) const {
    return keptState(windows) +
           static_cast<std::size_t>(window * kDeltaWindow) * shape.value_stride;
  }
};

std::int64_t forwardHead(const Call<float>& call, const DeltaOperands& operands, float scale,
                         std::int64_t batch, std::int64_t head) {
  const HeadPlace place{call, operands, scale, batch, head};
  Workspace work;
  DeltaHead rule(work, place.shape, static_cast<bool>(operands.log_decay));
  float* state = work.numbers(place.shape.keys * place.shape.state_stride).data();
  if (call.initial) place.shape.loadState(call.initial->values.data() + place.stateOffset(), state);
  for (std::int64_t i = 0; i < place.windows && !call.context->stopRequested(); ++i) {
    const DeltaTokens tokens = place.window(i);
    const bool keeps = !call.kept.empty();
    if (keeps) place.shape.storeState(state, place.keptState(i));
    rule.forward(tokens, state, keeps ? place.keptExcess(i) : nullptr,
                 [&](std::int64_t at, const float* row) {
                   call.output.store(row, call.sizes.values(), batch, tokens.first + at, head);
                 });
  }
  if (call.final) place.shape.storeState(state, call.final->values.data() + place.stateOffset());
  return rule.overshoots();
}

template <class T>
HWY_INLINE void addTo(const View<T>& to, const DeltaTokens& tokens, std::int64_t token,
                      const float* row, std::size_t width, float factor) {
  if (!to) return;
  T* sum = to.row(tokens.batch, token, tokens.head);
  for (std::size_t d = 0; d < width; ++d) sum[d] += factor * row[d];
}

void backwardHead(const BackwardCall<float>& back, const DeltaOperands& operands, float scale,
                  std::int64_t batch, std::int64_t head) {
  const HeadPlace place{back.forward, operands, scale, batch, head};
  const DeltaShape& shape = place.shape;
  Workspace work;
  DeltaHeadBackward rule(work, shape, static_cast<bool>(operands.log_decay), kDeltaWindow);
  float* state_gradient = work.numbers(shape.keys * shape.state_stride).data();
  if (back.final_gradient) {
    shape.loadState(back.final_gradient->values.data() + place.stateOffset(), state_gradient);
  }
  const auto load = [&](std::int64_t token, float* row) {
    std::copy_n(back.output_gradient.row(batch, token, head), shape.values, row);
  };
  for (std::int64_t i = place.windows; i-- > 0 && !place.call.context->stopRequested();) {
    const DeltaTokens tokens = place.window(i);
    shape.loadState(place.keptState(i), rule.firstState());
    rule.backward(
        tokens, place.keptExcess(i), state_gradient,
        [&](std::int64_t at, float* row) { load(tokens.first + at, row); },
        [&](const DeltaTokenGradient& at) {
          addTo(back.input_gradients[0], tokens, at.token, at.query, shape.keys, scale);
          addTo(back.input_gradients[1], tokens, at.token, at.key, shape.keys, 1);
          addTo(back.input_gradients[2], tokens, at.token, at.minus_value, shape.values, -1);
          addTo(back.input_gradients[3], tokens, at.token, &at.beta, 1, 1);
          if (operands.log_decay) {
            addTo(back.input_gradients[4], tokens, at.token, &at.log_decay, 1, 1);
          }
        });
  }
  if (back.initial_gradient) {
    shape.storeState(state_gradient, back.initial_gradient->values.data() + place.stateOffset());
  }
}

// One token of one head. The query has its scale; gain is exp(g).
struct DeltaStep {
  const float *query, *key, *value;
  std::size_t keys, values;
  float beta, gain;
  float *state, *output;
};

// Columns [first, first + kVectors vectors) of one step. The first pass reads them from memory, the
// second one finds them in the cache.
template <std::size_t kVectors, class D>
HWY_INLINE void stepColumns(D d, const DeltaStep& step, float query_on_key, std::size_t first) {
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<D> by_key[kVectors], by_query[kVectors];
  for (std::size_t j = 0; j < kVectors; ++j) by_key[j] = by_query[j] = hn::Zero(d);
  const float* read = step.state + first;
  for (std::size_t i = 0; i < step.keys; ++i, read += step.values) {
    const auto key = hn::Set(d, step.key[i]), query = hn::Set(d, step.query[i]);
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < kVectors; ++j) {
      const auto line = hn::LoadU(d, read + j * lanes);
      by_key[j] = hn::MulAdd(key, line, by_key[j]);
      by_query[j] = hn::MulAdd(query, line, by_query[j]);
    }
  }
  const auto gain = hn::Set(d, step.gain);
  HWY_UNROLL(8)
  for (std::size_t j = 0; j < kVectors; ++j) {
    const std::size_t column = first + j * lanes;
    const auto error = hn::NegMulAdd(gain, by_key[j], hn::LoadU(d, step.value + column));
    by_key[j] = hn::Mul(hn::Set(d, step.beta), error);
    hn::StoreU(hn::MulAdd(hn::Set(d, query_on_key), by_key[j], hn::Mul(gain, by_query[j])), d,
               step.output + column);
  }
  float* write = step.state + first;
  for (std::size_t i = 0; i < step.keys; ++i, write += step.values) {
    const auto key = hn::Set(d, step.key[i]);
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < kVectors; ++j) {
      const auto line = hn::Mul(gain, hn::LoadU(d, write + j * lanes));
      hn::StoreU(hn::MulAdd(key, by_key[j], line), d, write + j * lanes);
    }
  }
}

void stepState(const DeltaStep& step) {
  const hn::ScalableTag<float> d;
  constexpr std::size_t kWide = HWY_MAX_BYTES >= 64 ? 8 : 4;
  const std::size_t lanes = hn::Lanes(d);
  float query_on_key = 0;
  for (std::size_t i = 0; i < step.keys; ++i) query_on_key += step.query[i] * step.key[i];
  std::size_t j = 0;
  for (; j + kWide * lanes <= step.values; j += kWide * lanes) {
    stepColumns<kWide>(d, step, query_on_key, j);
  }
  for (; j + lanes <= step.values; j += lanes) stepColumns<1>(d, step, query_on_key, j);
  for (; j < step.values; ++j) stepColumns<1>(hn::CappedTag<float, 1>(), step, query_on_key, j);
}

void stepHead(const DeltaOperands& operands, const Sizes& sizes, float scale, std::int64_t batch,
              std::int64_t head, float* state, const StoredTarget& output) {
  const DeltaShape shape(sizes);
  Workspace work;
  float* query = work.tile(1, shape.keys);
  float* out = work.tile(1, shape.values);
  const float* given = operands.query.row(query, sizes.keys(), batch, 0, head);
  for (std::size_t i = 0; i < shape.keys; ++i) query[i] = scale * given[i];
  const float gate = operands.log_decay ? operands.log_decay.at(batch, 0, head) : 0;
  stepState(
      {.query = query,
       .key = operands.key.row(work.tile(1, shape.keys), sizes.keys(), batch, 0, head),
       .value = operands.value.row(work.tile(1, shape.values), sizes.values(), batch, 0, head),
       .keys = shape.keys,
       .values = shape.values,
       .beta = operands.beta.at(batch, 0, head),
       .gain = std::exp(gate),
       .state = state,
       .output = out});
  output.store(out, sizes.values(), batch, 0, head);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(forwardHead);
HWY_EXPORT(backwardHead);
HWY_EXPORT(stepHead);

std::size_t deltaKeptElements(const Sizes& sizes) {
  const DeltaShape shape(sizes);
  const auto tokens = static_cast<std::size_t>(sizes.tokens());
  const auto window = static_cast<std::size_t>(kDeltaWindow);
  const std::size_t head =
      (tokens + window - 1) / window * shape.stateElements() + tokens * shape.value_stride;
  return static_cast<std::size_t>(sizes.batch() * sizes.heads()) * head;
}

std::int64_t deltaForwardHead(const Call<float>& call, const DeltaOperands& operands, float scale,
                              std::int64_t batch, std::int64_t head) {
  return HWY_DYNAMIC_DISPATCH(forwardHead)(call, operands, scale, batch, head);
}

void deltaBackwardHead(const BackwardCall<float>& back, const DeltaOperands& operands, float scale,
                       std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(backwardHead)(back, operands, scale, batch, head);
}

void deltaStepHead(const DeltaOperands& operands, const Sizes& sizes, float scale,
                   std::int64_t batch, std::int64_t head, float* state,
                   const StoredTarget& output) {
  HWY_DYNAMIC_DISPATCH(stepHead)(operands, sizes, scale, batch, head, state, output);
}

}  // namespace lineament::sequence
#endif
