// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_mechanism.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "core/sequence/diagonal_layout.h"
#include "core/sequence/diagonal_views.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

constexpr std::size_t kDecay = DiagonalSource<double>::kDecay;

// Fewer numbers of states than this are not worth a task of a step.
constexpr std::int64_t kStepNumbers = std::int64_t{1} << 16;

template <class T>
DiagonalSource<T> sourceOf(const Call<T>& call, const DiagonalRule& rule, std::int64_t batch,
                           std::int64_t head) {
  return {.call = call, .batch = batch, .head = head, .lag = rule.lag};
}

}  // namespace

template <class T>
double DiagonalMechanism::rateOf(const Call<T>& call, std::int64_t head) const {
  if (rule(call.sizes, *call.options).decay != Decay::constant) return 0;
  if (call.inputs.size() <= kDecay || !call.inputs[kDecay]) {
    return rate(call.sizes, *call.options, head);
  }
  if constexpr (std::is_same_v<T, float>) {
    return static_cast<double>(call.inputs[kDecay].at(head));
  } else {
    return call.inputs[kDecay](head);
  }
}

std::vector<StatePart> DiagonalMechanism::state(const Sizes& sizes, const Options& options,
                                                std::int64_t) const {
  return diagonalStateParts(sizes, rule(sizes, options).normalise);
}

void DiagonalMechanism::reference(const Call<double>& call) const {
  const DiagonalRule about = rule(call.sizes, *call.options);
  const State<double> initial = call.initial != nullptr ? *call.initial : State<double>{};
  const double* before = call.initial != nullptr ? initial.values.data() : nullptr;
  double* final =
      prepared(call.final, call.sizes, about.normalise, initial.tokens + call.sizes.tokens());
  for (std::int64_t item = 0; item < call.sizes.batch() * call.sizes.heads(); ++item) {
    const auto source = sourceOf(call, about, item / call.sizes.heads(), item % call.sizes.heads());
    const DiagonalTrack track = trackOf(source, about, rateOf(call, source.head));
    std::vector<double> matrix =
        joinedState(track, stateOf(before, call.sizes, about.normalise, item));
    clearOutputs(source);
    addOutputs(source, runTrack(track, matrix));
    if (beside() != nullptr) beside()->add(source, about);
    if (final != nullptr) {
      splitState(track, matrix, stateOf(final, call.sizes, about.normalise, item));
    }
  }
}

void DiagonalMechanism::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const DiagonalRule about = rule(call.sizes, *call.options);
  double* initial_gradient =
      prepared(back.initial_gradient, call.sizes, about.normalise, tokensBefore(call));
  for (std::int64_t item = 0; item < call.sizes.batch() * call.sizes.heads(); ++item) {
    const auto source = sourceOf(call, about, item / call.sizes.heads(), item % call.sizes.heads());
    const DiagonalTrack track = trackOf(source, about, rateOf(call, source.head));
    const auto matrixOf = [&](const State<double>* state) {
      return joinedState(track, stateOf(valuesOf(state), call.sizes, about.normalise, item));
    };
    const DiagonalTrackGradients found =
        runTrackBackward(track, matrixOf(call.initial), outputGradients(back, source),
                         matrixOf(back.final_gradient));
    addGradients(back, source, about, found);
    if (beside() != nullptr) beside()->addGradients(back, source, about);
    if (initial_gradient != nullptr) {
      splitState(track, found.initial,
                 stateOf(initial_gradient, call.sizes, about.normalise, item));
    }
  }
}

void DiagonalMechanism::fast(const Call<float>& call) const {
  const DiagonalRule about = rule(call.sizes, *call.options);
  const DiagonalShape shape = about.shape(call.sizes);
  float* final =
      prepared(call.final, call.sizes, about.normalise, tokensBefore(call) + call.sizes.tokens());
  const std::size_t kept = call.kept.empty() ? 0 : diagonalKept(shape);
  forHeadGroups(call, false, [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
    forwardGroup(
        call, about, beside(), first, end,
        [&](std::int64_t head) { return sourceOf(call, about, batch, head); },
        [&](const DiagonalSource<float>& source) -> DiagonalTask {
          const std::int64_t item = source.item();
          return {.rate = static_cast<float>(rateOf(call, source.head)),
                  .initial = stateOf(valuesOf(call.initial), call.sizes, about.normalise, item),
                  .final = stateOf(final, call.sizes, about.normalise, item),
                  .kept = call.kept.subspan(sizeOf(item) * kept, kept)};
        });
  });
}

