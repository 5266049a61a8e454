// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/parallel.h"
#include "core/sequence/softmax_tiles.h"

namespace lineament::sequence {

namespace {

enum Input : std::size_t { kQuery, kKey, kValue };
enum Option : std::size_t { kScale };

Description describe() {
  using Role = OperandSpec::Role;
  const Dims key_dims{Dim::batch, Dim::token, Dim::head, Dim::key};
  const Dims value_dims{Dim::batch, Dim::token, Dim::head, Dim::value};
  Description about;
  about.id = "softmax";
  about.title = "Softmax attention";
  about.summary = "Every token reads all tokens before it, weighted by softmax(scale q k').";
  about.source = "Vaswani et al. (2017), Attention is all you need";
  about.inputs = {{.name = "q", .dims = key_dims, .role = Role::query, .help = "Queries"},
                  {.name = "k", .dims = key_dims, .role = Role::key, .help = "Keys"},
                  {.name = "v", .dims = value_dims, .role = Role::value, .help = "Values"}};
  about.options = {{.id = "scale",
                    .fallback = 0,
                    .lowest = 0,
                    .highest = 1e6,
                    .help = "Factor of the scores; 0 takes 1 / sqrt(key width)"}};
  return about;
}

template <class T>
T scaleOf(const Call<T>& call) {
  const double given = call.options->real(kScale);
  return static_cast<T>(given > 0 ? given : 1 / std::sqrt(static_cast<double>(call.sizes.keys())));
}

// Keys and values before and in a call: those of the state first.
template <class T>
struct Past {
  const T* cache = nullptr;
  std::int64_t tokens = 0;
  std::int64_t batch_size, heads, width;

  explicit Past(const Call<T>& call)
      : batch_size(call.sizes.batch()),
        heads(call.sizes.heads()),
        width(call.sizes.keys() + call.sizes.values()) {
    if (call.initial == nullptr) return;
    cache = call.initial->values.data();
    tokens = call.initial->tokens;
  }
  std::int64_t offset(std::int64_t token, std::int64_t batch, std::int64_t head) const {
    return ((token * batch_size + batch) * heads + head) * width;
  }
  const T* key(std::int64_t token, std::int64_t batch, std::int64_t head) const {
    return cache + offset(token, batch, head);
  }
};

// The state after the call: the state before it with the call's keys and values behind.
template <class T, class CopyKey, class CopyValue>
void appendState(const Call<T>& call, CopyKey copy_key, CopyValue copy_value) {
  if (call.final == nullptr) return;
  const Past<T> past(call);
  const std::int64_t total = past.tokens + call.sizes.tokens();
  std::vector<T> values = call.initial ? call.initial->values : std::vector<T>{};
  values.resize(static_cast<std::size_t>(past.offset(total, 0, 0)));
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    for (std::int64_t b = 0; b < past.batch_size; ++b) {
      for (std::int64_t h = 0; h < past.heads; ++h) {
        T* to = values.data() + past.offset(past.tokens + t, b, h);
        copy_key(to, b, t, h);
        copy_value(to + call.sizes.keys(), b, t, h);
      }
    }
  }
  call.final->values = std::move(values);
  call.final->tokens = total;
}

class Softmax : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  std::vector<StatePart> state(const Sizes& sizes, const Options&,
                               std::int64_t tokens) const override {
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    return {{"cache",
             {size(tokens), size(sizes.batch()), size(sizes.heads()),
              size(sizes.keys() + sizes.values())}}};
  }

  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& call) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& call) const override;

  // The logarithm of each row's sum of exponentials.
  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    return static_cast<std::size_t>(sizes.batch() * sizes.heads() * sizes.tokens());
  }

  double flops(const Sizes& sizes, const Options&) const override {
    const auto tokens = static_cast<double>(sizes.tokens());
    return static_cast<double>(sizes.batch() * sizes.heads() * (sizes.keys() + sizes.values())) *
           tokens * (tokens + 1);
  }

 private:
  Description about_ = describe();
};

// The definition. Calls row(b, h, t, weights): weights[j] is the share of token j, counted from the
// first token of the state.
template <class Row>
void forRows(const Call<double>& call, Row row) {
  const auto& q = call.inputs[kQuery];
  const auto& k = call.inputs[kKey];
  const Past<double> past(call);
  const double scale = scaleOf(call);
  for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
    for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
      for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
        std::vector<double> weights(static_cast<std::size_t>(past.tokens + t + 1));
        double highest = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::int64_t j = 0; j < past.tokens + t + 1; ++j) {
          const double* key = j < past.tokens ? past.key(j, b, h) : k.row(b, j - past.tokens, h);
          double score = 0;
          for (std::int64_t d = 0; d < call.sizes.keys(); ++d) score += q(b, t, h, d) * key[d];
          weights[static_cast<std::size_t>(j)] = scale * score;
          highest = std::max(highest, scale * score);
        }
        for (double& weight : weights) sum += weight = std::exp(weight - highest);
        for (double& weight : weights) weight /= sum;
        row(b, h, t, weights);
      }
    }
  }
}

