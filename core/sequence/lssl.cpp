// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lssl.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "core/sequence/heads.h"
#include "core/sequence/legendre.h"
#include "core/sequence/lssl_convolution.h"
#include "core/sequence/lssl_tiles.h"

namespace lineament::sequence {

namespace {

enum class LsslViewChoice : std::int64_t { automatic, recurrence, convolution };

LsslViewChoice viewOf(const Options& options) {
  return static_cast<LsslViewChoice>(options.integer(kLsslView));
}

Description describe() {
  using Role = OperandSpec::Role;
  Description about;
  about.id = "lssl";
  about.title = "LSSL";
  about.summary = "x = Ab x + Bb u, y = C x + D u with HiPPO-LegS in steps of dt for each feature";
  about.source =
      "Gu et al. (2021), Combining recurrent, convolutional, and continuous-time models with "
      "linear state-space layers";
  about.inputs = {{.name = "u",
                   .dims = {Dim::batch, Dim::token, Dim::head},
                   .role = Role::value,
                   .help = "The signal of each feature"},
                  {.name = "C",
                   .dims = {Dim::head, Dim::channel, Dim::key},
                   .role = Role::weight,
                   .help = "What each channel reads"},
                  {.name = "dt",
                   .dims = {Dim::head},
                   .role = Role::weight,
                   .draw = Draw::step,
                   .lowest = 0,
                   .help = "Step size of each feature; give at least 0"},
                  {.name = "D",
                   .dims = {Dim::head, Dim::channel},
                   .role = Role::weight,
                   .optional = true,
                   .help = "Share of the input that goes straight to the output"}};
  about.output = {Dim::batch, Dim::token, Dim::head, Dim::channel};
  about.options = {{.id = "alpha",
                    .fallback = 0.5,
                    .lowest = 0,
                    .highest = 1,
                    .help = "Discretisation: 0 forward Euler, 0.5 bilinear, 1 backward Euler"},
                   {.id = "rate",
                    .fallback = 1,
                    .lowest = 1e-6,
                    .highest = 1e6,
                    .help = "Factor of every dt, for signals sampled at another rate"},
                   {.id = "view",
                    .choices = {"auto", "recurrence", "convolution"},
                    .help = "How the fast form goes about it"}};
  return about;
}

// One feature of one batch entry, by the definition.
struct Track {
  std::int64_t batch, head;
  DiscreteLegendre system;
  std::vector<Eigen::VectorXd> states;  // before each token and behind the last

  Track(const Call<double>& call, std::int64_t b, std::int64_t h, bool slopes)
      : batch(b),
        head(h),
        system(discretise(call.sizes.keys(),
                          call.options->real(kLsslRate) * call.inputs[kLsslStep](h),
                          call.options->real(kLsslAlpha), slopes)) {
    const std::int64_t width = call.sizes.keys();
    states.emplace_back(Eigen::VectorXd::Zero(width));
    if (call.initial) {
      states.back() = Eigen::Map<const Eigen::VectorXd>(
          call.initial->values.data() + (b * call.sizes.heads() + h) * width, width);
    }
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      states.emplace_back(system.transition * states.back() +
                          system.input * call.inputs[kLsslU](b, t, h));
    }
  }
};

class Lssl : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  Sizes suited(const Sizes& wanted) const override {
    Sizes sizes = wanted;
    sizes[Dim::value] = sizes[Dim::channel] = 1;
    return sizes;
  }

  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    return {{"x", {size(sizes.batch()), size(sizes.heads()), size(sizes.keys()), 1}, true}};
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;
  std::vector<double> attention(const Call<double>& call, std::int64_t batch,
                                std::int64_t head) const override;

