// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_source.h"

#include <cmath>

#include "core/base/parallel.h"
#include "core/sequence/diagonal_layout.h"

namespace lineament::sequence {

namespace {

using Source = DiagonalSource<double>;

double decayOf(const Source& source, Decay decay, double rate, std::int64_t index,
               std::int64_t channel) {
  if (decay == Decay::none || decay == Decay::constant) return rate;
  const auto& logs = source.call.inputs[source.decays];
  const std::int64_t token = source.token(index);
  return decay == Decay::token ? logs(source.batch, token, source.head)
                               : logs(source.batch, token, source.head, channel);
}

// Adds what the recurrence found at `index`, whose write is that of `index - lag`.
void addWriteGradients(const BackwardCall<double>& back, const Source& source,
                       const DiagonalRule& rule, const DiagonalTrackGradients& found,
                       std::int64_t index) {
  if (!source.has(index - source.lag)) return;
  const std::int64_t keys = source.call.sizes.keys(), values = source.call.sizes.values();
  const std::int64_t token = source.token(index - source.lag);
  const auto columns = static_cast<std::int64_t>(rule.normalise ? values + 1 : values);
  const auto& to = back.input_gradients;
  for (std::int64_t c = 0; c < keys; ++c) {
    const std::size_t at = sizeOf(index * keys + c);
    if (to[Source::kKey]) {
      to[Source::kKey](source.batch, token, source.head, c) +=
          found.key_rows[at] *
          slope(rule.map, source.call.inputs[Source::kKey](source.batch, token, source.head, c));
    }
    if (rule.decay == Decay::none || to.size() <= source.decays || !to[source.decays]) continue;
    const View<double>& decays = to[source.decays];
    double& decay = rule.decay == Decay::channel ? decays(source.batch, token, source.head, c)
                    : rule.decay == Decay::token ? decays(source.batch, token, source.head)
                                                 : decays(source.head);
    decay += found.decays[at];
  }
  for (std::int64_t e = 0; to[Source::kValue] && e < values; ++e) {
    to[Source::kValue](source.batch, token, source.head, e) +=
        found.value_rows[sizeOf(index * columns + e)];
  }
}

}  // namespace

DiagonalTrack trackOf(const Source& source, const DiagonalRule& rule, double rate) {
  const Call<double>& call = source.call;
  DiagonalTrack track(sizeOf(call.sizes.tokens() + source.lag), sizeOf(call.sizes.keys()),
                      sizeOf(call.sizes.values()), rule.normalise);
  const auto mappedAt = [&](std::size_t input, std::int64_t index, std::int64_t c) {
    return mapped(rule.map, call.inputs[input](source.batch, source.token(index), source.head, c));
  };
  for (std::int64_t i = 0; i < call.sizes.tokens() + source.lag; ++i) {
    const std::int64_t written = i - source.lag;
    for (std::int64_t c = 0; c < call.sizes.keys(); ++c) {
      const std::size_t at = sizeOf(i * call.sizes.keys() + c);
      if (source.has(i)) track.queries[at] = rule.scale * mappedAt(Source::kQuery, i, c);
      if (!source.has(written)) continue;
      track.key_rows[at] = mappedAt(Source::kKey, written, c);
      track.decays[at] = decayOf(source, rule.decay, rate, written, c);
    }
    if (!source.has(written)) continue;
    std::copy_n(call.inputs[Source::kValue].row(source.batch, source.token(written), source.head),
                track.values,
                track.value_rows.begin() + i * static_cast<std::int64_t>(track.columns()));
  }
  return track;
}

void clearOutputs(const Source& source) {
  for (std::int64_t t = 0; t < source.call.sizes.tokens(); ++t) {
    std::fill_n(source.call.output.row(source.batch, t, source.head), source.call.sizes.values(),
                0.0);
  }
}

void addOutputs(const Source& source, const std::vector<double>& outputs) {
  const std::int64_t values = source.call.sizes.values();
  for (std::int64_t i = 0; i < source.call.sizes.tokens(); ++i) {
    double* to = source.call.output.row(source.batch, source.token(i), source.head);
    for (std::int64_t e = 0; e < values; ++e) to[e] += outputs[sizeOf(i * values + e)];
  }
}

std::vector<double> outputGradients(const BackwardCall<double>& back, const Source& source) {
  const std::int64_t values = source.call.sizes.values(), tokens = source.call.sizes.tokens();
  std::vector<double> above(sizeOf((tokens + source.lag) * values));
  for (std::int64_t i = 0; i < tokens; ++i) {
    std::copy_n(back.output_gradient.row(source.batch, source.token(i), source.head), values,
                above.begin() + i * values);
  }
  return above;
}

void addGradients(const BackwardCall<double>& back, const Source& source, const DiagonalRule& rule,
                  const DiagonalTrackGradients& found) {
  const std::int64_t keys = source.call.sizes.keys();
  const View<double>& queries = back.input_gradients[Source::kQuery];
  for (std::int64_t i = 0; i < source.call.sizes.tokens() + source.lag; ++i) {
    addWriteGradients(back, source, rule, found, i);
    for (std::int64_t c = 0; source.has(i) && queries && c < keys; ++c) {
      const std::int64_t token = source.token(i);
      queries(source.batch, token, source.head, c) +=
          rule.scale * found.queries[sizeOf(i * keys + c)] *
          slope(rule.map, source.call.inputs[Source::kQuery](source.batch, token, source.head, c));
    }
  }
}

std::vector<StatePart> diagonalStateParts(const Sizes& sizes, bool normalise) {
  const auto size = [&](Dim dim) { return static_cast<std::uint64_t>(sizes[dim]); };
  std::vector<StatePart> parts{
      {"S", {size(Dim::batch), size(Dim::head), size(Dim::key), size(Dim::value)}, true}};
  if (normalise) parts.push_back({"z", {size(Dim::batch), size(Dim::head), size(Dim::key)}});
  return parts;
}

std::vector<double> joinedState(const DiagonalTrack& track, DiagonalState<const double> state) {
  std::vector<double> matrix(track.keys * track.columns());
  for (std::size_t c = 0; state.matrix != nullptr && c < track.keys; ++c) {
    const auto row = matrix.begin() + static_cast<std::ptrdiff_t>(c * track.columns());
    std::copy_n(state.matrix + c * track.values, track.values, row);
    if (track.normalise) row[static_cast<std::ptrdiff_t>(track.values)] = state.sums[c];
  }
  return matrix;
}

void splitState(const DiagonalTrack& track, const std::vector<double>& matrix,
                DiagonalState<double> state) {
  for (std::size_t c = 0; c < track.keys; ++c) {
    const double* row = matrix.data() + c * track.columns();
    std::copy_n(row, track.values, state.matrix + c * track.values);
    if (track.normalise) state.sums[c] = row[track.values];
  }
}

void forHeadGroups(const Call<float>& call, bool in_turn, const HeadWork& work) {
  const std::int64_t batch = call.sizes.batch(), heads = call.sizes.heads();
  if (batch == 0) return;
  const std::int64_t threads =
      call.context->threads > 0 ? call.context->threads : hardwareThreads();
  const std::int64_t apart = in_turn ? 1 : batch;
  const std::int64_t wanted = std::clamp<std::int64_t>((threads + apart - 1) / apart, 1, heads);
  const std::int64_t size = std::min(kMostHeads, (heads + wanted - 1) / wanted);
  const std::int64_t groups = (heads + size - 1) / size;
  forBlocks(sizeOf(apart * groups), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const auto item = static_cast<std::int64_t>(begin);
    const std::int64_t first = item % groups * size, end = std::min(heads, first + size);
    const std::int64_t last = in_turn ? batch : item / groups + 1;
    for (std::int64_t b = item / groups; b < last; ++b) work(b, first, end);
  });
}

double diagonalFlops(const Sizes& sizes) {
  constexpr double kChunk = 16;
  const auto keys = static_cast<double>(sizes.keys()), values = static_cast<double>(sizes.values());
  return static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens()) *
         (4 * keys * values + kChunk * (keys + values));
}

std::vector<OperandSpec> attentionInputs() {
  return {queryOperand(), keyOperand(), valueOperand()};
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

OperandSpec channelDecayInput(std::string_view name, std::string_view help) {
  return {.name = name,
          .dims = {Dim::batch, Dim::token, Dim::head, Dim::key},
          .role = OperandSpec::Role::log_decay,
          .draw = Draw::log_gate,
          .highest = 0,
          .infinite = true,
          .help = help};
}

double attentionScale(const Sizes& sizes, double given) {
  return given > 0 ? given : 1 / std::sqrt(static_cast<double>(sizes.keys()));
}

}  // namespace lineament::sequence
