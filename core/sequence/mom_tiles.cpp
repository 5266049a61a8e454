// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mom_tiles.h"

#include <algorithm>
#include <vector>

#include "core/sequence/delta_place.h"
#include "core/sequence/mom_memory.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/mom_tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/delta_head-inl.h"

#ifndef LINEAMENT_SEQUENCE_MOM_PLACE
#define LINEAMENT_SEQUENCE_MOM_PLACE
namespace lineament::sequence {

// One head of a mixture: its states and what it keeps.
struct MomPlace {
  const Call<float>& call;
  MomSettings settings;
  std::int64_t batch, head;
  DeltaShape shape{call.sizes};
  std::int64_t tokens = call.sizes.tokens();
  std::int64_t memories = call.sizes[Dim::memory];
  std::int64_t windows = (tokens + kMomWindow - 1) / kMomWindow;

  static std::size_t headElements(const Sizes& sizes, std::int64_t top_k) {
    const DeltaShape shape(sizes);
    const std::int64_t windows = (sizes.tokens() + kMomWindow - 1) / kMomWindow;
    return static_cast<std::size_t>(windows * (sizes[Dim::memory] + 1)) * shape.stateElements() +
           static_cast<std::size_t>(sizes.tokens() * (top_k + 1)) * shape.value_stride;
  }
  std::size_t index() const { return static_cast<std::size_t>(batch * call.sizes.heads() + head); }
  std::int64_t firstToken(std::int64_t window) const { return window * kMomWindow; }
  std::int64_t tokensOf(std::int64_t window) const {
    return std::min(kMomWindow, tokens - firstToken(window));
  }
  float* keptState(std::int64_t window, std::int64_t memory) const {
    return call.kept.data() + index() * headElements(call.sizes, settings.top_k) +
           static_cast<std::size_t>(window * (memories + 1) + memory) * shape.stateElements();
  }
  // Row `slot` of the window's: those of all memories one after the other, the shared one last.
  float* keptExcess(std::int64_t window, std::int64_t slot) const {
    return keptState(windows, 0) +
           static_cast<std::size_t>(firstToken(window) * (settings.top_k + 1) + slot) *
               shape.value_stride;
  }
  std::size_t stateOffset(std::int64_t memory) const {
    return static_cast<std::size_t>((batch * (memories + 1) + memory) * call.sizes.heads() + head) *
           shape.stateElements();
  }
  std::size_t workElements() const { return shape.keys * shape.state_stride; }
};

}  // namespace lineament::sequence
#endif

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// A window's tokens of one memory, and where their excess is kept.
struct MemoryWindow {
  DeltaTokens tokens;
  std::int64_t first_slot = 0;
  std::span<const std::int64_t> slots;  // empty: the shared memory
};

MemoryWindow memoryWindow(const MomPlace& place, const MomRoutes& routes,
                          const DeltaOperands& operands, std::int64_t window, std::int64_t memory) {
  MemoryWindow one{.tokens = {.from = &operands,
                              .batch = place.batch,
                              .head = place.head,
                              .first = place.firstToken(window),
                              .count = place.tokensOf(window),
                              .scale = place.settings.scale},
                   .first_slot = place.tokensOf(window) * place.settings.top_k};
  if (memory == place.memories) return one;
  const MomRoutes::Listing routed = routes.of(memory);
  one.tokens.count = static_cast<std::int64_t>(routed.tokens.size());
  one.tokens.order = routed.tokens.data();
  one.tokens.weights = routed.weights.data();
  one.first_slot = routed.first;
  one.slots = routed.slots;
  return one;
}

std::int64_t momForward(const Call<float>& call, const MomSettings& settings, std::int64_t batch,
                        std::int64_t head) {
  const MomPlace place{call, settings, batch, head};
  const DeltaShape& shape = place.shape;
  const std::int64_t memories = memoriesGiven(call);
  Workspace work;
  DeltaHead rule(work, shape, true);
  float* sums = work.tile(kMomWindow, shape.values);
  float* states =
      work.numbers(static_cast<std::size_t>(place.memories + 1) * place.workElements()).data();
  const auto stateOf = [&](std::int64_t memory) {
    return states + static_cast<std::size_t>(memory) * place.workElements();
  };
  for (std::int64_t m = 0; call.initial && m <= place.memories; ++m) {
    shape.loadState(call.initial->values.data() + place.stateOffset(m), stateOf(m));
  }
  MomRoutes routes(place.memories, settings.top_k);
  for (std::int64_t i = 0; i < place.windows && !call.context->stopRequested(); ++i) {
    const std::int64_t first = place.firstToken(i), count = place.tokensOf(i);
    routeWindow(call, batch, first, count, routes);
    std::fill_n(sums, static_cast<std::size_t>(count) * shape.value_stride, 0.0f);
    for (std::int64_t m = 0; m < memories; ++m) {
      const DeltaOperands operands = memoryOperands(call, m);
      const MemoryWindow window = memoryWindow(place, routes, operands, i, m);
      if (!call.kept.empty()) shape.storeState(stateOf(m), place.keptState(i, m));
      rule.forward(window.tokens, stateOf(m),
                   call.kept.empty() ? nullptr : place.keptExcess(i, window.first_slot),
                   [&](std::int64_t at, const float* row) {
                     const auto to = static_cast<std::size_t>(window.tokens.token(at) - first);
                     float* sum = sums + to * shape.value_stride;
                     for (std::size_t e = 0; e < shape.value_stride; ++e) sum[e] += row[e];
                   });
    }
    storeTile(call.output, batch, first, count, head, call.sizes.values(), sums,
              static_cast<std::int64_t>(shape.value_stride));
  }
  for (std::int64_t m = 0; call.final && m <= place.memories; ++m) {
    shape.storeState(stateOf(m), call.final->values.data() + place.stateOffset(m));
  }
  return rule.takeOvershoots();
}

