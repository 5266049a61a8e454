// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_norm.h"

#include <cmath>
#include <functional>

#include "core/base/parallel.h"
#include "core/sequence/diagonal_layout.h"
#include "core/sequence/diagonal_mechanism.h"
#include "core/sequence/transnormer_norm_tiles.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kMap };

constexpr double kEps = static_cast<double>(kTransNormerEps);
constexpr std::size_t kTokenBlock = 256;

Description describe() {
  Description about;
  about.id = "transnormer-norm";
  about.title = "NormAttention (TransNormer)";
  about.summary = "S = S + phi(k)'v, o = norm over all heads of phi(q) S: no denominator.";
  about.source = "Qin et al. (2022), The Devil in Linear Transformer";
  about.inputs = attentionInputs();
  about.options = {{.id = "feature_map",
                    .fallback = static_cast<double>(FeatureMap::elu_plus_one),
                    .choices = featureMapNames(),
                    .help = "What queries and keys are put through"}};
  return about;
}

// r_t of one token, from its outputs of all heads, by the definition.
template <class Row>
double normOf(const Sizes& sizes, Row row) {
  double squares = 0;
  for (std::int64_t h = 0; h < sizes.heads(); ++h) {
    const auto* numbers = row(h);
    for (std::int64_t e = 0; e < sizes.values(); ++e) {
      squares += static_cast<double>(numbers[e]) * static_cast<double>(numbers[e]);
    }
  }
  return std::sqrt(squares / static_cast<double>(sizes.heads() * sizes.values())) + kEps;
}

// From the gradients by o to those by u, of one token: with N = heads value,
//   du = do / r - o (o . do) / (N (r - eps)),   0 where u is 0.
template <class Output, class Above, class To>
void normGradient(const Sizes& sizes, double norm, Output output, Above above, To to) {
  double along = 0;
  for (std::int64_t h = 0; h < sizes.heads(); ++h) {
    for (std::int64_t e = 0; e < sizes.values(); ++e) {
      along += static_cast<double>(output(h)[e]) * static_cast<double>(above(h)[e]);
    }
  }
  const double width = static_cast<double>(sizes.heads() * sizes.values());
  const bool silent = norm <= kEps;
  const double back = silent ? 0 : along / (width * (norm - kEps));
  for (std::int64_t h = 0; h < sizes.heads(); ++h) {
    for (std::int64_t e = 0; e < sizes.values(); ++e) {
      const double gradient =
          static_cast<double>(above(h)[e]) / norm - static_cast<double>(output(h)[e]) * back;
      to(h)[e] = silent ? 0 : gradient;
    }
  }
}

template <class Work>
void forTokens(const Sizes& sizes, Work work) {
  for (std::int64_t b = 0; b < sizes.batch(); ++b) {
    for (std::int64_t t = 0; t < sizes.tokens(); ++t) work(b, t);
  }
}

