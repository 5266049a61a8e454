// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/delta_rule_tiles.h"
#include "core/base/subnormals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/sequence/delta_place.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/delta_rule_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/delta_head-inl.h"
#include "core/sequence/delta_step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

DeltaTokens windowOf(const DeltaPlace& place, const DeltaOperands& operands, float scale,
                     std::int64_t window) {
  return {.from = &operands,
          .batch = place.batch,
          .head = place.head,
          .first = place.firstToken(window),
          .count = place.tokensOf(window),
          .scale = scale};
}

// What the forward pass of one head goes through.
struct HeadRun {
  DeltaPlace place;
  float* state;
  DeltaTokens tokens;  // of the window at hand

  void enter(const DeltaOperands& operands, float scale, std::int64_t window) {
    tokens = windowOf(place, operands, scale, window);
    if (place.keeps()) place.shape.storeState(state, place.keptState(window));
  }
};

void deltaForward(const Call<float>& call, const DeltaOperands& operands, float scale,
                  std::int64_t batch, std::int64_t first_head, std::span<std::int64_t> overshoots) {
  const FlushSubnormals flush;
  const DeltaShape shape(call.sizes);
  Workspace work;
  DeltaHead rule(work, shape, static_cast<bool>(operands.log_decay));
  std::array<std::optional<HeadRun>, kMostHeadsTogether> heads;
  for (std::size_t h = 0; h < overshoots.size(); ++h) {
    const DeltaPlace place{call, batch, first_head + static_cast<std::int64_t>(h)};
    heads[h].emplace(place, work.numbers(shape.keys * shape.state_stride).data());
    place.load(call.initial, heads[h]->state);
  }
  const std::int64_t windows = heads[0]->place.windows;
  for (std::int64_t i = 0; i < windows && !call.context->stopRequested(); ++i) {
    for (std::size_t h = 0; h < overshoots.size(); ++h) heads[h]->enter(operands, scale, i);
    for (std::int64_t t = 0; t < heads[0]->tokens.count; t += kDeltaChunk) {
      for (std::size_t h = 0; h < overshoots.size(); ++h) {
        const auto& [place, state, tokens] = *heads[h];
        const bool last = h + 1 == overshoots.size();
        const std::int64_t next = tokens.first + t + (last ? kDeltaChunk : 0);
        rule.expect(operands, call.output, batch,
                    first_head + static_cast<std::int64_t>(last ? 0 : h + 1), next,
                    std::min<std::int64_t>(next + kDeltaChunk, place.tokens));
        rule.forwardOne(tokens, t, state, place.keeps() ? place.keptExcess(i) : nullptr,
                        [&, &at = tokens](std::int64_t token, const float* row) {
                          call.output.store(row, call.sizes.values(), batch, at.first + token,
                                            at.head);
                        });
        overshoots[h] += rule.takeOvershoots();
      }
    }
  }
  for (std::size_t h = 0; h < overshoots.size(); ++h) {
    heads[h]->place.store(heads[h]->state, call.final);
  }
}

void deltaBackward(const BackwardCall<float>& back, const DeltaOperands& operands, float scale,
                   std::int64_t batch, std::int64_t head) {
  const FlushSubnormals flush;
  const DeltaPlace place{back.forward, batch, head};
  const DeltaShape& shape = place.shape;
  Workspace work;
  DeltaHeadBackward rule(work, shape, static_cast<bool>(operands.log_decay), kDeltaWindow);
  float* state_gradient = work.numbers(shape.keys * shape.state_stride).data();
  place.load(back.final_gradient, state_gradient);
  const auto add = [&](std::size_t input, std::int64_t token, const float* row, std::size_t width,
                       float factor) {
    addToRow(back.input_gradients[input], batch, token, head, row, width, factor);
  };
  for (std::int64_t i = place.windows; i-- > 0 && !place.call.context->stopRequested();) {
    const DeltaTokens tokens = windowOf(place, operands, scale, i);
    shape.loadState(place.keptState(i), rule.firstState());
    rule.backward(
        tokens, place.keptExcess(i), state_gradient,
        [&](std::int64_t at, float* row) {
          std::copy_n(back.output_gradient.row(batch, tokens.first + at, head), shape.values, row);
        },
        [&](const DeltaTokenGradient& at) {
          add(0, at.token, at.query, shape.keys, scale);
          add(1, at.token, at.key, shape.keys, 1);
          add(2, at.token, at.minus_value, shape.values, -1);
          add(3, at.token, &at.beta, 1, 1);
          if (operands.log_decay) add(4, at.token, &at.log_decay, 1, 1);
        });
  }
  place.store(state_gradient, back.initial_gradient);
}

void deltaStep(const DeltaOperands& operands, const Sizes& sizes, float scale, std::int64_t batch,
               std::int64_t head, float* state, const StoredTarget& output) {
  const FlushSubnormals flush;
  const DeltaShape shape(sizes);
  Workspace work;
  float* recall = work.tile(1, shape.keys);
  float* query = work.tile(1, shape.keys);
  float* keep = work.tile(1, shape.keys);
  float* out = work.tile(1, shape.values);
  const float* key = operands.key.row(work.tile(1, shape.keys), sizes.keys(), batch, 0, head);
  const float* value =
      operands.value.row(work.tile(1, shape.values), sizes.values(), batch, 0, head);
  const float* given = operands.query.row(query, sizes.keys(), batch, 0, head);
  const float gain = operands.log_decay ? std::exp(operands.log_decay.at(batch, 0, head)) : 1;
  float query_on_key = 0;
  for (std::size_t i = 0; i < shape.keys; ++i) {
    query_on_key += scale * given[i] * key[i];
    query[i] = gain * scale * given[i];
    recall[i] = gain * key[i];
    keep[i] = gain;
  }
  stepState({.keys = shape.keys,
             .values = shape.values,
             .recall = recall,
             .query = query,
             .keep = keep,
             .write = key,
             .value = value,
             .rate = operands.beta.at(batch, 0, head),
             .own = query_on_key,
             .state = state,
             .out = out});
  output.store(out, sizes.values(), batch, 0, head);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(deltaForward);
HWY_EXPORT(deltaBackward);
HWY_EXPORT(deltaStep);

void deltaForwardHeads(const Call<float>& call, const DeltaOperands& operands, float scale,
                       std::int64_t batch, std::int64_t first_head,
                       std::span<std::int64_t> overshoots) {
  HWY_DYNAMIC_DISPATCH(deltaForward)(call, operands, scale, batch, first_head, overshoots);
}

void deltaBackwardHead(const BackwardCall<float>& back, const DeltaOperands& operands, float scale,
                       std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(deltaBackward)(back, operands, scale, batch, head);
}

void deltaStepHead(const DeltaOperands& operands, const Sizes& sizes, float scale,
                   std::int64_t batch, std::int64_t head, float* state,
                   const StoredTarget& output) {
  HWY_DYNAMIC_DISPATCH(deltaStep)(operands, sizes, scale, batch, head, state, output);
}

}  // namespace lineament::sequence
#endif
