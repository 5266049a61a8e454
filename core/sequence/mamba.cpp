// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mamba.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "core/sequence/heads.h"
#include "core/sequence/mamba_tiles.h"
#include "core/sequence/short_convolution.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

std::vector<OperandSpec> describeInputs() {
  using Role = OperandSpec::Role;
  const Dims per_channel{Dim::batch, Dim::token, Dim::head};
  const Dims shared{Dim::batch, Dim::token, Dim::key};
  return {{.name = "x", .dims = per_channel, .role = Role::value, .help = "What is written"},
          {.name = "dt",
           .dims = per_channel,
           .draw = Draw::step,
           .lowest = 0,
           .help = "Step sizes, after their softplus; give at least 0"},
          {.name = "A",
           .dims = {Dim::head, Dim::key},
           .role = Role::weight,
           .draw = Draw::negative_range,
           .highest = 0,
           .help = "Rates of decay; give at most 0"},
          {.name = "B", .dims = shared, .role = Role::key, .help = "Where it is written"},
          {.name = "C", .dims = shared, .role = Role::query, .help = "What is read"},
          {.name = "D",
           .dims = {Dim::head},
           .role = Role::weight,
           .optional = true,
           .help = "Share of the input that goes straight to the output"},
          {.name = "z", .dims = per_channel, .optional = true, .help = "Gate of the output"},
          {.name = "conv",
           .dims = {Dim::head, Dim::tap},
           .role = Role::weight,
           .draw = Draw::small_normal,
           .optional = true,
           .help = "Taps of a short convolution of x, the current token's last"},
          {.name = "conv_bias",
           .dims = {Dim::head},
           .role = Role::weight,
           .draw = Draw::small_normal,
           .optional = true,
           .help = "Bias of the convolution"}};
}

Description describe(bool is_signed) {
  Description about;
  about.id = is_signed ? "mamba-signed" : "mamba";
  about.title = is_signed ? "Mamba with signed decays" : "Mamba";
  about.summary = is_signed ? "h = (2 exp(dt A) - 1) h + dt B x, y = C h + D x for each channel"
                            : "h = exp(dt A) h + dt B x, y = C h + D x for each channel";
  about.source = is_signed
                     ? "Grazzi et al. (2024), Unlocking state-tracking in linear RNNs through "
                       "negative eigenvalues"
                     : "Gu and Dao (2023), Mamba: Linear-time sequence modeling with selective "
                       "state spaces";
  about.inputs = describeInputs();
  about.output = {Dim::batch, Dim::token, Dim::head};
  about.tolerance_f32 = 2e-6;
  return about;
}

// One channel of one batch entry in double precision.
struct Channel {
  std::vector<double> raw;     // the past inputs, then the tokens
  std::vector<double> before;  // p; empty without a convolution
  std::vector<double> x;       // what the scan reads
};

Channel channelOf(const Call<double>& call, std::int64_t b, std::int64_t d) {
  const MambaState layout(call.sizes);
  Channel channel;
  channel.raw.assign(static_cast<std::size_t>(layout.past), 0.0);
  if (call.initial) {
    std::copy_n(call.initial->values.data() + layout.pastAt(b, d), layout.past,
                channel.raw.begin());
  }
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    channel.raw.push_back(call.inputs[kMambaX](b, t, d));
  }
  const auto& taps = call.inputs[kMambaTaps];
  if (!taps) {
    channel.x.assign(channel.raw.begin() + layout.past, channel.raw.end());
    return channel;
  }
  const auto& bias = call.inputs[kMambaBias];
  channel.before = shortConvolution(
      channel.raw, {taps.row(d), static_cast<std::size_t>(layout.past + 1)}, bias ? bias(d) : 0.0);
  for (const double p : channel.before) channel.x.push_back(silu(p));
  return channel;
}

