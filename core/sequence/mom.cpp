// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mom.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/sequence/delta_reference.h"
#include "core/sequence/delta_rule.h"
#include "core/sequence/delta_rule_tiles.h"
#include "core/sequence/mom_memory.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kScale, kTopK };

constexpr ErrorText kPartly{"sequence.shared", "Run the mechanism 'mom'",
                            "expected shared_k, shared_v, shared_beta and shared_g together, found "
                            "some of them",
                            "", "Give all four, or none for no shared memory"};
constexpr ErrorText kTooMany{"sequence.top_k", "Run the mechanism 'mom'",
                             "top_k is {top_k}, but there are {memories} memories", "",
                             "Choose as many memories for a token as there are, or fewer"};

// The operands of the gated delta rule: of each memory, or of the shared one.
std::vector<OperandSpec> memoryOperandSpecs(bool shared) {
  using Role = OperandSpec::Role;
  Dims gate{Dim::batch, Dim::token, Dim::head};
  if (!shared) gate.insert(gate.begin() + 2, Dim::memory);
  Dims key = gate, value = gate;
  key.push_back(Dim::key);
  value.push_back(Dim::value);
  return {{.name = shared ? "shared_k" : "k",
           .dims = key,
           .role = Role::key,
           .draw = Draw::unit_rows,
           .optional = shared,
           .help = "Keys, of unit length: beta |k|^2 must not pass 2"},
          {.name = shared ? "shared_v" : "v",
           .dims = value,
           .role = Role::value,
           .optional = shared,
           .help = "Values"},
          {.name = shared ? "shared_beta" : "beta",
           .dims = gate,
           .role = Role::beta,
           .draw = Draw::sigmoid,
           .lowest = 0,
           .highest = 2,
           .optional = shared,
           .help = "Share of the error that is written, from 0 to 2"},
          {.name = shared ? "shared_g" : "g",
           .dims = gate,
           .role = Role::log_decay,
           .draw = Draw::log_decay,
           .highest = 0,
           .optional = shared,
           .infinite = true,
           .help = "Natural log of the decay: 0 keeps, minus infinity forgets"}};
}

Description describe() {
  Description about;
  about.id = "mom";
  about.title = "Mixture of memories";
  about.summary = "Each token reads and writes its top_k memories of several, and one for all.";
  about.source = "Du et al. (2025), MoM: linear sequence modeling with mixture-of-memories";
  about.inputs = {{.name = "q",
                   .dims = {Dim::batch, Dim::token, Dim::head, Dim::key},
                   .role = OperandSpec::Role::query,
                   .help = "Queries, the same for all memories"}};
  for (OperandSpec& spec : memoryOperandSpecs(false)) about.inputs.push_back(std::move(spec));
  about.inputs.push_back({.name = "p",
                          .dims = {Dim::batch, Dim::token, Dim::memory},
                          .draw = Draw::sigmoid,
                          .lowest = 0,
                          .highest = 1,
                          .help = "The router's probability of each memory, from 0 to 1"});
  for (OperandSpec& spec : memoryOperandSpecs(true)) about.inputs.push_back(std::move(spec));
  about.options = {scaleOption(),
                   {.id = "top_k",
                    .fallback = 2,
                    .lowest = 1,
                    .highest = 1024,
                    .whole = true,
                    .help = "Memories that a token reads and writes beside the shared one"}};
  return about;
}

double scaleOf(const Sizes& sizes, const Options& options) {
  const double given = options.real(kScale);
  return given > 0 ? given : 1 / std::sqrt(static_cast<double>(sizes.keys()));
}

std::size_t stateElements(const Sizes& sizes) {
  return static_cast<std::size_t>(sizes.batch() * (sizes[Dim::memory] + 1) * sizes.heads() *
                                  sizes.keys() * sizes.values());
}

std::size_t headsOf(const Sizes& sizes) {
  return static_cast<std::size_t>(sizes.batch() * sizes.heads());
}

template <class T>
void beginStates(const Sizes& sizes, const State<T>* before, std::int64_t tokens, State<T>* next) {
  if (next == nullptr) return;
  next->values.resize(stateElements(sizes));
  next->tokens = (before ? before->tokens : 0) + tokens;
}

