// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/ssd.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/sequence/ssd_tiles.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kGroups{"sequence.groups", "Share B and C among the heads of 'ssd'",
                            "{heads} heads cannot be split into {groups} groups of one size", "",
                            "Take a number of groups that divides the number of heads"};

Description describe() {
  using Role = OperandSpec::Role;
  const Dims value_dims{Dim::batch, Dim::token, Dim::head, Dim::value};
  const Dims group_dims{Dim::batch, Dim::token, Dim::group, Dim::key};
  Description about;
  about.id = "ssd";
  about.title = "Mamba-2 (SSD)";
  about.summary = "S = exp(dt A) S + B' (dt x), y = C S + D x with one decay for a head";
  about.source = "Dao and Gu (2024), Transformers are SSMs";
  about.inputs = {
      {.name = "x", .dims = value_dims, .role = Role::value, .help = "What is written"},
      {.name = "dt",
       .dims = {Dim::batch, Dim::token, Dim::head},
       .draw = Draw::step,
       .lowest = 0,
       .help = "Step sizes, after their softplus; give at least 0"},
      {.name = "A",
       .dims = {Dim::head},
       .role = Role::weight,
       .draw = Draw::negative_range,
       .highest = 0,
       .help = "Rates of decay; give at most 0"},
      {.name = "B", .dims = group_dims, .role = Role::key, .help = "Where it is written"},
      {.name = "C", .dims = group_dims, .role = Role::query, .help = "What is read"},
      {.name = "D",
       .dims = {Dim::head},
       .role = Role::weight,
       .optional = true,
       .help = "Share of the input that goes straight to the output"}};
  return about;
}

// One head of one batch entry.
struct Head {
  std::int64_t batch, head, group;
  std::size_t keys, values, first;  // `first`: where its state begins

  Head(const Sizes& sizes, std::int64_t index)
      : batch(index / sizes.heads()),
        head(index % sizes.heads()),
        group(head * sizes[Dim::group] / sizes.heads()),
        keys(static_cast<std::size_t>(sizes.keys())),
        values(static_cast<std::size_t>(sizes.values())),
        first(static_cast<std::size_t>(index) * keys * values) {}
};

class Ssd : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::group] = 1;
    return sizes;
  }

  void check(const Sizes& sizes, const Options&) const override {
    if (sizes.heads() % sizes[Dim::group] == 0) return;
    throw Error::usage(kGroups, {{"heads", sizes.heads()}, {"groups", sizes[Dim::group]}});
  }

  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    return {{"S", shapeOf({Dim::batch, Dim::head, Dim::key, Dim::value}, sizes), true}};
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;

  std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t batch,
                                               std::int64_t head,
                                               std::int64_t token) const override {
    const double decay =
        std::exp(call.inputs[kSsdStep](batch, token, head) * call.inputs[kSsdRate](head));
    return std::vector<std::complex<double>>(static_cast<std::size_t>(call.sizes.keys()), decay);
  }

  // The state before each segment.
  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    const std::int64_t segments = (sizes.tokens() + kSsdSegment - 1) / kSsdSegment;
    return static_cast<std::size_t>(sizes.batch() * sizes.heads() * segments * sizes.keys() *
                                    sizes.values());
  }

  double flops(const Sizes& sizes, const Options&) const override {
    const auto n = static_cast<double>(sizes.keys()), p = static_cast<double>(sizes.values());
    const auto tokens = static_cast<double>(sizes.batch() * sizes.tokens());
    const double chunk = kSsdChunk;
    return tokens * (static_cast<double>(sizes.heads()) * (4 * n * p + chunk * p) +
                     static_cast<double>(sizes[Dim::group]) * chunk * n);
  }

 private:
  Description about_ = describe();
};

std::vector<double> initialState(const Call<double>& call, const Head& at) {
  if (call.initial == nullptr) return std::vector<double>(at.keys * at.values);
  const double* from = call.initial->values.data() + at.first;
  return {from, from + at.keys * at.values};
}

// The states of one head before each token and behind the last.
std::vector<std::vector<double>> statesOf(const Call<double>& call, const Head& at) {
  std::vector<std::vector<double>> states{initialState(call, at)};
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    const double dt = call.inputs[kSsdStep](at.batch, t, at.head);
    const double decay = std::exp(dt * call.inputs[kSsdRate](at.head));
    const double* b = call.inputs[kSsdB].row(at.batch, t, at.group);
    const double* x = call.inputs[kSsdX].row(at.batch, t, at.head);
    std::vector<double> after = states.back();
    for (std::size_t n = 0; n < at.keys; ++n) {
      for (std::size_t e = 0; e < at.values; ++e) {
        double& s = after[n * at.values + e];
        s = decay * s + b[n] * dt * x[e];
      }
    }
    states.push_back(std::move(after));
  }
  return states;
}