void Softmax::reference(const Call<double>& call) const {
  const auto& v = call.inputs[kValue];
  const Past<double> past(call);
  const std::int64_t width = call.sizes.values();
  forRows(call,
          [&](std::int64_t b, std::int64_t h, std::int64_t t, const std::vector<double>& weights) {
            double* o = call.output.row(b, t, h);
            std::fill_n(o, width, 0.0);
            for (std::int64_t j = 0; j < past.tokens + t + 1; ++j) {
              const double* value = j < past.tokens ? past.key(j, b, h) + call.sizes.keys()
                                                    : v.row(b, j - past.tokens, h);
              for (std::int64_t e = 0; e < width; ++e)
                o[e] += weights[static_cast<std::size_t>(j)] * value[e];
            }
          });
  appendState(
      call,
      [&](double* to, auto... at) {
        std::copy_n(call.inputs[kKey].row(at...), call.sizes.keys(), to);
      },
      [&](double* to, auto... at) {
        std::copy_n(call.inputs[kValue].row(at...), call.sizes.values(), to);
      });
}

// dV = P' dO, dS = P * (dO V' - rowsum(P * dO V')), dQ = scale dS K, dK = scale dS' Q.
void Softmax::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const Past<double> past(call);
  const double scale = scaleOf(call);
  const std::int64_t keys = call.sizes.keys(), values = call.sizes.values();
  // Gradients of all keys and values in the layout of the final state.
  std::vector<double> cache(
      static_cast<std::size_t>(past.offset(past.tokens + call.sizes.tokens(), 0, 0)));
  if (back.final_gradient) cache = back.final_gradient->values;
  forRows(call, [&](std::int64_t b, std::int64_t h, std::int64_t t,
                    const std::vector<double>& weights) {
    const double* above = back.output_gradient.row(b, t, h);
    const double* query = call.inputs[kQuery].row(b, t, h);
    std::vector<double> score_gradient(weights.size());
    double mean = 0;
    const auto keyOf = [&](std::int64_t j) {
      return j < past.tokens ? past.key(j, b, h) : call.inputs[kKey].row(b, j - past.tokens, h);
    };
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const auto token = static_cast<std::int64_t>(j);
      const double* value = token < past.tokens
                                ? past.key(token, b, h) + keys
                                : call.inputs[kValue].row(b, token - past.tokens, h);
      double* value_gradient = cache.data() + past.offset(token, b, h) + keys;
      for (std::int64_t e = 0; e < values; ++e) {
        score_gradient[j] += above[e] * value[e];
        value_gradient[e] += weights[j] * above[e];
      }
      mean += weights[j] * score_gradient[j];
    }
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const auto token = static_cast<std::int64_t>(j);
      const double along = scale * weights[j] * (score_gradient[j] - mean);
      double* key_gradient = cache.data() + past.offset(token, b, h);
      for (std::int64_t d = 0; d < keys; ++d) {
        key_gradient[d] += along * query[d];
        if (back.input_gradients[kQuery]) {
          back.input_gradients[kQuery](b, t, h, d) += along * keyOf(token)[d];
        }
      }
    }
  });
  for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
    for (std::int64_t b = 0; b < call.sizes.batch(); ++b) {
      for (std::int64_t h = 0; h < call.sizes.heads(); ++h) {
        const double* from = cache.data() + past.offset(past.tokens + t, b, h);
        const auto add = [&](const View<double>& to, const double* part, std::int64_t width) {
          for (std::int64_t d = 0; to && d < width; ++d) to(b, t, h, d) += part[d];
        };
        add(back.input_gradients[kKey], from, keys);
        add(back.input_gradients[kValue], from + keys, values);
      }
    }
  }
  if (back.initial_gradient) {
    cache.resize(static_cast<std::size_t>(past.offset(past.tokens, 0, 0)));
    *back.initial_gradient = {std::move(cache), past.tokens};
  }
}

void Softmax::fast(const Call<float>& call) const {
  const std::int64_t tokens = call.sizes.tokens(), heads = call.sizes.heads();
  const std::int64_t queries = softmaxQueryTile(tokens), tiles = (tokens + queries - 1) / queries;
  const float scale = scaleOf(call);
  forBlocks(static_cast<std::size_t>(call.sizes.batch() * heads * tiles), 1, *call.context,
            [&](std::size_t begin, std::size_t) {
              const auto item = static_cast<std::int64_t>(begin);
              softmaxTile(call, scale, item / tiles / heads, item / tiles % heads,
                          item % tiles * queries);
            });
  appendState(
      call,
      [&](float* to, auto... at) {
        const float* row = call.inputs[kKey].row(to, call.sizes.keys(), at...);
        if (row != to) std::copy_n(row, call.sizes.keys(), to);
      },
      [&](float* to, auto... at) {
        const float* row = call.inputs[kValue].row(to, call.sizes.values(), at...);
        if (row != to) std::copy_n(row, call.sizes.values(), to);
      });
}

void Softmax::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const std::int64_t heads = call.sizes.heads();
  const float scale = scaleOf(call);
  if (back.initial_gradient) {
    const std::int64_t past = call.initial ? call.initial->tokens : 0;
    back.initial_gradient->tokens = past;
    back.initial_gradient->values.assign(elementsOf(state(call.sizes, *call.options, past)), 0.0f);
  }
  forBlocks(static_cast<std::size_t>(call.sizes.batch() * heads), 1, *call.context,
            [&](std::size_t begin, std::size_t) {
              const auto item = static_cast<std::int64_t>(begin);
              softmaxBackwardHead(back, scale, item / heads, item % heads);
            });
}

}  // namespace

const Mechanism& softmaxAttention() {
  static const Softmax mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