class Mom : public Mechanism {
 public:
  const Description& description() const override { return about_; }
  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::memory] = 4;  // as published
    return sizes;
  }

  void check(const Sizes& sizes, const Options& options) const override {
    if (options.integer(kTopK) <= sizes[Dim::memory]) return;
    throw Error::usage(kTooMany,
                       {{"top_k", options.integer(kTopK)}, {"memories", sizes[Dim::memory]}});
  }
  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    return {{.name = "S",
             .shape = {size(sizes.batch()), size(sizes[Dim::memory] + 1), size(sizes.heads()),
                       size(sizes.keys()), size(sizes.values())},
             .matrix = true}};
  }
  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;
  std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t batch,
                                               std::int64_t head,
                                               std::int64_t token) const override;
  std::size_t keptElements(const Sizes& sizes, const Options& options) const override {
    return momKeptElements(sizes, options.integer(kTopK));
  }
  double flops(const Sizes& sizes, const Options& options) const override {
    return 6.0 * static_cast<double>(headsOf(sizes)) * static_cast<double>(sizes.tokens()) *
           static_cast<double>((options.integer(kTopK) + 1) * sizes.keys() * sizes.values());
  }

 private:
  Description about_ = describe();
};

template <class T>
void requireShared(const Call<T>& call) {
  for (const MomInput input : {kMomSharedValue, kMomSharedBeta, kMomSharedLogDecay}) {
    if (static_cast<bool>(call.inputs[input]) != static_cast<bool>(call.inputs[kMomSharedKey])) {
      throw Error::usage(kPartly, {});
    }
  }
}

MomSettings settingsOf(const Call<float>& call) {
  return {call.options->integer(kTopK), static_cast<float>(scaleOf(call.sizes, *call.options))};
}

// One memory of one head in double precision: the tokens that go to it.
struct MemoryTokens {
  std::int64_t memory;
  std::vector<std::int64_t> at;  // the tokens
  std::vector<DeltaToken> tokens;
  std::size_t state;  // offset in the whole state

  MemoryTokens(const Call<double>& call, const MomRoutes& routes, std::int64_t batch,
               std::int64_t head, std::int64_t which, bool writes)
      : memory(which) {
    const std::int64_t memories = call.sizes[Dim::memory];
    state =
        static_cast<std::size_t>(((batch * (memories + 1) + memory) * call.sizes.heads() + head) *
                                 call.sizes.keys() * call.sizes.values());
    const auto operand = [&](MomInput input) {
      return memoryOperand(call.inputs, call.sizes, input, memory);
    };
    const auto keys = operand(kMomKey), values = operand(kMomValue), betas = operand(kMomBeta),
               gates = operand(kMomLogDecay);
    const double scale = scaleOf(call.sizes, *call.options);
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      double weight = memory == memories ? 1 : -1;
      for (const MomRoutes::Choice& choice : routes.choicesOf(t)) {
        if (choice.memory == memory) weight = choice.weight;
      }
      if (weight < 0) continue;
      at.push_back(t);
      tokens.push_back({.query = call.inputs[kMomQuery].row(batch, t, head),
                        .key = keys.row(batch, t, head),
                        .value = values.row(batch, t, head),
                        .beta = betas(batch, t, head),
                        .log_decay = gates(batch, t, head),
                        .weight = scale * weight,
                        .output = writes ? call.output.row(batch, t, head) : nullptr});
    }
  }
};

MomRoutes allRoutes(const Call<double>& call, std::int64_t batch) {
  MomRoutes routes(call.sizes[Dim::memory], call.options->integer(kTopK));
  routes.route(0, call.sizes.tokens(), [&](std::int64_t token, std::int64_t memory) {
    return call.inputs[kMomRouter](batch, token, memory);
  });
  return routes;
}

// Calls work(memory's tokens, routes, batch, head) for every memory of every head.
template <class Work>
void forMemories(const Call<double>& call, bool writes, Work work) {
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    const MomRoutes routes = allRoutes(call, b);
    for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
      for (std::int64_t m = 0; m < memoriesGiven(call); ++m) {
        work(MemoryTokens(call, routes, b, h, m, writes), routes, b, h);
      }
    }
  }
}

void Mom::reference(const Call<double>& call) const {
  requireShared(call);
  std::vector<double> states =
      call.initial ? call.initial->values : std::vector<double>(stateElements(call.sizes));
  std::vector<std::int64_t> overshoots(headsOf(call.sizes));
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
        std::fill_n(call.output.row(b, t, h), call.sizes.values(), 0.0);
      }
    }
  }
  forMemories(call, true,
              [&](const MemoryTokens& memory, const MomRoutes&, std::int64_t b, std::int64_t h) {
                deltaReference(memory.tokens, {call.sizes.keys(), call.sizes.values()},
                               states.data() + memory.state);
                overshoots[static_cast<std::size_t>(b * call.sizes.heads() + h)] +=
                    countOvershoots(memory.tokens, call.sizes.keys());
              });
  warnOfOvershoots(*call.context, call.sizes.heads(), overshoots);
  beginStates(call.sizes, call.initial, call.sizes.tokens(), call.final);
  if (call.final) call.final->values = std::move(states);
}

