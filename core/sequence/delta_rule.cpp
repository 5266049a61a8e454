// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/delta_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "core/sequence/attention_scale.h"
#include "core/sequence/delta_place.h"
#include "core/sequence/delta_rule_tiles.h"

namespace lineament::sequence {

namespace {

enum Input : std::size_t { kQuery, kKey, kValue, kBeta, kLogDecay };
constexpr double kLargestRate = 2 * (1 + 1e-5);  // 2 but for the rounding of a key of unit length

double scaleOf(const Sizes& sizes, const Options& options) {
  return attentionScale(sizes, options.real(0));
}

std::size_t headsOf(const Sizes& sizes) {
  return static_cast<std::size_t>(sizes.batch() * sizes.heads());
}

std::size_t stateElements(const Sizes& sizes) {
  return static_cast<std::size_t>(sizes.keys() * sizes.values());
}

std::vector<DeltaToken> tokensOf(const Call<double>& call, bool gated, std::int64_t batch,
                                 std::int64_t head, bool writes) {
  std::vector<DeltaToken> tokens;
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    tokens.push_back({.query = call.inputs[kQuery].row(batch, t, head),
                      .key = call.inputs[kKey].row(batch, t, head),
                      .value = call.inputs[kValue].row(batch, t, head),
                      .beta = call.inputs[kBeta](batch, t, head),
                      .log_decay = gated ? call.inputs[kLogDecay](batch, t, head) : 0,
                      .weight = scaleOf(call.sizes, *call.options),
                      .output = writes ? call.output.row(batch, t, head) : nullptr});
  }
  return tokens;
}

double squaredLength(std::span<const double> key) {
  double sum = 0;
  for (const double k : key) sum += k * k;
  return sum;
}

DeltaOperands operandsOf(const Call<float>& call, bool gated) {
  return {.query = call.inputs[kQuery],
          .key = call.inputs[kKey],
          .value = call.inputs[kValue],
          .beta = call.inputs[kBeta],
          .log_decay = gated ? call.inputs[kLogDecay] : StoredView{}};
}

}  // namespace

std::vector<OperandSpec> deltaOperands() {
  using Role = OperandSpec::Role;
  const Dims key_dims{Dim::batch, Dim::token, Dim::head, Dim::key};
  return {{.name = "q", .dims = key_dims, .role = Role::query, .help = "Queries"},
          {.name = "k",
           .dims = key_dims,
           .role = Role::key,
           .draw = Draw::unit_rows,
           .help = "Keys, of unit length: beta |k|^2 must not pass 2"},
          {.name = "v",
           .dims = {Dim::batch, Dim::token, Dim::head, Dim::value},
           .role = Role::value,
           .help = "Values"},
          {.name = "beta",
           .dims = {Dim::batch, Dim::token, Dim::head},
           .role = Role::beta,
           .draw = Draw::twice_sigmoid,
           .lowest = 0,
           .highest = 2,
           .help = "Share of the error that is written, from 0 to 2; from 1 on the state's "
                   "eigenvalue along the key is negative"}};
}

std::vector<std::complex<double>> deltaEigenvalues(std::span<const double> key, double beta,
                                                   double log_decay) {
  std::vector<std::complex<double>> values(key.size(), std::exp(log_decay));
  values.front() *= 1 - beta * squaredLength(key);
  return values;
}

std::int64_t countOvershoots(std::span<const DeltaToken> tokens, std::int64_t keys) {
  return std::count_if(tokens.begin(), tokens.end(), [keys](const DeltaToken& token) {
    return token.beta * squaredLength({token.key, static_cast<std::size_t>(keys)}) > kLargestRate;
  });
}

void warnOfOvershoots(const Context& context, std::int64_t heads,
                      const std::vector<std::int64_t>& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto place = static_cast<std::int64_t>(i);
    context.warn(
        fmt::format("Batch {}, head {}: beta |k|^2 is over 2 at {} tokens, so the state "
                    "may grow without bound; scale the keys to unit length",
                    place / heads, place % heads, counts[i]));
  }
}

std::vector<StatePart> DeltaRule::state(const Sizes& sizes, const Options&, std::int64_t) const {
  return {deltaState(sizes)};
}

void DeltaRule::reference(const Call<double>& call) const {
  const std::size_t elements = stateElements(call.sizes);
  std::vector<double> states =
      call.initial ? call.initial->values : std::vector<double>(headsOf(call.sizes) * elements);
  std::vector<std::int64_t> overshoots(headsOf(call.sizes));
  for (std::size_t i = 0; i < headsOf(call.sizes); ++i) {
    const std::int64_t batch = static_cast<std::int64_t>(i) / call.sizes.heads();
    const std::int64_t head = static_cast<std::int64_t>(i) % call.sizes.heads();
    const auto tokens = tokensOf(call, gated_, batch, head, true);
    for (const DeltaToken& token : tokens) std::fill_n(token.output, call.sizes.values(), 0.0);
    deltaReference(tokens, {call.sizes.keys(), call.sizes.values()}, states.data() + i * elements);
    overshoots[i] = countOvershoots(tokens, call.sizes.keys());
  }
  warnOfOvershoots(*call.context, call.sizes.heads(), overshoots);
  beginState(call.sizes, call.initial, call.sizes.tokens(), call.final);
  if (call.final) call.final->values = std::move(states);
}

