// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_mechanism.h"

#include <algorithm>
#include <cmath>

#include "core/base/denormals.h"
#include "core/base/parallel.h"
#include "core/sequence/diagonal_views.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

enum Input : std::size_t { kQuery, kKey, kValue, kDecay };

std::size_t sizeOf(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

// Calls work(batch, first head, end of heads) for groups of neighbouring heads, as large ones as
// leave every thread some.
template <class Work>
void forHeadGroups(const Call<float>& call, Work work) {
  constexpr std::int64_t kMostHeads = 8;  // their states share the second-level cache
  const std::int64_t batch = call.sizes.batch(), heads = call.sizes.heads();
  if (batch == 0) return;
  const std::int64_t threads =
      call.context->threads > 0 ? call.context->threads : hardwareThreads();
  const std::int64_t wanted = std::clamp<std::int64_t>((threads + batch - 1) / batch, 1, heads);
  const std::int64_t size = std::min(kMostHeads, (heads + wanted - 1) / wanted);
  const std::int64_t groups = (heads + size - 1) / size;
  forBlocks(sizeOf(batch * groups), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const auto item = static_cast<std::int64_t>(begin);
    const std::int64_t first = item % groups * size;
    work(item / groups, first, std::min(heads, first + size));
  });
}

// Fewer numbers of states than this are not worth a task of a step.
constexpr std::int64_t kStepNumbers = std::int64_t{1} << 16;

// Where one head's part of a state lies.
template <class T>
DiagonalState<T> stateOf(T* values, const Sizes& sizes, bool normalise, std::int64_t item) {
  if (values == nullptr) return {};
  const std::int64_t matrix = sizes.keys() * sizes.values();
  DiagonalState<T> state{values + item * matrix, nullptr};
  if (normalise) {
    state.sums = values + sizes.batch() * sizes.heads() * matrix + item * sizes.keys();
  }
  return state;
}

// The same as one matrix [keys, columns] of the reference.
std::vector<double> joined(const DiagonalTrack& track, DiagonalState<const double> state) {
  std::vector<double> matrix(track.keys * track.columns());
  for (std::size_t c = 0; state.matrix != nullptr && c < track.keys; ++c) {
    const auto row = matrix.begin() + static_cast<std::ptrdiff_t>(c * track.columns());
    std::copy_n(state.matrix + c * track.values, track.values, row);
    if (track.normalise) row[static_cast<std::ptrdiff_t>(track.values)] = state.sums[c];
  }
  return matrix;
}

void part(const DiagonalTrack& track, const std::vector<double>& matrix,
          DiagonalState<double> state) {
  for (std::size_t c = 0; c < track.keys; ++c) {
    const double* row = matrix.data() + c * track.columns();
    std::copy_n(row, track.values, state.matrix + c * track.values);
    if (track.normalise) state.sums[c] = row[track.values];
  }
}

template <class T>
const T* valuesOf(const State<T>* state) {
  return state != nullptr ? state->values.data() : nullptr;
}

// A state object of the right size for a call's heads to write into; null where not asked for.
template <class T>
T* prepared(State<T>* state, std::size_t elements, std::int64_t tokens) {
  if (state == nullptr) return nullptr;
  state->values.resize(elements);
  state->tokens = tokens;
  return state->values.data();
}

// Adds a token's gradients, those by queries and keys behind their map.
void addToken(const BackwardCall<double>& back, const DiagonalRule& rule,
              const DiagonalTrack& track, const DiagonalTrackGradients& found, std::int64_t batch,
              std::int64_t token, std::int64_t head) {
  const auto& to = back.input_gradients;
  const auto& inputs = back.forward.inputs;
  for (std::size_t c = 0; c < track.keys; ++c) {
    const std::size_t at = sizeOf(token) * track.keys + c;
    if (to[kQuery]) {
      to[kQuery](batch, token, head, c) +=
          rule.scale * found.queries[at] * slope(rule.map, inputs[kQuery](batch, token, head, c));
    }
    if (to[kKey]) {
      to[kKey](batch, token, head, c) +=
          found.key_rows[at] * slope(rule.map, inputs[kKey](batch, token, head, c));
    }
    if (rule.decay == Decay::none || to.size() <= kDecay || !to[kDecay]) continue;
    double& decay = rule.decay == Decay::channel ? to[kDecay](batch, token, head, c)
                    : rule.decay == Decay::token ? to[kDecay](batch, token, head)
                                                 : to[kDecay](head);
    decay += found.decays[at];
  }
  for (std::size_t e = 0; to[kValue] && e < track.values; ++e) {
    to[kValue](batch, token, head, e) += found.value_rows[sizeOf(token) * track.columns() + e];
  }
}

}  // namespace

std::vector<OperandSpec> attentionInputs() {
  using Role = OperandSpec::Role;
  const Dims keys{Dim::batch, Dim::token, Dim::head, Dim::key};
  const Dims values{Dim::batch, Dim::token, Dim::head, Dim::value};
  return {{.name = "q", .dims = keys, .role = Role::query, .help = "Queries"},
          {.name = "k", .dims = keys, .role = Role::key, .help = "Keys"},
          {.name = "v", .dims = values, .role = Role::value, .help = "Values"}};
}

