// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_diag.h"

#include <cmath>
#include <limits>

#include "core/base/parallel.h"
#include "core/sequence/diagonal_layout.h"
#include "core/sequence/diagonal_source.h"
#include "core/sequence/transnormer_diag_tiles.h"

namespace lineament::sequence {

namespace {

enum Input : std::size_t { kQuery, kKey, kValue };
enum Option : std::size_t { kActivation, kBlock, kScale };

Description describe() {
  Description about;
  about.id = "transnormer-diag";
  about.title = "DiagAttention (TransNormer)";
  about.summary = "Exact causal attention inside blocks of tokens that do not overlap.";
  about.source = "Qin et al. (2022), The Devil in Linear Transformer";
  about.inputs = attentionInputs();
  about.options = {{.id = "activation",
                    .fallback = 0,
                    .choices = {"softmax", "relu"},
                    .help = "What makes weights of scores"},
                   {.id = "block",
                    .fallback = 64,
                    .lowest = 1,
                    .highest = 256,
                    .whole = true,
                    .help = "Tokens of a block"},
                   scaleOption()};
  return about;
}

template <class T>
DiagRule ruleOf(const Call<T>& call) {
  return {call.options->integer(kBlock),
          static_cast<float>(attentionScale(call.sizes, call.options->real(kScale))),
          call.options->integer(kActivation) == 0};
}

// Keys and values of the open block: what is held of it, then the call's own.
template <class T, class CopyRow>
void storeState(const Call<T>& call, std::int64_t block, CopyRow copyRow) {
  if (call.final == nullptr) return;
  const BlockWindow<T> window{call, block};
  const std::int64_t total = tokensBefore(call) + call.sizes.tokens();
  std::vector<T> values(sizeOf(window.slot(total % block, 0, 0)));
  const std::int64_t first = window.first(window.open());
  for (std::int64_t token = first; token < call.sizes.tokens(); ++token) {
    for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
        T* to = values.data() + window.slot(token - first, b, h);
        if (token < 0) {
          std::copy_n(call.initial->values.data() + window.offset(token, b, h), window.width(), to);
        } else {
          copyRow(kKey, to, call.sizes.keys(), b, token, h);
          copyRow(kValue, to + call.sizes.keys(), call.sizes.values(), b, token, h);
        }
      }
    }
  }
  *call.final = {std::move(values), total};
}

// One token's view of its block in the reference.
struct ReferenceRow {
  const Call<double>& call;
  BlockWindow<double> window;
  std::int64_t batch, head, token;
  std::int64_t first = window.first((window.held + token) / window.block);
  std::vector<double> weights{};

  std::int64_t count() const { return token + 1 - first; }
  const double* key(std::int64_t s) const { return at(s, kKey, 0); }
  const double* value(std::int64_t s) const { return at(s, kValue, call.sizes.keys()); }

  void findWeights(double scale, bool softmax) {
    double highest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t s = first; s <= token; ++s) {
      double score = 0;
      for (std::int64_t c = 0; c < call.sizes.keys(); ++c) {
        score += scale * call.inputs[kQuery](batch, token, head, c) * key(s)[c];
      }
      weights.push_back(softmax ? score : std::max(score, 0.0));
      highest = std::max(highest, score);
    }
    if (!softmax) return;
    for (double& weight : weights) sum += weight = std::exp(weight - highest);
    for (double& weight : weights) weight /= sum;
  }

 private:
  const double* at(std::int64_t s, std::size_t input, std::int64_t part) const {
    if (s >= 0) return call.inputs[input].row(batch, s, head);
    return call.initial->values.data() + window.offset(s, batch, head) + part;
  }
};

template <class Work>
void forRows(const Call<double>& call, Work work) {
  const double scale = attentionScale(call.sizes, call.options->real(kScale));
  const BlockWindow<double> window{call, call.options->integer(kBlock)};
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
      for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
        ReferenceRow row{call, window, b, h, t};
        row.findWeights(scale, call.options->integer(kActivation) == 0);
        work(row);
      }
    }
  }
}

class TransNormerDiag : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  std::vector<StatePart> state(const Sizes& sizes, const Options& options,
                               std::int64_t tokens) const override {
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    return {{"block",
             {size(tokens % options.integer(kBlock)), size(sizes.batch()), size(sizes.heads()),
              size(sizes.keys() + sizes.values())}}};
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;

  double flops(const Sizes& sizes, const Options& options) const override {
    return static_cast<double>(sizes.batch() * sizes.heads() * sizes.tokens() *
                               (sizes.keys() + sizes.values())) *
           (options.real(kBlock) + 1);
  }

 private:
  // Calls work(batch, block) for each block with tokens of the call. Neighbouring heads share pages
  // of memory, so a task has all heads of a block.
  template <class Work>
  void forEachBlock(const Call<float>& call, Work work) const {
    if (call.sizes.tokens() == 0) return;
    const std::int64_t blocks = BlockWindow<float>{call, call.options->integer(kBlock)}.blocks();
    forBlocks(sizeOf(call.sizes.batch() * blocks), 1, *call.context,
              [&](std::size_t begin, std::size_t) {
                const auto item = static_cast<std::int64_t>(begin);
                work(item / blocks, item % blocks);
              });
  }

  // Gradients of a final state go to the inputs and the initial state they were copied from.
  template <class T>
  void spreadFinalGradient(const BackwardCall<T>& back) const;

  Description about_ = describe();
};