std::vector<double> initialState(const Call<double>& call, std::int64_t b, std::int64_t d) {
  const MambaState layout(call.sizes);
  if (call.initial == nullptr) return std::vector<double>(static_cast<std::size_t>(layout.states));
  const double* from = call.initial->values.data() + layout.at(b, d);
  return {from, from + layout.states};
}

class Mamba : public Mechanism {
 public:
  explicit Mamba(bool is_signed) : signed_(is_signed), about_(describe(is_signed)) {}

  const Description& description() const override { return about_; }

  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::value] = 1;
    sizes[Dim::tap] = 4;  // as published
    return sizes;
  }

  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    return {{"h", {size(sizes.batch()), size(sizes.heads()), size(sizes.keys()), 1}, true},
            {"past", {size(sizes.batch()), size(sizes.heads()), size(sizes[Dim::tap] - 1)}}};
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;
  std::vector<double> attention(const Call<double>& call, std::int64_t batch,
                                std::int64_t head) const override;
  std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t batch,
                                               std::int64_t head,
                                               std::int64_t token) const override;

  // The state before each block of tokens.
  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    const std::int64_t blocks = (sizes.tokens() + kMambaTokens - 1) / kMambaTokens;
    return static_cast<std::size_t>(sizes.batch() * blocks * sizes.keys() * sizes.heads());
  }

  double flops(const Sizes& sizes, const Options&) const override {
    constexpr double kEach = 19;
    return kEach * static_cast<double>(sizes.batch() * sizes.tokens()) *
           static_cast<double>(sizes.heads() * sizes.keys());
  }

 private:
  double decay(double exponent) const {
    return signed_ ? 1 + 2 * std::expm1(exponent) : std::exp(exponent);
  }
  double decaySlope(double exponent) const {
    return signed_ ? 2 * std::exp(exponent) : std::exp(exponent);
  }
  // The states of one channel before each token and after the last, a row each.
  std::vector<double> states(const Call<double>& call, std::int64_t b, std::int64_t d,
                             const std::vector<double>& x) const;
  void backwardChannel(const BackwardCall<double>& back, std::int64_t b, std::int64_t d) const;
  void backwardPasses(const BackwardCall<float>& back, MambaBackwardPass& pass) const;

  bool signed_;
  Description about_;
};

std::vector<double> Mamba::states(const Call<double>& call, std::int64_t b, std::int64_t d,
                                  const std::vector<double>& x) const {
  const auto width = static_cast<std::size_t>(call.sizes.keys());
  std::vector<double> rows = initialState(call, b, d);
  for (std::size_t t = 0; t < x.size(); ++t) {
    const auto token = static_cast<std::int64_t>(t);
    const double dt = call.inputs[kMambaStep](b, token, d);
    const double* rates = call.inputs[kMambaRate].row(d);
    const double* write = call.inputs[kMambaB].row(b, token);
    for (std::size_t n = 0; n < width; ++n) {
      rows.push_back(decay(dt * rates[n]) * rows[t * width + n] + dt * write[n] * x[t]);
    }
  }
  return rows;
}

void Mamba::reference(const Call<double>& call) const {
  const MambaState layout(call.sizes);
  const auto width = static_cast<std::size_t>(layout.states);
  const auto& skip = call.inputs[kMambaSkip];
  const auto& gate = call.inputs[kMambaGate];
  std::vector<double> final(layout.elements(call.sizes));
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t d = 0; d < layout.channels; ++d) {
      const Channel channel = channelOf(call, b, d);
      const std::vector<double> h = states(call, b, d, channel.x);
      for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
        const auto row = static_cast<std::size_t>(t + 1) * width;
        double y = skip ? skip(d) * channel.x[static_cast<std::size_t>(t)] : 0.0;
        for (std::size_t n = 0; n < width; ++n) y += call.inputs[kMambaC].row(b, t)[n] * h[row + n];
        call.output(b, t, d) = gate ? y * silu(gate(b, t, d)) : y;
      }
      std::copy_n(h.end() - layout.states, layout.states,
                  final.begin() + static_cast<std::ptrdiff_t>(layout.at(b, d)));
      std::copy_n(channel.raw.end() - layout.past, layout.past,
                  final.begin() + static_cast<std::ptrdiff_t>(layout.pastAt(b, d)));
    }
  }
  if (call.final) {
    *call.final = {std::move(final),
                   call.sizes.tokens() + (call.initial ? call.initial->tokens : 0)};
  }
}