  // The diagonal of a lower triangular matrix.
  std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t,
                                               std::int64_t head, std::int64_t) const override {
    const DiscreteLegendre system =
        discretise(call.sizes.keys(), call.options->real(kLsslRate) * call.inputs[kLsslStep](head),
                   call.options->real(kLsslAlpha), false);
    const Eigen::VectorXd diagonal = system.transition.diagonal();
    return {diagonal.begin(), diagonal.end()};
  }

  // Of the recurrence: the state before each block of tokens.
  std::size_t keptElements(const Sizes& sizes, const Options& options) const override {
    if (viewOf(options) == LsslViewChoice::convolution) return 0;
    const std::int64_t blocks = (sizes.tokens() + kLsslBlock - 1) / kLsslBlock;
    return static_cast<std::size_t>(sizes.batch() * blocks * sizes.keys() * sizes.heads());
  }

  // Of the recurrence: three multiply-adds and two products for each state, and its reading.
  double flops(const Sizes& sizes, const Options&) const override {
    const double each = 6 + 2 * static_cast<double>(sizes[Dim::channel]);
    return each * static_cast<double>(sizes.batch() * sizes.tokens()) *
           static_cast<double>(sizes.heads() * sizes.keys());
  }

 private:
  Description about_ = describe();
};

void Lssl::reference(const Call<double>& call) const {
  std::vector<double> final;
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
      const Track track(call, b, h, false);
      for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
        const Eigen::VectorXd& x = track.states[static_cast<std::size_t>(t + 1)];
        for (std::int64_t m = 0; m < call.sizes[Dim::channel]; ++m) {
          const Eigen::Map<const Eigen::VectorXd> read(call.inputs[kLsslC].row(h, m), x.size());
          double y = read.dot(x);
          if (call.inputs[kLsslSkip]) {
            y += call.inputs[kLsslSkip](h, m) * call.inputs[kLsslU](b, t, h);
          }
          call.output(b, t, h, m) = y;
        }
      }
      final.insert(final.end(), track.states.back().begin(), track.states.back().end());
    }
  }
  if (call.final) *call.final = {std::move(final), tokensAfter(call)};
}

// dL/dx_t = C' dy_t + Ab' dL/dx_{t+1}; dL/dAb = sum_t dL/dx_t x_{t-1}', dL/dBb = sum_t dL/dx_t u_t.
void Lssl::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const std::int64_t width = call.sizes.keys();
  const auto add = [&](std::size_t input, double gradient, auto... at) {
    if (back.input_gradients[input]) back.input_gradients[input](at...) += gradient;
  };
  if (back.initial_gradient) {
    *back.initial_gradient = {std::vector<double>(elementsOf(state(call.sizes, *call.options, 0))),
                              call.initial ? call.initial->tokens : 0};
  }
  for (std::int64_t i = 0; i < call.sizes.batch() * call.sizes.heads(); ++i) {
    const Track track(call, i / call.sizes.heads(), i % call.sizes.heads(), true);
    const std::int64_t b = track.batch, h = track.head;
    Eigen::VectorXd dx = Eigen::VectorXd::Zero(width), by_input = dx;
    RowMatrix by_transition = RowMatrix::Zero(width, width);
    if (back.final_gradient) {
      dx = Eigen::Map<const Eigen::VectorXd>(back.final_gradient->values.data() + i * width, width);
    }
    for (std::int64_t t = call.sizes.tokens() - 1; t >= 0; --t) {
      const double u = call.inputs[kLsslU](b, t, h);
      double by_skip = 0;
      for (std::int64_t m = 0; m < call.sizes[Dim::channel]; ++m) {
        const double above = back.output_gradient(b, t, h, m);
        for (std::int64_t n = 0; n < width; ++n) {
          dx[n] += above * call.inputs[kLsslC](h, m, n);
          add(kLsslC, above * track.states[static_cast<std::size_t>(t + 1)][n], h, m, n);
        }
        add(kLsslSkip, above * u, h, m);
        if (call.inputs[kLsslSkip]) by_skip += above * call.inputs[kLsslSkip](h, m);
      }
      by_transition += dx * track.states[static_cast<std::size_t>(t)].transpose();
      by_input += dx * u;
      add(kLsslU, dx.dot(track.system.input) + by_skip, b, t, h);
      dx = track.system.transition.transpose() * dx;
    }
    const double by_step = by_transition.cwiseProduct(track.system.transition_slope).sum() +
                           by_input.dot(track.system.input_slope);
    add(kLsslStep, call.options->real(kLsslRate) * by_step, h);
    if (back.initial_gradient) {
      std::copy(dx.begin(), dx.end(), back.initial_gradient->values.begin() + i * width);
    }
  }
}