// The gradient by the probabilities of each token, from that by its weights: with s the sum of
// those chosen, dp^m = (dw^m - sum_j dw^j w^j) / s. by_weight(token, slot) gives dw.
template <class T, class ByWeight>
void addRouterGradient(const View<T>& to, std::int64_t batch, std::int64_t tokens,
                       const MomRoutes& routes, ByWeight by_weight) {
  for (std::int64_t t = 0; t < tokens; ++t) {
    const auto choices = routes.choicesOf(t);
    double mean = 0;
    for (std::size_t j = 0; j < choices.size(); ++j) mean += by_weight(t, j) * choices[j].weight;
    for (std::size_t j = 0; routes.sumOf(t) > 0 && j < choices.size(); ++j) {
      to(batch, t, choices[j].memory) += static_cast<T>((by_weight(t, j) - mean) / routes.sumOf(t));
    }
  }
}

void Mom::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const double scale = scaleOf(call.sizes, *call.options);
  const std::vector<double> nothing(stateElements(call.sizes));
  std::vector<double> gradient = back.final_gradient ? back.final_gradient->values : nothing;
  const double* states = (call.initial ? call.initial->values : nothing).data();
  const auto top_k = static_cast<std::size_t>(call.options->integer(kTopK));
  std::vector<double> by_weights(
      static_cast<std::size_t>(call.sizes.batch() * call.sizes.tokens()) * top_k);
  forMemories(
      call, false,
      [&](const MemoryTokens& memory, const MomRoutes& routes, std::int64_t b, std::int64_t h) {
        std::vector<const double*> above;
        std::vector<DeltaTokenSlopes> slopes;
        std::vector<double> by_weight(memory.tokens.size());
        const auto row = [&](const View<double>& to, std::int64_t t) {
          return to ? to.row(b, t, h) : nullptr;
        };
        const auto operand = [&](MomInput input) {
          return memoryOperand(back.input_gradients, call.sizes, input, memory.memory);
        };
        for (std::size_t i = 0; i < memory.at.size(); ++i) {
          const std::int64_t t = memory.at[i];
          above.push_back(back.output_gradient.row(b, t, h));
          slopes.push_back({.query = row(back.input_gradients[kMomQuery], t),
                            .key = row(operand(kMomKey), t),
                            .value = row(operand(kMomValue), t),
                            .beta = row(operand(kMomBeta), t),
                            .log_decay = row(operand(kMomLogDecay), t),
                            .weight = &by_weight[i]});
        }
        deltaReferenceBackward(memory.tokens, {call.sizes.keys(), call.sizes.values()},
                               states + memory.state, above, slopes,
                               gradient.data() + memory.state);
        const std::size_t slots = memory.memory < call.sizes[Dim::memory] ? top_k : 0;
        for (std::size_t i = 0; i < by_weight.size(); ++i) {
          const std::size_t token =
              static_cast<std::size_t>(b * call.sizes.tokens() + memory.at[i]);
          for (std::size_t j = 0; j < slots; ++j) {
            if (routes.choicesOf(memory.at[i])[j].memory != memory.memory) continue;
            by_weights[token * top_k + j] += scale * by_weight[i];
          }
        }
      });
  const View<double>& router = back.input_gradients[kMomRouter];
  for (std::int64_t b = 0; router && b < call.sizes.batch(); ++b) {
    addRouterGradient(
        router, b, call.sizes.tokens(), allRoutes(call, b), [&](std::int64_t t, std::size_t slot) {
          return by_weights[static_cast<std::size_t>(b * call.sizes.tokens() + t) * top_k + slot];
        });
  }
  if (back.initial_gradient) {
    *back.initial_gradient = {std::move(gradient), call.initial ? call.initial->tokens : 0};
  }
}

void Mom::fast(const Call<float>& call) const {
  requireShared(call);
  const std::int64_t heads = call.sizes.heads();
  const MomSettings settings = settingsOf(call);
  beginStates(call.sizes, call.initial, call.sizes.tokens(), call.final);
  std::vector<std::int64_t> overshoots(headsOf(call.sizes));
  forBlocks(overshoots.size(), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const auto item = static_cast<std::int64_t>(begin);
    overshoots[begin] = momForwardHead(call, settings, item / heads, item % heads);
  });
  warnOfOvershoots(*call.context, heads, overshoots);
}