// dL/dh_t = C_t dy_t + a_{t+1} dL/dh_{t+1}, and from it every other gradient of the scan.
void Mamba::backwardChannel(const BackwardCall<double>& back, std::int64_t b,
                            std::int64_t d) const {
  const Call<double>& call = back.forward;
  const MambaState layout(call.sizes);
  const auto width = static_cast<std::size_t>(layout.states);
  const auto add = [&](std::size_t input, double gradient, auto... at) {
    if (back.input_gradients[input]) back.input_gradients[input](at...) += gradient;
  };
  const Channel channel = channelOf(call, b, d);
  const std::vector<double> h = states(call, b, d, channel.x);
  std::vector<double> dh(width), dx(channel.x.size());
  if (back.final_gradient) {
    std::copy_n(back.final_gradient->values.data() + layout.at(b, d), width, dh.data());
  }
  for (std::int64_t t = call.sizes.tokens() - 1; t >= 0; --t) {
    const auto token = static_cast<std::size_t>(t);
    const double x = channel.x[token], dt = call.inputs[kMambaStep](b, t, d);
    const double skip = call.inputs[kMambaSkip] ? call.inputs[kMambaSkip](d) : 0.0;
    double above = back.output_gradient(b, t, d);
    if (call.inputs[kMambaGate]) {
      const double z = call.inputs[kMambaGate](b, t, d);
      double y = skip * x;
      for (std::size_t n = 0; n < width; ++n) {
        y += call.inputs[kMambaC].row(b, t)[n] * h[(token + 1) * width + n];
      }
      add(kMambaGate, above * y * siluSlope(z), b, t, d);
      above *= silu(z);
    }
    double by_write = 0, by_step = 0;
    for (std::size_t n = 0; n < width; ++n) {
      const auto state = static_cast<std::int64_t>(n);
      const double rate = call.inputs[kMambaRate](d, state);
      const double write = call.inputs[kMambaB](b, t, state);
      dh[n] += above * call.inputs[kMambaC](b, t, state);
      const double along = dh[n] * decaySlope(dt * rate) * h[token * width + n];
      by_write += dh[n] * write;
      by_step += dh[n] * write * x + along * rate;
      add(kMambaC, above * h[(token + 1) * width + n], b, t, state);
      add(kMambaB, dh[n] * dt * x, b, t, state);
      add(kMambaRate, along * dt, d, state);
      dh[n] *= decay(dt * rate);
    }
    add(kMambaStep, by_step, b, t, d);
    add(kMambaSkip, above * x, d);
    dx[token] = above * skip + dt * by_write;
  }
  std::vector<double> raw(channel.raw.size());
  if (call.inputs[kMambaTaps]) {
    const auto taps = static_cast<std::size_t>(layout.past + 1);
    for (std::size_t t = 0; t < dx.size(); ++t) dx[t] *= siluSlope(channel.before[t]);
    std::vector<double> by_taps(taps);
    double by_bias = 0;
    shortConvolutionBackward(channel.raw, {call.inputs[kMambaTaps].row(d), taps}, dx, raw, by_taps,
                             by_bias);
    for (std::size_t j = 0; j < taps; ++j) {
      add(kMambaTaps, by_taps[j], d, static_cast<std::int64_t>(j));
    }
    add(kMambaBias, by_bias, d);
  } else {
    std::copy(dx.begin(), dx.end(), raw.begin() + layout.past);
  }
  for (std::int64_t j = 0; back.final_gradient && j < layout.past; ++j) {
    raw[raw.size() - static_cast<std::size_t>(layout.past - j)] +=
        back.final_gradient->values[layout.pastAt(b, d) + static_cast<std::size_t>(j)];
  }
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    add(kMambaX, raw[static_cast<std::size_t>(layout.past + t)], b, t, d);
  }
  if (back.initial_gradient == nullptr) return;
  std::copy_n(dh.data(), width, back.initial_gradient->values.data() + layout.at(b, d));
  std::copy_n(raw.data(), layout.past, back.initial_gradient->values.data() + layout.pastAt(b, d));
}