OperandSpec constantDecayInput() {
  return {
      .name = "g",
      .dims = {Dim::head},
      .role = OperandSpec::Role::log_decay,
      .draw = Draw::log_gate,
      .highest = 0,
      .optional = true,
      .infinite = true,
      .help = "Natural log of each head's decay, in place of the published ones: never positive"};
}

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

DiagonalShape DiagonalMechanism::shapeOf(const Call<float>& call) const {
  const DiagonalRule about = rule(call.sizes, *call.options);
  return {call.sizes.tokens(),
          call.sizes.keys(),
          call.sizes.values(),
          about.decay,
          static_cast<float>(about.scale),
          about.normalise};
}

std::vector<StatePart> DiagonalMechanism::state(const Sizes& sizes, const Options& options,
                                                std::int64_t) const {
  const auto size = [&](Dim dim) { return static_cast<std::uint64_t>(sizes[dim]); };
  std::vector<StatePart> parts{
      {"S", {size(Dim::batch), size(Dim::head), size(Dim::key), size(Dim::value)}, true}};
  if (rule(sizes, options).normalise) {
    parts.push_back({"z", {size(Dim::batch), size(Dim::head), size(Dim::key)}});
  }
  return parts;
}

DiagonalTrack DiagonalMechanism::track(const Call<double>& call, std::int64_t batch,
                                       std::int64_t head) const {
  const DiagonalRule about = rule(call.sizes, *call.options);
  DiagonalTrack track(sizeOf(call.sizes.tokens()), sizeOf(call.sizes.keys()),
                      sizeOf(call.sizes.values()), about.normalise);
  const double constant = rateOf(call, head);
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    for (std::int64_t c = 0; c < call.sizes.keys(); ++c) {
      const std::size_t at = sizeOf(t) * track.keys + sizeOf(c);
      track.queries[at] = about.scale * mapped(about.map, call.inputs[kQuery](batch, t, head, c));
      track.key_rows[at] = mapped(about.map, call.inputs[kKey](batch, t, head, c));
      track.decays[at] = about.decay == Decay::channel ? call.inputs[kDecay](batch, t, head, c)
                         : about.decay == Decay::token ? call.inputs[kDecay](batch, t, head)
                                                       : constant;
    }
    std::copy_n(call.inputs[kValue].row(batch, t, head), track.values,
                track.value_rows.begin() + t * static_cast<std::int64_t>(track.columns()));
  }
  return track;
}

void DiagonalMechanism::reference(const Call<double>& call) const {
  const bool normalise = rule(call.sizes, *call.options).normalise;
  const std::int64_t before = call.initial != nullptr ? call.initial->tokens : 0;
  const std::vector<double> initial =
      call.initial != nullptr ? call.initial->values : std::vector<double>{};
  double* final = prepared(call.final, elementsOf(state(call.sizes, *call.options, 0)),
                           before + call.sizes.tokens());
  for (std::int64_t item = 0; item < call.sizes.batch() * call.sizes.heads(); ++item) {
    const std::int64_t batch = item / call.sizes.heads(), head = item % call.sizes.heads();
    const DiagonalTrack one = track(call, batch, head);
    std::vector<double> matrix = joined(
        one, stateOf(initial.empty() ? nullptr : initial.data(), call.sizes, normalise, item));
    const std::vector<double> outputs = runTrack(one, matrix);
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      std::copy_n(outputs.begin() + t * call.sizes.values(), one.values,
                  call.output.row(batch, t, head));
    }
    if (final != nullptr) part(one, matrix, stateOf(final, call.sizes, normalise, item));
  }
}

void DiagonalMechanism::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const DiagonalRule about = rule(call.sizes, *call.options);
  double* initial_gradient =
      prepared(back.initial_gradient, elementsOf(state(call.sizes, *call.options, 0)),
               call.initial != nullptr ? call.initial->tokens : 0);
  for (std::int64_t item = 0; item < call.sizes.batch() * call.sizes.heads(); ++item) {
    const std::int64_t batch = item / call.sizes.heads(), head = item % call.sizes.heads();
    const DiagonalTrack one = track(call, batch, head);
    const auto stateMatrix = [&](const State<double>* state) {
      return joined(one, stateOf(valuesOf(state), call.sizes, about.normalise, item));
    };
    std::vector<double> above(one.tokens * one.values);
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      std::copy_n(back.output_gradient.row(batch, t, head), one.values,
                  above.begin() + t * call.sizes.values());
    }
    const DiagonalTrackGradients found =
        runTrackBackward(one, stateMatrix(call.initial), above, stateMatrix(back.final_gradient));
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      addToken(back, about, one, found, batch, t, head);
    }
    if (initial_gradient != nullptr) {
      part(one, found.initial, stateOf(initial_gradient, call.sizes, about.normalise, item));
    }
  }
}