std::vector<double> Lssl::attention(const Call<double>& call, std::int64_t,
                                    std::int64_t head) const {
  const std::int64_t tokens = call.sizes.tokens();
  const Eigen::Map<const Eigen::VectorXd> read(call.inputs[kLsslC].row(head, 0), call.sizes.keys());
  const DiscreteLegendre system =
      discretise(call.sizes.keys(), call.options->real(kLsslRate) * call.inputs[kLsslStep](head),
                 call.options->real(kLsslAlpha), false);
  std::vector<double> weights(static_cast<std::size_t>(tokens * tokens));
  Eigen::VectorXd x = system.input;
  for (std::int64_t lag = 0; lag < tokens; ++lag) {
    double weight = read.dot(x);
    if (lag == 0 && call.inputs[kLsslSkip]) weight += call.inputs[kLsslSkip](head, 0);
    for (std::int64_t t = lag; t < tokens; ++t) {
      weights[static_cast<std::size_t>(t * tokens + t - lag)] = weight;
    }
    x = system.transition * x;
  }
  return weights;
}

// Calls work(first, end of features) for all tasks: strips as wide as leave every thread one, so
// that rows of memory come in long pieces. What a feature comes to does not depend on them.
template <class Work>
void forFeatures(const Call<float>& call, const Work& work) {
  const std::int64_t heads = call.sizes.heads();
  const std::int64_t line_of_each = kLsslFeatures * threadsOf(*call.context);
  const std::int64_t lines = (heads + line_of_each - 1) / line_of_each;
  const std::int64_t strip = std::clamp(lines * kLsslFeatures, kLsslFeatures, kLsslStrip);
  forBlocks(static_cast<std::size_t>((heads + strip - 1) / strip), 1, *call.context,
            [&](std::size_t task, std::size_t) {
              const std::int64_t first = static_cast<std::int64_t>(task) * strip;
              work(first, std::min(first + strip, heads));
            });
}

void Lssl::fast(const Call<float>& call) const {
  if (call.final) {
    call.final->tokens = tokensAfter(call);
    call.final->values.resize(elementsOf(state(call.sizes, *call.options, 0)));
  }
  if (viewOf(*call.options) == LsslViewChoice::convolution) {
    lsslConvolution(call);
  } else {
    forFeatures(call, [&](std::int64_t first, std::int64_t end) { lsslForward(call, first, end); });
  }
}

void Lssl::step(const Call<float>& call, State<float>& state) const {
  Call<float> one = call;
  one.initial = &state;
  one.final = &state;
  // Many batch entries to a task: finding the coefficients costs as much as a few steps.
  constexpr std::int64_t kEntries = 256;
  const std::int64_t batch = call.sizes.batch(), heads = call.sizes.heads();
  const std::int64_t strips = (heads + kLsslStrip - 1) / kLsslStrip;
  forBlocks(static_cast<std::size_t>(strips * ((batch + kEntries - 1) / kEntries)), 1,
            *call.context, [&](std::size_t task, std::size_t) {
              const auto i = static_cast<std::int64_t>(task);
              const std::int64_t first = i % strips * kLsslStrip, begin = i / strips * kEntries;
              lsslStep(one, first, std::min(first + kLsslStrip, heads), begin,
                       std::min(begin + kEntries, batch));
            });
  ++state.tokens;
}

void Lssl::fastBackward(const BackwardCall<float>& back) const {
  if (back.initial_gradient) {
    back.initial_gradient->tokens = back.forward.initial ? back.forward.initial->tokens : 0;
    back.initial_gradient->values.resize(
        elementsOf(state(back.forward.sizes, *back.forward.options, 0)));
  }
  if (viewOf(*back.forward.options) == LsslViewChoice::convolution) {
    lsslConvolutionBackward(back);
  } else {
    forFeatures(back.forward,
                [&](std::int64_t first, std::int64_t end) { lsslAdjoint(back, first, end); });
  }
}

}  // namespace

const Mechanism& lssl() {
  static const Lssl mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