void Mamba::referenceBackward(const BackwardCall<double>& back) const {
  const Sizes& sizes = back.forward.sizes;
  if (back.initial_gradient) {
    *back.initial_gradient = {std::vector<double>(MambaState(sizes).elements(sizes)),
                              back.forward.initial ? back.forward.initial->tokens : 0};
  }
  for (std::int64_t b = 0; b < sizes.batch(); ++b) {
    for (std::int64_t d = 0; d < sizes.heads(); ++d) backwardChannel(back, b, d);
  }
}

std::vector<double> Mamba::attention(const Call<double>& call, std::int64_t batch,
                                     std::int64_t head) const {
  const std::int64_t tokens = call.sizes.tokens();
  std::vector<double> weights(static_cast<std::size_t>(tokens * tokens));
  for (std::int64_t s = 0; s < tokens; ++s) {
    std::vector<double> h(static_cast<std::size_t>(call.sizes.keys()));
    for (std::int64_t t = s; t < tokens; ++t) {
      const double dt = call.inputs[kMambaStep](batch, t, head);
      double weight = t == s && call.inputs[kMambaSkip] ? call.inputs[kMambaSkip](head) : 0.0;
      for (std::size_t n = 0; n < h.size(); ++n) {
        h[n] = t == s ? dt * call.inputs[kMambaB].row(batch, s)[n]
                      : h[n] * decay(dt * call.inputs[kMambaRate].row(head)[n]);
        weight += call.inputs[kMambaC].row(batch, t)[n] * h[n];
      }
      if (call.inputs[kMambaGate]) weight *= silu(call.inputs[kMambaGate](batch, t, head));
      weights[static_cast<std::size_t>(t * tokens + s)] = weight;
    }
  }
  return weights;
}

std::vector<std::complex<double>> Mamba::transition(const Call<double>& call, std::int64_t batch,
                                                    std::int64_t head, std::int64_t token) const {
  std::vector<std::complex<double>> decays;
  const double dt = call.inputs[kMambaStep](batch, token, head);
  for (std::int64_t n = 0; n < call.sizes.keys(); ++n) {
    decays.emplace_back(decay(dt * call.inputs[kMambaRate](head, n)));
  }
  return decays;
}

// Calls work(batch, first channel) for every task, several in a block where there are few tokens.
template <class Work>
void forTasks(const Sizes& sizes, std::int64_t tokens, const Context& context, Work work) {
  constexpr std::int64_t kTokensOfBlock = 256;
  const std::int64_t tasks = mambaTasks(sizes);
  const std::int64_t each =
      std::max<std::int64_t>(1, kTokensOfBlock / std::max<std::int64_t>(1, tokens));
  forBlocks(static_cast<std::size_t>(sizes.batch() * tasks), static_cast<std::size_t>(each),
            context, [&](std::size_t begin, std::size_t end) {
              for (auto i = static_cast<std::int64_t>(begin); i < static_cast<std::int64_t>(end);
                   ++i) {
                work(i / tasks, i % tasks * kMambaChannels);
              }
            });
}

void Mamba::fast(const Call<float>& call) const {
  if (call.final) {
    call.final->tokens = call.sizes.tokens() + (call.initial ? call.initial->tokens : 0);
    call.final->values.resize(MambaState(call.sizes).elements(call.sizes));
  }
  forTasks(call.sizes, call.sizes.tokens(), *call.context,
           [&](std::int64_t b, std::int64_t first) { mambaForward(call, signed_, b, first); });
}