// Calls work(begin, end) for blocks of all tokens, several at once.
void forTokenBlocks(const Call<float>& call,
                    const std::function<void(std::int64_t, std::int64_t)>& work) {
  forBlocks(sizeOf(call.sizes.batch() * call.sizes.tokens()), kTokenBlock, *call.context,
            [&](std::size_t begin, std::size_t end) {
              work(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
            });
}

class TransNormerNorm : public DiagonalMechanism {
 public:
  TransNormerNorm() : DiagonalMechanism(describe()) {}

  void reference(const Call<double>& call) const override {
    DiagonalMechanism::reference(call);
    forTokens(call.sizes, [&](std::int64_t b, std::int64_t t) {
      const auto row = [&](std::int64_t h) { return call.output.row(b, t, h); };
      const double norm = normOf(call.sizes, row);
      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
        for (std::int64_t e = 0; e < call.sizes.values(); ++e) row(h)[e] /= norm;
      }
    });
  }

  void referenceBackward(const BackwardCall<double>& back) const override {
    const Call<double>& call = back.forward;
    const Strides strides = contiguousStrides(description().output, call.sizes);
    std::vector<double> outputs(sizeOf(elementsOf(description().output, call.sizes)));
    std::vector<double> gradients(outputs.size());
    const View<double> output{outputs.data(), strides}, gradient{gradients.data(), strides};
    Call<double> again = call;
    again.output = output;
    again.final = nullptr;
    DiagonalMechanism::reference(again);
    forTokens(call.sizes, [&](std::int64_t b, std::int64_t t) {
      const auto row = [&](std::int64_t h) { return output.row(b, t, h); };
      const double norm = normOf(call.sizes, row);
      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
        for (std::int64_t e = 0; e < call.sizes.values(); ++e) row(h)[e] /= norm;
      }
      normGradient(
          call.sizes, norm, row, [&](std::int64_t h) { return back.output_gradient.row(b, t, h); },
          [&](std::int64_t h) { return gradient.row(b, t, h); });
    });
    BackwardCall<double> inner = back;
    inner.output_gradient = {gradients.data(), strides};
    DiagonalMechanism::referenceBackward(inner);
  }

  void fast(const Call<float>& call) const override {
    Call<float> inner = call;
    if (!call.kept.empty()) inner.kept = call.kept.first(engineKept(call));
    DiagonalMechanism::fast(inner);
    finish(call);
  }

  void step(const Call<float>& call, State<float>& state) const override {
    DiagonalMechanism::step(call, state);
    finish(call);
  }

  // The engine's numbers, and each token's r.
  std::size_t keptElements(const Sizes& sizes, const Options& options) const override {
    return DiagonalMechanism::keptElements(sizes, options) + sizeOf(sizes.batch() * sizes.tokens());
  }

  // Holds a gradient of the output's size while it runs.
  void fastBackward(const BackwardCall<float>& back) const override {
    const Call<float>& call = back.forward;
    const Strides strides = contiguousStrides(description().output, call.sizes);
    Workspace work;
    float* gradients = work.numbers(sizeOf(elementsOf(description().output, call.sizes))).data();
    const View<float> gradient{gradients, strides};
    const std::span<const float> norms = call.kept.subspan(engineKept(call));
    forTokenBlocks(call, [&](std::int64_t begin, std::int64_t end) {
      normGradients(back, begin, end, norms.data(), gradient);
    });
    BackwardCall<float> inner = back;
    inner.forward.kept = call.kept.first(engineKept(call));
    inner.output_gradient = {gradients, strides};
    DiagonalMechanism::fastBackward(inner);
  }

  std::vector<double> attention(const Call<double>& call, std::int64_t batch,
                                std::int64_t head) const override {
    Call<double> all = call;
    std::vector<double> outputs(sizeOf(elementsOf(description().output, call.sizes)));
    all.output = {outputs.data(), contiguousStrides(description().output, call.sizes)};
    all.initial = nullptr;
    all.final = nullptr;
    DiagonalMechanism::reference(all);
    const std::int64_t tokens = call.sizes.tokens();
    const FeatureMap map = rule(call.sizes, *call.options).map;
    std::vector<double> weights(sizeOf(tokens * tokens));
    for (std::int64_t t = 0; t < tokens; ++t) {
      const double norm =
          normOf(call.sizes, [&](std::int64_t h) { return all.output.row(batch, t, h); });
      for (std::int64_t s = 0; s <= t; ++s) {
        double score = 0;
        for (std::int64_t c = 0; c < call.sizes.keys(); ++c) {
          score += mapped(map, call.inputs[0](batch, t, head, c)) *
                   mapped(map, call.inputs[1](batch, s, head, c));
        }
        weights[sizeOf(t * tokens + s)] = score / norm;
      }
    }
    return weights;
  }

 protected:
  DiagonalRule rule(const Sizes&, const Options& options) const override {
    return {.map = static_cast<FeatureMap>(options.integer(kMap))};
  }

 private:
  std::size_t engineKept(const Call<float>& call) const {
    return DiagonalMechanism::keptElements(call.sizes, *call.options);
  }

  // Normalises the outputs where they lie.
  void finish(const Call<float>& call) const {
    float* norms = call.kept.empty() ? nullptr : call.kept.data() + engineKept(call);
    forTokenBlocks(call, [&](std::int64_t begin, std::int64_t end) {
      divideByNorms(call, begin, end, norms);
    });
  }
};

}  // namespace

const Mechanism& transNormerNorm() {
  static const TransNormerNorm mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