void DiagonalMechanism::fast(const Call<float>& call) const {
  const DiagonalRule about = rule(call.sizes, *call.options);
  const DiagonalShape shape = shapeOf(call);
  const std::int64_t before = call.initial != nullptr ? call.initial->tokens : 0;
  float* final = prepared(call.final, elementsOf(state(call.sizes, *call.options, 0)),
                          before + call.sizes.tokens());
  const std::size_t kept = call.kept.empty() ? 0 : diagonalKept(shape);
  forHeadGroups(call, [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
    const FlushDenormals flush;
    std::vector<DiagonalViews> views;
    std::vector<DiagonalTask> tasks;
    views.reserve(sizeOf(end - first));
    for (std::int64_t head = first; head < end; ++head) {
      const std::int64_t item = batch * call.sizes.heads() + head;
      views.emplace_back(DiagonalSource{call, batch, head, about.map}, shape);
      tasks.push_back({&views.back(), static_cast<float>(rateOf(call, head)),
                       stateOf(valuesOf(call.initial), call.sizes, about.normalise, item),
                       stateOf(final, call.sizes, about.normalise, item),
                       call.kept.subspan(sizeOf(item) * kept, kept)});
    }
    diagonalForward(shape, tasks, *call.context);
  });
}

void DiagonalMechanism::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const DiagonalRule about = rule(call.sizes, *call.options);
  const DiagonalShape shape = shapeOf(call);
  float* initial_gradient =
      prepared(back.initial_gradient, elementsOf(state(call.sizes, *call.options, 0)),
               call.initial != nullptr ? call.initial->tokens : 0);
  const std::size_t kept = diagonalKept(shape);
  const auto run = [&](std::int64_t batch, std::int64_t first, std::int64_t end) {
    const FlushDenormals flush;
    std::vector<DiagonalViews> views;
    std::vector<DiagonalViewGradients> gradients;
    std::vector<DiagonalBackwardTask> tasks;
    views.reserve(sizeOf(end - first));
    gradients.reserve(sizeOf(end - first));
    for (std::int64_t head = first; head < end; ++head) {
      const std::int64_t item = batch * call.sizes.heads() + head;
      const DiagonalSource source{call, batch, head, about.map};
      views.emplace_back(source, shape);
      gradients.emplace_back(back, source, shape);
      tasks.push_back({&views.back(), &gradients.back(), static_cast<float>(rateOf(call, head)),
                       stateOf(valuesOf(back.final_gradient), call.sizes, about.normalise, item),
                       stateOf(initial_gradient, call.sizes, about.normalise, item),
                       call.kept.subspan(sizeOf(item) * kept, kept)});
    }
    diagonalBackward(shape, tasks, *call.context);
  };
  // The sequences of a batch add to the same gradient by a constant decay: one after the other.
  if (about.decay == Decay::constant) {
    Call<float> heads = call;
    heads.sizes[Dim::batch] = 1;
    forHeadGroups(heads, [&](std::int64_t, std::int64_t first, std::int64_t end) {
      for (std::int64_t batch = 0; batch < call.sizes.batch(); ++batch) run(batch, first, end);
    });
  } else {
    forHeadGroups(call, run);
  }
}

void DiagonalMechanism::step(const Call<float>& call, State<float>& state) const {
  const std::int64_t heads = call.sizes.heads();
  const DiagonalRule about = rule(call.sizes, *call.options);
  const DiagonalShape shape = shapeOf(call);
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
    const DiagonalViews views(DiagonalSource{call, batch, head, about.map}, shape);
    const DiagonalInputs inputs = views.load(0, 1, rows);
    const float* logs = nullptr;
    if (shape.decay == Decay::channel || shape.decay == Decay::token) {
      logs = views.loadDecays(0, 1, decays, 0).data;
    }
    const RowsAt<float> to = views.place(0, output, 0);
    diagonalStep(shape, inputs.queries.data, inputs.keys.data, inputs.values.data,
                 shape.decay == Decay::channel ? logs : nullptr,
                 shape.decay == Decay::token ? *logs : static_cast<float>(rateOf(call, head)),
                 stateOf(state.values.data(), call.sizes, about.normalise, item), to.data);
    views.store(0, 1, to);
  };
  forBlocks(sizeOf(call.sizes.batch() * heads), sizeOf(block), *call.context,
            [&](std::size_t begin, std::size_t end) {
              const FlushDenormals flush;
              for (std::size_t i = begin; i < end; ++i) run(static_cast<std::int64_t>(i));
            });
  ++state.tokens;
}

std::size_t DiagonalMechanism::keptElements(const Sizes& sizes, const Options&) const {
  DiagonalShape shape;
  shape.tokens = sizes.tokens();
  shape.keys = sizes.keys();
  shape.values = sizes.values();
  return sizeOf(sizes.batch() * sizes.heads()) * diagonalKept(shape);
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
  constexpr double kChunk = 16;
  const auto keys = static_cast<double>(sizes.keys()), values = static_cast<double>(sizes.values());
  return static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens()) *
         (4 * keys * values + kChunk * (keys + values));
}

}  // namespace lineament::sequence