void Mamba::step(const Call<float>& call, State<float>& state) const {
  Call<float> one = call;
  one.initial = &state;
  one.final = &state;
  // Several batch entries to a task: preparing a channel's weights costs as much as its step. All
  // channels, too, where the entries alone keep every thread busy.
  constexpr std::int64_t kEntries = 64;
  const std::int64_t batch = call.sizes.batch(), channels = call.sizes.heads();
  const std::int64_t groups = (batch + kEntries - 1) / kEntries;
  const std::int64_t each =
      groups < 2 * threadsOf(*call.context) ? kMambaChannels : kMambaStepChannels;
  const std::int64_t tasks = (channels + each - 1) / each;
  forBlocks(static_cast<std::size_t>(tasks * groups), 1, *call.context,
            [&](std::size_t task, std::size_t) {
              const auto i = static_cast<std::int64_t>(task);
              const std::int64_t begin = i / tasks * kEntries, first = i % tasks * each;
              mambaStep(one, signed_, begin, std::min(begin + kEntries, batch), first,
                        std::min(first + each, channels));
            });
  ++state.tokens;
}

// dB and dC of the tokens of a pass: the sum over the tasks in their order.
void sumTasks(const BackwardCall<float>& back, const MambaBackwardPass& pass) {
  const Sizes& sizes = back.forward.sizes;
  const auto padded = static_cast<std::size_t>(mambaPaddedStates(sizes.keys()));
  const std::int64_t tasks = mambaTasks(sizes);
  constexpr std::size_t kTokensOfBlock = 64;
  for (std::int64_t b = 0; b < sizes.batch(); ++b) {
    forBlocks(static_cast<std::size_t>(pass.end - pass.begin), kTokensOfBlock,
              *back.forward.context, [&](std::size_t begin, std::size_t end) {
                for (std::int64_t task = 0; task < tasks; ++task) {
                  for (std::size_t t = begin; t < end; ++t) {
                    const auto row = static_cast<std::size_t>((b * tasks + task) * kMambaPass) + t;
                    const float* from = pass.write_read + row * 2 * padded;
                    const std::int64_t token = pass.begin + static_cast<std::int64_t>(t);
                    for (std::int64_t n = 0; n < sizes.keys(); ++n) {
                      const auto at = static_cast<std::size_t>(n);
                      const auto add = [&](std::size_t input, float gradient) {
                        const View<float>& to = back.input_gradients[input];
                        if (to) to(b, token, n) += gradient;
                      };
                      add(kMambaB, from[at]);
                      add(kMambaC, from[padded + at]);
                    }
                  }
                }
              });
  }
}

void Mamba::backwardPasses(const BackwardCall<float>& back, MambaBackwardPass& pass) const {
  const Sizes& sizes = back.forward.sizes;
  for (std::int64_t end = sizes.tokens(); end > 0;) {
    pass.end = end;
    pass.begin = (end - 1) / kMambaPass * kMambaPass;
    forTasks(
        sizes, pass.end - pass.begin, *back.forward.context,
        [&](std::int64_t b, std::int64_t first) { mambaBackward(back, signed_, pass, b, first); });
    sumTasks(back, pass);
    end = pass.begin;
  }
}

// The sums of a pass, for each batch entry, in the order of the batch.
void addWeightGradients(const BackwardCall<float>& back, const MambaBackwardPass& pass) {
  const Sizes& sizes = back.forward.sizes;
  const MambaState layout(sizes);
  const auto add = [&](std::size_t input, const float* sums, std::int64_t rows, auto to) {
    const View<float>& gradient = back.input_gradients[input];
    for (std::int64_t i = 0; gradient && i < sizes.batch() * rows; ++i) {
      for (std::int64_t d = 0; d < layout.channels; ++d) {
        to(gradient, d, i % rows) += sums[i * layout.channels + d];
      }
    }
  };
  const auto rowed = [](const View<float>& to, std::int64_t d, std::int64_t row) -> float& {
    return to(d, row);
  };
  const auto single = [](const View<float>& to, std::int64_t d, std::int64_t) -> float& {
    return to(d);
  };
  add(kMambaRate, pass.rates, layout.states, rowed);
  add(kMambaTaps, pass.taps, layout.past + 1, rowed);
  add(kMambaSkip, pass.skip, 1, single);
  add(kMambaBias, pass.bias, 1, single);
}