void DeltaRule::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const std::size_t elements = stateElements(call.sizes), heads = headsOf(call.sizes);
  const std::vector<double> nothing(heads * elements);
  std::vector<double> state_gradient = back.final_gradient ? back.final_gradient->values : nothing;
  const double* states = (call.initial ? call.initial->values : nothing).data();
  for (std::size_t i = 0; i < heads; ++i) {
    const std::int64_t batch = static_cast<std::int64_t>(i) / call.sizes.heads();
    const std::int64_t head = static_cast<std::int64_t>(i) % call.sizes.heads();
    std::vector<const double*> above;
    std::vector<DeltaTokenSlopes> slopes;
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      above.push_back(back.output_gradient.row(batch, t, head));
      const auto at = [&](std::size_t input) {
        const View<double>& to = back.input_gradients[input];
        return to ? to.row(batch, t, head) : nullptr;
      };
      slopes.push_back({.query = at(kQuery),
                        .key = at(kKey),
                        .value = at(kValue),
                        .beta = at(kBeta),
                        .log_decay = gated_ ? at(kLogDecay) : nullptr});
    }
    deltaReferenceBackward(tokensOf(call, gated_, batch, head, false),
                           {call.sizes.keys(), call.sizes.values()}, states + i * elements, above,
                           slopes, state_gradient.data() + i * elements);
  }
  if (back.initial_gradient) {
    *back.initial_gradient = {std::move(state_gradient), call.initial ? call.initial->tokens : 0};
  }
}

void DeltaRule::fast(const Call<float>& call) const {
  const std::int64_t heads = call.sizes.heads();
  const DeltaOperands operands = operandsOf(call, gated_);
  const auto scale = static_cast<float>(scaleOf(call.sizes, *call.options));
  beginState(call.sizes, call.initial, call.sizes.tokens(), call.final);
  std::vector<std::int64_t> overshoots(headsOf(call.sizes));
  forHeadsTogether(call.sizes, *call.context,
                   [&](std::int64_t batch, std::int64_t first, std::int64_t count) {
                     deltaForwardHeads(call, operands, scale, batch, first,
                                       std::span(overshoots)
                                           .subspan(static_cast<std::size_t>(batch * heads + first),
                                                    static_cast<std::size_t>(count)));
                   });
  warnOfOvershoots(*call.context, heads, overshoots);
}

void DeltaRule::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const std::int64_t heads = call.sizes.heads();
  const DeltaOperands operands = operandsOf(call, gated_);
  const auto scale = static_cast<float>(scaleOf(call.sizes, *call.options));
  beginState(call.sizes, call.initial, 0, back.initial_gradient);
  forBlocks(headsOf(call.sizes), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const auto item = static_cast<std::int64_t>(begin);
    deltaBackwardHead(back, operands, scale, item / heads, item % heads);
  });
}

void DeltaRule::step(const Call<float>& call, State<float>& state) const {
  const std::int64_t heads = call.sizes.heads();
  const DeltaOperands operands = operandsOf(call, gated_);
  const auto scale = static_cast<float>(scaleOf(call.sizes, *call.options));
  forBlocks(headsOf(call.sizes), headsOfStep(call.sizes), *call.context,
            [&](std::size_t begin, std::size_t end) {
              for (std::size_t i = begin; i < end; ++i) {
                const auto item = static_cast<std::int64_t>(i);
                deltaStepHead(operands, call.sizes, scale, item / heads, item % heads,
                              state.values.data() + i * stateElements(call.sizes), call.output);
              }
            });
  ++state.tokens;
}

std::size_t DeltaRule::keptElements(const Sizes& sizes, const Options&) const {
  return DeltaPlace::keptElements(sizes);
}

std::vector<std::complex<double>> DeltaRule::transition(const Call<double>& call,
                                                        std::int64_t batch, std::int64_t head,
                                                        std::int64_t token) const {
  return deltaEigenvalues(
      {call.inputs[kKey].row(batch, token, head), static_cast<std::size_t>(call.sizes.keys())},
      call.inputs[kBeta](batch, token, head),
      gated_ ? call.inputs[kLogDecay](batch, token, head) : 0);
}

double DeltaRule::flops(const Sizes& sizes, const Options&) const {
  constexpr double kChunk = kDeltaChunk;
  const auto widths = static_cast<double>(sizes.keys() + sizes.values());
  return static_cast<double>(headsOf(sizes)) * static_cast<double>(sizes.tokens()) *
         (6 * static_cast<double>(stateElements(sizes)) + 2 * kChunk * widths);
}

}  // namespace lineament::sequence
