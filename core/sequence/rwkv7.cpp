// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/rwkv7.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "core/base/decompositions.h"
#include "core/base/parallel.h"
#include "core/sequence/delta_place.h"
#include "core/sequence/rwkv7_tiles.h"

namespace lineament::sequence {

namespace {

Description describe() {
  using Role = OperandSpec::Role;
  const Dims key_dims{Dim::batch, Dim::token, Dim::head, Dim::key};
  Description about;
  about.id = "rwkv7";
  about.title = "RWKV-7";
  about.summary =
      "S = diag(w) S - (a kappa)'(kappa S) + k'v: decay, removal and writing by channel.";
  about.source = "Peng et al. (2025), RWKV-7 Goose with expressive dynamic state evolution";
  about.inputs = {
      {.name = "q", .dims = key_dims, .role = Role::query, .help = "Queries, the paper's r"},
      {.name = "k",
       .dims = key_dims,
       .role = Role::key,
       .draw = Draw::small_normal,
       .help = "Keys under which values are written"},
      {.name = "v",
       .dims = {Dim::batch, Dim::token, Dim::head, Dim::value},
       .role = Role::value,
       .help = "Values"},
      {.name = "g",
       .dims = key_dims,
       .role = Role::log_decay,
       .draw = Draw::log_decay,
       .highest = 0,
       .infinite = true,
       .help = "Natural log of each channel's decay: 0 keeps, minus infinity forgets"},
      {.name = "kappa",
       .dims = key_dims,
       .role = Role::key,
       .draw = Draw::unit_rows,
       .help = "Keys of removal, of unit length"},
      {.name = "a",
       .dims = key_dims,
       .role = Role::beta,
       .draw = Draw::sigmoid,
       .lowest = 0,
       .highest = 1,
       .help = "Share that is removed, for each channel, from 0 to 1"}};
  about.options = {{.id = "scale",
                    .fallback = 1,
                    .lowest = 1e-6,
                    .highest = 1e6,
                    .help = "Factor of the outputs"}};
  return about;
}

// One token of one head in double precision.
struct Token {
  const double *query, *key, *value, *log_decay, *removal, *rate;
  std::int64_t keys, values;
  double scale;

  Token(const Call<double>& call, std::int64_t batch, std::int64_t token, std::int64_t head)
      : keys(call.sizes.keys()), values(call.sizes.values()), scale(call.options->real(0)) {
    const auto row = [&](Rwkv7Input input) {
      return call.inputs[static_cast<std::size_t>(input)].row(batch, token, head);
    };
    query = row(Rwkv7Input::query);
    key = row(Rwkv7Input::key);
    value = row(Rwkv7Input::value);
    log_decay = row(Rwkv7Input::log_decay);
    removal = row(Rwkv7Input::removal);
    rate = row(Rwkv7Input::rate);
  }

  // kappa S
  std::vector<double> recall(const double* state) const {
    std::vector<double> sum(static_cast<std::size_t>(values));
    for (std::int64_t d = 0; d < keys; ++d) {
      for (std::int64_t e = 0; e < values; ++e) {
        sum[static_cast<std::size_t>(e)] += removal[d] * state[d * values + e];
      }
    }
    return sum;
  }

  void advance(double* state) const {
    const std::vector<double> recalled = recall(state);
    for (std::int64_t d = 0; d < keys; ++d) {
      const double keep = std::exp(log_decay[d]);
      for (std::int64_t e = 0; e < values; ++e) {
        double& s = state[d * values + e];
        s = keep * s - rate[d] * removal[d] * recalled[static_cast<std::size_t>(e)] +
            key[d] * value[e];
      }
    }
  }

  void read(const double* state, double* out) const {
    std::fill_n(out, values, 0.0);
    for (std::int64_t d = 0; d < keys; ++d) {
      for (std::int64_t e = 0; e < values; ++e) out[e] += scale * query[d] * state[d * values + e];
    }
  }
};

// The gradients of one token, each added to; null: not wanted.
struct TokenSlopes {
  double *query, *key, *value, *log_decay, *removal, *rate;