// What the final state's past inputs and the initial state add.
void finishStates(const BackwardCall<float>& back, const MambaBackwardPass& pass) {
  const Call<float>& call = back.forward;
  const MambaState layout(call.sizes);
  const auto& taps = call.inputs[kMambaTaps];
  std::vector<float>* initial = nullptr;
  if (back.initial_gradient) {
    back.initial_gradient->tokens = call.initial ? call.initial->tokens : 0;
    initial = &back.initial_gradient->values;
    initial->assign(layout.elements(call.sizes), 0.0f);
  }
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t d = 0; d < layout.channels; ++d) {
      for (std::int64_t n = 0; initial && n < layout.states; ++n) {
        (*initial)[layout.at(b, d) + static_cast<std::size_t>(n)] =
            pass.state[(b * layout.states + n) * layout.channels + d];
      }
      for (std::int64_t i = 0; initial && taps && i < layout.past; ++i) {
        float sum = 0;
        for (std::int64_t j = 0; j <= i; ++j) {
          sum += taps.at(d, j) * pass.later[(b * layout.past + i - j) * layout.channels + d];
        }
        (*initial)[layout.pastAt(b, d) + static_cast<std::size_t>(i)] = sum;
      }
      for (std::int64_t i = 0; back.final_gradient && i < layout.past; ++i) {
        const float gradient =
            back.final_gradient->values[layout.pastAt(b, d) + static_cast<std::size_t>(i)];
        const std::int64_t token = call.sizes.tokens() - layout.past + i;
        if (token >= 0 && back.input_gradients[kMambaX]) {
          back.input_gradients[kMambaX](b, token, d) += gradient;
        }
        if (token < 0 && initial) {
          (*initial)[layout.pastAt(b, d) + static_cast<std::size_t>(layout.past + token)] +=
              gradient;
        }
      }
    }
  }
}

void Mamba::fastBackward(const BackwardCall<float>& back) const {
  const Sizes& sizes = back.forward.sizes;
  const MambaState layout(sizes);
  const std::int64_t tasks = mambaTasks(sizes);
  Workspace work;
  const auto rows = [&](std::int64_t count) {
    return work.numbers(static_cast<std::size_t>(sizes.batch() * count * layout.channels)).data();
  };
  MambaBackwardPass pass;
  pass.state = rows(layout.states);
  pass.rates = rows(layout.states);
  pass.later = rows(layout.past);
  pass.taps = rows(layout.past + 1);
  pass.skip = rows(1);
  pass.bias = rows(1);
  pass.write_read = work.numbers(static_cast<std::size_t>(sizes.batch() * tasks * kMambaPass * 2 *
                                                          mambaPaddedStates(layout.states)))
                        .data();
  for (std::int64_t b = 0; back.final_gradient && b < sizes.batch(); ++b) {
    for (std::int64_t d = 0; d < layout.channels; ++d) {
      for (std::int64_t n = 0; n < layout.states; ++n) {
        pass.state[(b * layout.states + n) * layout.channels + d] =
            back.final_gradient->values[layout.at(b, d) + static_cast<std::size_t>(n)];
      }
    }
  }
  backwardPasses(back, pass);
  addWeightGradients(back, pass);
  finishStates(back, pass);
}

}  // namespace

const Mechanism& mamba() {
  static const Mamba mechanism(false);
  return mechanism;
}

const Mechanism& mambaSigned() {
  static const Mamba mechanism(true);
  return mechanism;
}

}  // namespace lineament::sequence