void DiagonalMechanism::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const DiagonalRule about = rule(call.sizes, *call.options);
  float* initial_gradient =
      prepared(back.initial_gradient, call.sizes, about.normalise, tokensBefore(call));
  const std::size_t kept = diagonalKept(about.shape(call.sizes));
  const bool in_turn = about.decay == Decay::constant || beside() != nullptr;
  forHeadGroups(call, in_turn, [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
    backwardGroup(
        back, about, beside(), first, end,
        [&](std::int64_t head) { return sourceOf(call, about, batch, head); },
        [&](const DiagonalSource<float>& source) -> DiagonalBackwardTask {
          const std::int64_t item = source.item();
          return {.rate = static_cast<float>(rateOf(call, source.head)),
                  .final_gradient =
                      stateOf(valuesOf(back.final_gradient), call.sizes, about.normalise, item),
                  .initial_gradient = stateOf(initial_gradient, call.sizes, about.normalise, item),
                  .kept = call.kept.subspan(sizeOf(item) * kept, kept)};
        });
  });
}

void DiagonalMechanism::step(const Call<float>& call, State<float>& state) const {
  const std::int64_t heads = call.sizes.heads();
  const DiagonalRule about = rule(call.sizes, *call.options);
  const DiagonalShape shape = about.shape(call.sizes);
  const std::int64_t block =
      std::max<std::int64_t>(1, kStepNumbers / (call.sizes.keys() * call.sizes.values()));
  const auto run = [&](std::int64_t item) {
    const std::int64_t batch = item / heads, head = item % heads;
    Workspace work;
    const DiagonalRows rows{work.numbers(sizeOf(shape.keys)).data(),
                            work.numbers(sizeOf(shape.keys)).data(),
                            work.numbers(sizeOf(shape.values)).data(), 0, 0};
    float* decays = work.numbers(sizeOf(shape.keys)).data();
    float* output = work.numbers(sizeOf(shape.values)).data();
    const DiagonalViews views({call, batch, head}, about, beside());
    const DiagonalInputs inputs = views.load(0, 1, rows);
    const float* logs = nullptr;
    if (shape.decay == Decay::channel || shape.decay == Decay::token) {
      logs = views.loadDecays(0, 1, decays, 0).data;
    }
    const RowsAt<float> to = views.place(0, 1, output, 0);
    diagonalStep(shape, inputs.queries.data, inputs.keys.data, inputs.values.data,
                 shape.decay == Decay::channel ? logs : nullptr,
                 shape.decay == Decay::token ? *logs : static_cast<float>(rateOf(call, head)),
                 about.lag > 0, stateOf(state.values.data(), call.sizes, about.normalise, item),
                 to.data);
    views.store(0, 1, to);
  };
  forBlocks(sizeOf(call.sizes.batch() * heads), sizeOf(block), *call.context,
            [&](std::size_t begin, std::size_t end) {
              const FlushSubnormals flush;
              for (std::size_t i = begin; i < end; ++i) run(static_cast<std::int64_t>(i));
            });
  ++state.tokens;
}

std::size_t DiagonalMechanism::keptElements(const Sizes& sizes, const Options& options) const {
  return sizeOf(sizes.batch() * sizes.heads()) * diagonalKept(rule(sizes, options).shape(sizes));
}

std::vector<std::complex<double>> DiagonalMechanism::transition(const Call<double>& call,
                                                                std::int64_t batch,
                                                                std::int64_t head,
                                                                std::int64_t token) const {
  const Decay decay = rule(call.sizes, *call.options).decay;
  std::vector<std::complex<double>> values;
  for (std::int64_t c = 0; c < call.sizes.keys(); ++c) {
    const double log = decay == Decay::channel ? call.inputs[kDecay](batch, token, head, c)
                       : decay == Decay::token ? call.inputs[kDecay](batch, token, head)
                                               : rateOf(call, head);
    values.emplace_back(std::exp(log));
  }
  return values;
}

double DiagonalMechanism::flops(const Sizes& sizes, const Options&) const {
  return diagonalFlops(sizes);
}

}  // namespace lineament::sequence