  TokenSlopes(const BackwardCall<double>& back, std::int64_t batch, std::int64_t token,
              std::int64_t head) {
    const auto row = [&](Rwkv7Input input) {
      const View<double>& to = back.input_gradients[static_cast<std::size_t>(input)];
      return to ? to.row(batch, token, head) : nullptr;
    };
    query = row(Rwkv7Input::query);
    key = row(Rwkv7Input::key);
    value = row(Rwkv7Input::value);
    log_decay = row(Rwkv7Input::log_decay);
    removal = row(Rwkv7Input::removal);
    rate = row(Rwkv7Input::rate);
  }
};

double dot(const double* a, const double* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void add(double* to, std::int64_t index, double amount) {
  if (to) to[index] += amount;
}

// `gradient` moves from after the token to before it.
void tokenBackward(const Token& token, const double* before, const double* after,
                   const double* above, const TokenSlopes& slopes, double* gradient) {
  const std::int64_t values = token.values;
  const std::vector<double> recalled = token.recall(before);
  std::vector<double> recall_gradient(recalled.size());
  for (std::int64_t d = 0; d < token.keys; ++d) {
    double* row = gradient + d * values;
    add(slopes.query, d, token.scale * dot(above, after + d * values, values));
    for (std::int64_t e = 0; e < values; ++e) {
      row[e] += token.scale * token.query[d] * above[e];
      add(slopes.value, e, token.key[d] * row[e]);
      recall_gradient[static_cast<std::size_t>(e)] -= token.rate[d] * token.removal[d] * row[e];
    }
    const double write = -dot(row, recalled.data(), values);
    add(slopes.key, d, dot(row, token.value, values));
    add(slopes.rate, d, write * token.removal[d]);
    add(slopes.removal, d, write * token.rate[d]);
  }
  for (std::int64_t d = 0; d < token.keys; ++d) {
    double* row = gradient + d * values;
    const double keep = std::exp(token.log_decay[d]);
    add(slopes.log_decay, d, keep * dot(row, before + d * values, values));
    add(slopes.removal, d, dot(before + d * values, recall_gradient.data(), values));
    for (std::int64_t e = 0; e < values; ++e) {
      row[e] = keep * row[e] + token.removal[d] * recall_gradient[static_cast<std::size_t>(e)];
    }
  }
}

std::size_t headsOf(const Sizes& sizes) {
  return static_cast<std::size_t>(sizes.batch() * sizes.heads());
}

std::size_t stateElements(const Sizes& sizes) {
  return static_cast<std::size_t>(sizes.keys() * sizes.values());
}

class Rwkv7 : public Mechanism {
 public:
  const Description& description() const override { return about_; }

  std::vector<StatePart> state(const Sizes& sizes, const Options&, std::int64_t) const override {
    return {deltaState(sizes)};
  }
  void reference(const Call<double>& call) const override;
  void referenceBackward(const BackwardCall<double>& back) const override;
  void fast(const Call<float>& call) const override;
  void fastBackward(const BackwardCall<float>& back) const override;
  void step(const Call<float>& call, State<float>& state) const override;
  std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t batch,
                                               std::int64_t head,
                                               std::int64_t token) const override;

  std::size_t keptElements(const Sizes& sizes, const Options&) const override {
    return DeltaPlace::keptElements(sizes);
  }
  double flops(const Sizes& sizes, const Options&) const override {
    constexpr double kChunk = kDeltaChunk;
    const auto widths = static_cast<double>(sizes.keys() + sizes.values());
    return static_cast<double>(headsOf(sizes)) * static_cast<double>(sizes.tokens()) *
           (8 * static_cast<double>(stateElements(sizes)) + 4 * kChunk * widths);
  }

 private:
  Description about_ = describe();
};

void Rwkv7::reference(const Call<double>& call) const {
  const std::size_t elements = stateElements(call.sizes), heads = headsOf(call.sizes);
  std::vector<double> states =
      call.initial ? call.initial->values : std::vector<double>(heads * elements);
  for (std::size_t i = 0; i < heads; ++i) {
    const std::int64_t batch = static_cast<std::int64_t>(i) / call.sizes.heads();
    const std::int64_t head = static_cast<std::int64_t>(i) % call.sizes.heads();
    double* state = states.data() + i * elements;
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      const Token token(call, batch, t, head);
      token.advance(state);
      token.read(state, call.output.row(batch, t, head));
    }
  }
  beginState(call.sizes, call.initial, call.sizes.tokens(), call.final);
  if (call.final) call.final->values = std::move(states);
}

void Rwkv7::referenceBackward(const BackwardCall<double>& back) const {
  const Call<double>& call = back.forward;
  const std::size_t elements = stateElements(call.sizes), heads = headsOf(call.sizes);
  const auto tokens = static_cast<std::size_t>(call.sizes.tokens());
  const std::vector<double> nothing(heads * elements);
  std::vector<double> gradients = back.final_gradient ? back.final_gradient->values : nothing;
  const double* initial = (call.initial ? call.initial->values : nothing).data();
  std::vector<double> states((tokens + 1) * elements);
  for (std::size_t i = 0; i < heads; ++i) {
    const std::int64_t batch = static_cast<std::int64_t>(i) / call.sizes.heads();
    const std::int64_t head = static_cast<std::int64_t>(i) % call.sizes.heads();
    std::copy_n(initial + i * elements, elements, states.begin());
    for (std::size_t t = 0; t < tokens; ++t) {
      double* after = states.data() + (t + 1) * elements;
      std::copy_n(after - elements, elements, after);
      Token(call, batch, static_cast<std::int64_t>(t), head).advance(after);
    }
    for (std::size_t t = tokens; t-- > 0;) {
      const auto at = static_cast<std::int64_t>(t);
      const double* before = states.data() + t * elements;
      tokenBackward(Token(call, batch, at, head), before, before + elements,
                    back.output_gradient.row(batch, at, head), TokenSlopes(back, batch, at, head),
                    gradients.data() + i * elements);
    }
  }
  if (back.initial_gradient) {
    *back.initial_gradient = {std::move(gradients), call.initial ? call.initial->tokens : 0};
  }
}

void Rwkv7::fast(const Call<float>& call) const {
  const auto scale = static_cast<float>(call.options->real(0));
  beginState(call.sizes, call.initial, call.sizes.tokens(), call.final);
  forHeadsTogether(call.sizes, *call.context,
                   [&](std::int64_t batch, std::int64_t first, std::int64_t count) {
                     rwkv7ForwardHeads(call, scale, batch, first, count);
                   });
}

void Rwkv7::fastBackward(const BackwardCall<float>& back) const {
  const Call<float>& call = back.forward;
  const std::int64_t heads = call.sizes.heads();
  const auto scale = static_cast<float>(call.options->real(0));
  beginState(call.sizes, call.initial, 0, back.initial_gradient);
  forBlocks(headsOf(call.sizes), 1, *call.context, [&](std::size_t begin, std::size_t) {
    const auto item = static_cast<std::int64_t>(begin);
    rwkv7BackwardHead(back, scale, item / heads, item % heads);
  });
}

void Rwkv7::step(const Call<float>& call, State<float>& state) const {
  const std::int64_t heads = call.sizes.heads();
  const auto scale = static_cast<float>(call.options->real(0));
  forBlocks(headsOf(call.sizes), headsOfStep(call.sizes), *call.context,
            [&](std::size_t begin, std::size_t end) {
              for (std::size_t i = begin; i < end; ++i) {
                const auto item = static_cast<std::int64_t>(i);
                rwkv7StepHead(call, scale, item / heads, item % heads,
                              state.values.data() + i * stateElements(call.sizes));
              }
            });
  ++state.tokens;
}

// diag(w) - (a * kappa)^T kappa has the eigenvalues of the symmetric diag(w) - m^T m with m =
// sqrt(a) * kappa, to which a diagonal change of basis takes it where no a is 0 (and by continuity
// everywhere): all are real.
std::vector<std::complex<double>> Rwkv7::transition(const Call<double>& call, std::int64_t batch,
                                                    std::int64_t head, std::int64_t token) const {
  const Token at(call, batch, token, head);
  Eigen::VectorXd keep(at.keys), removal(at.keys);
  for (std::int64_t d = 0; d < at.keys; ++d) {
    keep[d] = std::exp(at.log_decay[d]);
    removal[d] = std::sqrt(at.rate[d]) * at.removal[d];
  }
  Eigen::MatrixXd matrix = -removal * removal.transpose();
  matrix.diagonal() += keep;
  const Eigen::VectorXd values = symmetricEigenvalues(matrix);
  return {values.begin(), values.end()};
}

}  // namespace

const Mechanism& rwkv7() {
  static const Rwkv7 mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