void TransNormerDiag::reference(const Call<double>& call) const {
  forRows(call, [&](const ReferenceRow& row) {
    double* output = call.output.row(row.batch, row.token, row.head);
    std::fill_n(output, call.sizes.values(), 0.0);
    for (std::int64_t j = 0; j < row.count(); ++j) {
      for (std::int64_t e = 0; e < call.sizes.values(); ++e) {
        output[e] += row.weights[sizeOf(j)] * row.value(row.first + j)[e];
      }
    }
  });
  storeState(call, call.options->integer(kBlock),
             [&](std::size_t input, double* to, std::int64_t width, auto... at) {
               std::copy_n(call.inputs[input].row(at...), width, to);
             });
}

void TransNormerDiag::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const bool softmax = call.options->integer(kActivation) == 0;
  const double scale = attentionScale(call.sizes, call.options->real(kScale));
  spreadFinalGradient(back);
  forRows(call, [&](const ReferenceRow& row) {
    const double* above = back.output_gradient.row(row.batch, row.token, row.head);
    const auto gradientOf = [&](std::size_t input, std::int64_t s) -> double* {
      if (s < 0) {
        return back.initial_gradient == nullptr ? nullptr
                                                : back.initial_gradient->values.data() +
                                                      row.window.offset(s, row.batch, row.head) +
                                                      (input == kValue ? call.sizes.keys() : 0);
      }
      const auto& to = back.input_gradients[input];
      return to ? to.row(row.batch, s, row.head) : nullptr;
    };
    std::vector<double> slopes(row.weights.size());
    double mean = 0;
    for (std::size_t j = 0; j < slopes.size(); ++j) {
      const std::int64_t s = row.first + static_cast<std::int64_t>(j);
      double* value = gradientOf(kValue, s);
      for (std::int64_t e = 0; e < call.sizes.values(); ++e) {
        slopes[j] += above[e] * row.value(s)[e];
        if (value != nullptr) value[e] += row.weights[j] * above[e];
      }
      mean += row.weights[j] * slopes[j];
    }
    for (std::size_t j = 0; j < slopes.size(); ++j) {
      const std::int64_t s = row.first + static_cast<std::int64_t>(j);
      const double along = scale * (softmax ? row.weights[j] * (slopes[j] - mean)
                                            : (row.weights[j] > 0 ? slopes[j] : 0));
      double* key = gradientOf(kKey, s);
      double* query = gradientOf(kQuery, row.token);
      for (std::int64_t c = 0; c < call.sizes.keys(); ++c) {
        if (key != nullptr)
          key[c] += along * call.inputs[kQuery](row.batch, row.token, row.head, c);
        if (query != nullptr) query[c] += along * row.key(s)[c];
      }
    }
  });
}

template <class T>
void TransNormerDiag::spreadFinalGradient(const BackwardCall<T>& back) const {
  const Call<T>& call = back.forward;
  const BlockWindow<T> window{call, call.options->integer(kBlock)};
  if (back.initial_gradient != nullptr) {
    const std::int64_t before = tokensBefore(call);
    back.initial_gradient->tokens = before;
    back.initial_gradient->values.assign(elementsOf(state(call.sizes, *call.options, before)),
                                         T{0});
  }
  if (back.final_gradient == nullptr) return;
  const std::int64_t first = window.first(window.open()), keys = call.sizes.keys();
  for (std::int64_t token = first; token < call.sizes.tokens(); ++token) {
    for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
        const T* from = back.final_gradient->values.data() + window.slot(token - first, b, h);
        const auto add = [&](T* to, const T* row, std::int64_t width) {
          for (std::int64_t c = 0; to != nullptr && c < width; ++c) to[c] += row[c];
        };
        if (token < 0) {
          if (back.initial_gradient == nullptr) continue;
          add(back.initial_gradient->values.data() + window.offset(token, b, h), from,
              window.width());
          continue;
        }
        const auto rowOf = [&](const View<T>& to) { return to ? to.row(b, token, h) : nullptr; };
        add(rowOf(back.input_gradients[kKey]), from, keys);
        add(rowOf(back.input_gradients[kValue]), from + keys, call.sizes.values());
      }
    }
  }
}

void TransNormerDiag::fast(const Call<float>& call) const {
  const DiagRule rule = ruleOf(call);
  forEachBlock(
      call, [&](std::int64_t batch, std::int64_t index) { diagBlock(call, rule, batch, index); });
  storeState(call, rule.block, [&](std::size_t input, float* to, std::int64_t width, auto... at) {
    const float* row = call.inputs[input].row(to, width, at...);
    if (row != to) std::copy_n(row, width, to);
  });
}

void TransNormerDiag::fastBackward(const BackwardCall<float>& back) const {
  const DiagRule rule = ruleOf(back.forward);
  spreadFinalGradient(back);
  forEachBlock(back.forward, [&](std::int64_t batch, std::int64_t index) {
    diagBlockBackward(back, rule, batch, index);
  });
}

}  // namespace

const Mechanism& transNormerDiag() {
  static const TransNormerDiag mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