void Ssd::reference(const Call<double>& call) const {
  std::vector<double> final;
  for (std::int64_t i = 0; i < call.sizes.batch() * call.sizes.heads(); ++i) {
    const Head at(call.sizes, i);
    const auto states = statesOf(call, at);
    const double skip = call.inputs[kSsdSkip] ? call.inputs[kSsdSkip](at.head) : 0.0;
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      const auto& state = states[static_cast<std::size_t>(t + 1)];
      const double* c = call.inputs[kSsdC].row(at.batch, t, at.group);
      double* y = call.output.row(at.batch, t, at.head);
      for (std::size_t e = 0; e < at.values; ++e) {
        y[e] = skip * call.inputs[kSsdX].row(at.batch, t, at.head)[e];
        for (std::size_t n = 0; n < at.keys; ++n) y[e] += c[n] * state[n * at.values + e];
      }
    }
    final.insert(final.end(), states.back().begin(), states.back().end());
  }
  if (call.final) {
    *call.final = {std::move(final),
                   call.sizes.tokens() + (call.initial ? call.initial->tokens : 0)};
  }
}

// dL/dS_t = C_t' dy_t + a_{t+1} dL/dS_{t+1}, and from it every other gradient.
void backwardHead(const BackwardCall<double>& back, const Head& at) {
  const Call<double>& call = back.forward;
  const auto add = [&](std::size_t input, double gradient, auto... index) {
    if (back.input_gradients[input]) back.input_gradients[input](index...) += gradient;
  };
  const auto states = statesOf(call, at);
  const double rate = call.inputs[kSsdRate](at.head);
  const double skip = call.inputs[kSsdSkip] ? call.inputs[kSsdSkip](at.head) : 0.0;
  std::vector<double> ds(at.keys * at.values);
  if (back.final_gradient) {
    std::copy_n(back.final_gradient->values.data() + at.first, ds.size(), ds.data());
  }
  for (std::int64_t t = call.sizes.tokens() - 1; t >= 0; --t) {
    const double dt = call.inputs[kSsdStep](at.batch, t, at.head), decay = std::exp(dt * rate);
    const double* x = call.inputs[kSsdX].row(at.batch, t, at.head);
    const double* above = back.output_gradient.row(at.batch, t, at.head);
    const auto& before = states[static_cast<std::size_t>(t)];
    const auto& after = states[static_cast<std::size_t>(t + 1)];
    double along = 0, by_step = 0;
    std::vector<double> dx(at.values);
    for (std::size_t n = 0; n < at.keys; ++n) {
      const auto key = static_cast<std::int64_t>(n);
      const double b = call.inputs[kSsdB](at.batch, t, at.group, key);
      double db = 0, dc = 0;
      for (std::size_t e = 0; e < at.values; ++e) {
        double& gradient = ds[n * at.values + e];
        gradient += call.inputs[kSsdC](at.batch, t, at.group, key) * above[e];
        dc += above[e] * after[n * at.values + e];
        db += gradient * dt * x[e];
        dx[e] += dt * b * gradient;
        by_step += gradient * b * x[e];
        along += decay * gradient * before[n * at.values + e];
        gradient *= decay;
      }
      add(kSsdB, db, at.batch, t, at.group, key);
      add(kSsdC, dc, at.batch, t, at.group, key);
    }
    for (std::size_t e = 0; e < at.values; ++e) {
      add(kSsdX, dx[e] + skip * above[e], at.batch, t, at.head, static_cast<std::int64_t>(e));
      add(kSsdSkip, above[e] * x[e], at.head);
    }
    add(kSsdStep, by_step + rate * along, at.batch, t, at.head);
    add(kSsdRate, dt * along, at.head);
  }
  if (back.initial_gradient) {
    std::copy(ds.begin(), ds.end(),
              back.initial_gradient->values.begin() + static_cast<std::ptrdiff_t>(at.first));
  }
}

void Ssd::referenceBackward(const BackwardCall<double>& back) const {
  const Sizes& sizes = back.forward.sizes;
  if (back.initial_gradient) {
    *back.initial_gradient = {
        std::vector<double>(elementsOf(state(sizes, *back.forward.options, 0))),
        back.forward.initial ? back.forward.initial->tokens : 0};
  }
  for (std::int64_t i = 0; i < sizes.batch() * sizes.heads(); ++i) {
    backwardHead(back, Head(sizes, i));
  }
}