// The gradient by the probabilities, of all heads together.
void routerBackward(const BackwardCall<float>& back, const MomSettings& settings,
                    std::int64_t batch) {
  const Call<float>& call = back.forward;
  const std::int64_t tokens = call.sizes.tokens();
  const std::span<const float> by_weight = momWeightGradients(call, settings.top_k);
  MomRoutes routes(call.sizes[Dim::memory], settings.top_k);
  routeWindow(call, batch, 0, tokens, routes);
  addRouterGradient(back.input_gradients[kMomRouter], batch, tokens, routes,
                    [&](std::int64_t t, std::size_t slot) {
                      double sum = 0;
                      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
                        const std::int64_t row = (batch * call.sizes.heads() + h) * tokens + t;
                        sum += static_cast<double>(
                            by_weight[static_cast<std::size_t>(row * settings.top_k) + slot]);
                      }
                      return sum;
                    });
}

void Mom::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const std::int64_t heads = call.sizes.heads();
  const MomSettings settings = settingsOf(call);
  beginStates(call.sizes, call.initial, 0, back.initial_gradient);
  forBlocks(headsOf(call.sizes), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const auto item = static_cast<std::int64_t>(begin);
    momBackwardHead(back, settings, item / heads, item % heads);
  });
  for (std::int64_t b = 0; back.input_gradients[kMomRouter] && b < call.sizes.batch(); ++b) {
    routerBackward(back, settings, b);
  }
}

void Mom::step(const Call<float>& call, State<float>& state) const {
  requireShared(call);
  const std::int64_t heads = call.sizes.heads(), memories = call.sizes[Dim::memory];
  const MomSettings settings = settingsOf(call);
  const auto matrix = static_cast<std::size_t>(call.sizes.keys() * call.sizes.values());
  forBlocks(headsOf(call.sizes), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const std::int64_t batch = static_cast<std::int64_t>(begin) / heads;
    const std::int64_t head = static_cast<std::int64_t>(begin) % heads;
    MomRoutes routes(memories, settings.top_k);
    routeWindow(call, batch, 0, 1, routes);
    Workspace work;
    const std::span<float> sum = work.numbers(static_cast<std::size_t>(call.sizes.values()));
    const std::span<float> part = work.numbers(sum.size());
    const auto visit = [&](std::int64_t memory, double weight) {
      const std::int64_t index = (batch * (memories + 1) + memory) * heads + head;
      deltaStepHead(memoryOperands(call, memory), call.sizes,
                    settings.scale * static_cast<float>(weight), batch, head,
                    state.values.data() + static_cast<std::size_t>(index) * matrix,
                    {part.data(), Storage::f32, {}});
      for (std::size_t e = 0; e < sum.size(); ++e) sum[e] += part[e];
    };
    for (const MomRoutes::Choice& choice : routes.choicesOf(0)) {
      visit(choice.memory, choice.weight);
    }
    if (memoriesGiven(call) > memories) visit(memories, 1);
    call.output.store(sum.data(), call.sizes.values(), batch, 0, head);
  });
  ++state.tokens;
}

// Those of each memory, one after the other: the memories do not mix. A memory that the token does
// not go to stays as it is.
std::vector<std::complex<double>> Mom::transition(const Call<double>& call, std::int64_t batch,
                                                  std::int64_t head, std::int64_t token) const {
  MomRoutes routes(call.sizes[Dim::memory], call.options->integer(kTopK));
  routes.route(token, 1, [&](std::int64_t at, std::int64_t memory) {
    return call.inputs[kMomRouter](batch, at, memory);
  });
  std::vector<std::complex<double>> values;
  for (std::int64_t m = 0; m < memoriesGiven(call); ++m) {
    bool routed = m == call.sizes[Dim::memory];
    for (const MomRoutes::Choice& choice : routes.choicesOf(token)) routed |= choice.memory == m;
    const auto operand = [&](MomInput input) {
      return memoryOperand(call.inputs, call.sizes, input, m);
    };
    const auto of_memory =
        routed ? deltaEigenvalues({operand(kMomKey).row(batch, token, head),
                                   static_cast<std::size_t>(call.sizes.keys())},
                                  operand(kMomBeta)(batch, token, head),
                                  operand(kMomLogDecay)(batch, token, head))
               : std::vector<std::complex<double>>(static_cast<std::size_t>(call.sizes.keys()), 1);
    values.insert(values.end(), of_memory.begin(), of_memory.end());
  }
  return values;
}

}  // namespace

const Mechanism& mom() {
  static const Mom mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