// Where the gradients of one memory go.
struct MemoryGradients {
  View<float> query, key, value, beta, log_decay;

  MemoryGradients(const BackwardCall<float>& back, std::int64_t memory)
      : query(back.input_gradients[kMomQuery]) {
    const auto at = [&](MomInput input) {
      return memoryOperand(back.input_gradients, back.forward.sizes, input, memory);
    };
    key = at(kMomKey);
    value = at(kMomValue);
    beta = at(kMomBeta);
    log_decay = at(kMomLogDecay);
  }
};

void handOver(const MomPlace& place, const MemoryWindow& window, const MemoryGradients& to,
              const DeltaTokenGradient& at, float* query_row) {
  const DeltaShape& shape = place.shape;
  const auto add = [&](const View<float>& sum, const float* row, std::size_t width, float factor) {
    addToRow(sum, place.batch, at.token, place.head, row, width, factor);
  };
  const float scale = place.settings.scale;
  add(to.query, at.query, shape.keys, scale * window.tokens.weight(at.place));
  add(to.key, at.key, shape.keys, 1);
  add(to.value, at.minus_value, shape.values, -1);
  add(to.beta, &at.beta, 1, 1);
  add(to.log_decay, &at.log_decay, 1, 1);
  if (window.slots.empty()) return;
  const float* query = window.tokens.from->query.row(
      query_row, static_cast<std::int64_t>(shape.keys), place.batch, at.token, place.head);
  float along = 0;
  for (std::size_t d = 0; d < shape.keys; ++d) along += query[d] * at.query[d];
  const auto token = static_cast<std::size_t>(window.tokens.first);
  const auto top_k = static_cast<std::size_t>(place.settings.top_k);
  momWeightGradients(
      place.call,
      place.settings
          .top_k)[(place.index() * static_cast<std::size_t>(place.tokens) + token) * top_k +
                  static_cast<std::size_t>(window.slots[static_cast<std::size_t>(at.place)])] =
      scale * along;
}

void momBackward(const BackwardCall<float>& back, const MomSettings& settings, std::int64_t batch,
                 std::int64_t head) {
  const Call<float>& call = back.forward;
  const MomPlace place{call, settings, batch, head};
  const DeltaShape& shape = place.shape;
  Workspace work;
  DeltaHeadBackward rule(work, shape, true, kMomWindow);
  float* query_row = work.tile(1, shape.keys);
  float* gradients =
      work.numbers(static_cast<std::size_t>(place.memories + 1) * place.workElements()).data();
  const auto gradientOf = [&](std::int64_t memory) {
    return gradients + static_cast<std::size_t>(memory) * place.workElements();
  };
  for (std::int64_t m = 0; back.final_gradient && m <= place.memories; ++m) {
    shape.loadState(back.final_gradient->values.data() + place.stateOffset(m), gradientOf(m));
  }
  MomRoutes routes(place.memories, settings.top_k);
  for (std::int64_t i = place.windows; i-- > 0 && !call.context->stopRequested();) {
    routeWindow(call, batch, place.firstToken(i), place.tokensOf(i), routes);
    for (std::int64_t m = 0; m < memoriesGiven(call); ++m) {
      const DeltaOperands operands = memoryOperands(call, m);
      const MemoryGradients to(back, m);
      const MemoryWindow window = memoryWindow(place, routes, operands, i, m);
      shape.loadState(place.keptState(i, m), rule.firstState());
      rule.backward(
          window.tokens, place.keptExcess(i, window.first_slot), gradientOf(m),
          [&](std::int64_t at, float* row) {
            std::copy_n(back.output_gradient.row(batch, window.tokens.token(at), head),
                        shape.values, row);
          },
          [&](const DeltaTokenGradient& at) { handOver(place, window, to, at, query_row); });
    }
  }
  for (std::int64_t m = 0; back.initial_gradient && m <= place.memories; ++m) {
    shape.storeState(gradientOf(m), back.initial_gradient->values.data() + place.stateOffset(m));
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(momForward);
HWY_EXPORT(momBackward);

std::size_t momKeptElements(const Sizes& sizes, std::int64_t top_k) {
  const auto heads = static_cast<std::size_t>(sizes.batch() * sizes.heads());
  return heads *
         (MomPlace::headElements(sizes, top_k) + static_cast<std::size_t>(sizes.tokens() * top_k));
}

std::span<float> momWeightGradients(const Call<float>& call, std::int64_t top_k) {
  const auto heads = static_cast<std::size_t>(call.sizes.batch() * call.sizes.heads());
  return call.kept.subspan(heads * MomPlace::headElements(call.sizes, top_k));
}

void routeWindow(const Call<float>& call, std::int64_t batch, std::int64_t first,
                 std::int64_t count, MomRoutes& routes) {
  routes.route(first, count, [&](std::int64_t token, std::int64_t memory) {
    return static_cast<double>(call.inputs[kMomRouter].at(batch, token, memory));
  });
}

std::int64_t momForwardHead(const Call<float>& call, const MomSettings& settings,
                            std::int64_t batch, std::int64_t head) {
  return HWY_DYNAMIC_DISPATCH(momForward)(call, settings, batch, head);
}

void momBackwardHead(const BackwardCall<float>& back, const MomSettings& settings,
                     std::int64_t batch, std::int64_t head) {
  HWY_DYNAMIC_DISPATCH(momBackward)(back, settings, batch, head);
}

}  // namespace lineament::sequence
#endif