void Ssd::fast(const Call<float>& call) const {
  if (call.final) {
    call.final->tokens = call.sizes.tokens() + (call.initial ? call.initial->tokens : 0);
    call.final->values.resize(elementsOf(state(call.sizes, *call.options, 0)));
  }
  const std::int64_t tasks =
      call.sizes.batch() * call.sizes[Dim::group] * ssdTasksOfGroup(call.sizes);
  forBlocks(static_cast<std::size_t>(tasks), 1, *call.context, [&](std::size_t task, std::size_t) {
    ssdForward(call, ssdTask(call.sizes, static_cast<std::int64_t>(task)));
  });
}

void Ssd::step(const Call<float>& call, State<float>& state) const {
  Call<float> one = call;
  one.initial = &state;
  one.final = &state;
  constexpr std::int64_t kNumbersOfBlock = 1 << 18;
  const std::int64_t each =
      std::max<std::int64_t>(1, kNumbersOfBlock / (call.sizes.keys() * call.sizes.values()));
  const std::int64_t heads = call.sizes.heads();
  forBlocks(static_cast<std::size_t>(call.sizes.batch() * heads), static_cast<std::size_t>(each),
            *call.context, [&](std::size_t begin, std::size_t end) {
              for (auto i = static_cast<std::int64_t>(begin); i < static_cast<std::int64_t>(end);
                   ++i) {
                ssdStep(one, i / heads, i % heads);
              }
            });
  ++state.tokens;
}

// dB and dC of a segment: the sum over the tasks of a group in their order.
void sumTasks(const BackwardCall<float>& back, const SsdBackwardPass& pass) {
  const Sizes& sizes = back.forward.sizes;
  const auto tokens = static_cast<std::size_t>(pass.end - pass.begin);
  const std::size_t padded = tileStride(static_cast<std::size_t>(sizes.keys()));
  const std::int64_t of_group = ssdTasksOfGroup(sizes), groups = sizes[Dim::group];
  for (std::int64_t task = 0; task < sizes.batch() * groups * of_group; ++task) {
    const std::int64_t batch = task / of_group / groups, group = task / of_group % groups;
    for (std::size_t t = 0; t < tokens; ++t) {
      const auto row = static_cast<std::size_t>(task * kSsdSegment) + t;
      const float* from = pass.write_read + row * 2 * padded;
      for (const auto& [input, part] : {std::pair{kSsdB, 0u}, std::pair{kSsdC, 1u}}) {
        const View<float>& gradient = back.input_gradients[input];
        if (!gradient) continue;
        float* to = gradient.row(batch, pass.begin + static_cast<std::int64_t>(t), group);
        for (std::int64_t n = 0; n < sizes.keys(); ++n) {
          to[n] += from[part * padded + static_cast<std::size_t>(n)];
        }
      }
    }
  }
}

void Ssd::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const Sizes& sizes = call.sizes;
  const std::size_t state_elements = elementsOf(state(sizes, *call.options, 0));
  const std::int64_t heads = sizes.batch() * sizes.heads();
  const std::int64_t tasks = sizes.batch() * sizes[Dim::group] * ssdTasksOfGroup(sizes);
  const std::size_t padded = tileStride(static_cast<std::size_t>(sizes.keys()));
  Workspace work;
  SsdBackwardPass pass;
  pass.state = work.numbers(state_elements).data();
  pass.rates = work.numbers(static_cast<std::size_t>(heads)).data();
  pass.skip = work.numbers(static_cast<std::size_t>(heads)).data();
  pass.write_read = work.numbers(static_cast<std::size_t>(tasks * kSsdSegment) * 2 * padded).data();
  if (back.final_gradient) {
    std::copy_n(back.final_gradient->values.data(), state_elements, pass.state);
  }
  for (std::int64_t end = sizes.tokens(); end > 0; end = pass.begin) {
    pass.end = end;
    pass.begin = (end - 1) / kSsdSegment * kSsdSegment;
    forBlocks(static_cast<std::size_t>(tasks), 1, *call.context,
              [&](std::size_t task, std::size_t) {
                ssdBackward(back, pass, static_cast<std::int64_t>(task));
              });
    sumTasks(back, pass);
  }
  for (std::int64_t i = 0; i < heads; ++i) {
    const auto add = [&](std::size_t input, float gradient) {
      if (back.input_gradients[input]) back.input_gradients[input](i % sizes.heads()) += gradient;
    };
    add(kSsdRate, pass.rates[i]);
    add(kSsdSkip, pass.skip[i]);
  }
  if (back.initial_gradient) {
    back.initial_gradient->tokens = call.initial ? call.initial->tokens : 0;
    back.initial_gradient->values.assign(pass.state, pass.state + state_elements);
  }
}

}  // namespace

const Mechanism& ssd() {
  static const Ssd mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
