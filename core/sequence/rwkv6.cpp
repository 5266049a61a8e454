// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/rwkv6.h"

#include "core/sequence/diagonal_layout.h"
#include "core/sequence/diagonal_mechanism.h"
#include "core/sequence/rwkv6_bonus.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

namespace {

enum Input : std::size_t { kRead, kKey, kValue, kBonus = 4 };
enum Option : std::size_t { kScale };

Description describe() {
  Description about;
  about.id = "rwkv6";
  about.title = "RWKV-6";
  about.summary = "o = r (S + diag(u) k'v), S = diag(exp w) S + k'v: reads before it writes.";
  about.source = "Peng et al. (2024), Eagle and Finch";
  about.inputs = attentionInputs();
  about.inputs[kRead].name = "r";
  about.inputs[kRead].help = "Receptances: what is read";
  about.inputs.push_back(channelDecayInput("w", "Natural logs of the decays: never positive"));
  about.inputs.push_back({.name = "u",
                          .dims = {Dim::head, Dim::key},
                          .role = OperandSpec::Role::weight,
                          .help = "Bonus of a token's own key"});
  about.options = {{.id = "scale",
                    .fallback = 1,
                    .lowest = 0,
                    .highest = 1e6,
                    .help = "Factor of the receptances"}};
  return about;
}

// The rows of one token that its bonus is made of.
class BonusReader {
 public:
  BonusReader(const DiagonalSource<float>& source, const DiagonalRule& rule)
      : source_(source),
        keys_(source.call.sizes.keys()),
        values_(source.call.sizes.values()),
        scale_(static_cast<float>(rule.scale)),
        buffer_(work_.numbers(sizeOf(3 * keys_ + values_)).data()) {}

  BonusRows at(std::int64_t token) const {
    const auto& inputs = source_.call.inputs;
    const auto row = [&](std::size_t input, float* buffer, std::int64_t width) {
      return inputs[input].row(buffer, width, source_.batch, token, source_.head);
    };
    return {sizeOf(keys_),
            sizeOf(values_),
            scale_,
            row(kRead, buffer_, keys_),
            row(kKey, buffer_ + keys_, keys_),
            row(kValue, buffer_ + 2 * keys_, values_),
            inputs[kBonus].row(buffer_ + 2 * keys_ + values_, keys_, source_.head)};
  }

 private:
  const DiagonalSource<float>& source_;
  std::int64_t keys_, values_;
  float scale_;
  Workspace work_;
  float* buffer_;
};

// sum(r * u * k) of the definition.
double bonusOf(const DiagonalSource<double>& source, std::int64_t token) {
  const auto& inputs = source.call.inputs;
  double sum = 0;
  for (std::int64_t c = 0; c < source.call.sizes.keys(); ++c) {
    sum += inputs[kRead](source.batch, token, source.head, c) * inputs[kBonus](source.head, c) *
           inputs[kKey](source.batch, token, source.head, c);
  }
  return sum;
}

class Bonus : public DiagonalBeside {
 public:
  void add(const DiagonalSource<double>& source, const DiagonalRule& rule) const override {
    const Call<double>& call = source.call;
    for (std::int64_t t = 0; t < call.sizes.tokens(); ++t) {
      const double weight = rule.scale * bonusOf(source, t);
      for (std::int64_t e = 0; e < call.sizes.values(); ++e) {
        call.output(source.batch, t, source.head, e) +=
            weight * call.inputs[kValue](source.batch, t, source.head, e);
      }
    }
  }

  void addGradients(const BackwardCall<double>& back, const DiagonalSource<double>& source,
                    const DiagonalRule& rule) const override {
    for (std::int64_t t = 0; t < back.forward.sizes.tokens(); ++t) {
      addTokenGradients(back, source, rule.scale, t);
    }
  }

  void add(const DiagonalSource<float>& source, const DiagonalRule& rule, std::int64_t first,
           std::int64_t count, const RowsAt<float>& outputs) const override {
    const BonusReader reader(source, rule);
    for (std::int64_t i = 0; i < count && source.has(first + i); ++i) {
      addBonus(reader.at(first + i), outputs.row(sizeOf(i)));
    }
  }

  void addGradients(const BackwardCall<float>& back, const DiagonalSource<float>& source,
                    const DiagonalRule& rule, std::int64_t first,
                    std::int64_t count) const override {
    const BonusReader reader(source, rule);
    for (std::int64_t t = first; t < first + count && source.has(t); ++t) {
      const auto rowOf = [&](std::size_t input) {
        const View<float>& to = back.input_gradients[input];
        return to ? to.row(source.batch, t, source.head) : nullptr;
      };
      const View<float>& weights = back.input_gradients[kBonus];
      addBonusGradients(
          reader.at(t), back.output_gradient.row(source.batch, t, source.head),
          {rowOf(kRead), rowOf(kKey), rowOf(kValue), weights ? weights.row(source.head) : nullptr});
    }
  }

 private:
  static void addTokenGradients(const BackwardCall<double>& back,
                                const DiagonalSource<double>& source, double scale,
                                std::int64_t token) {
    const auto& inputs = back.forward.inputs;
    const auto& to = back.input_gradients;
    const std::int64_t b = source.batch, h = source.head;
    const double weight = scale * bonusOf(source, token);
    double slope = 0;
    for (std::int64_t e = 0; e < back.forward.sizes.values(); ++e) {
      slope += scale * back.output_gradient(b, token, h, e) * inputs[kValue](b, token, h, e);
      if (to[kValue]) to[kValue](b, token, h, e) += weight * back.output_gradient(b, token, h, e);
    }
    for (std::int64_t c = 0; c < back.forward.sizes.keys(); ++c) {
      const double r = inputs[kRead](b, token, h, c), k = inputs[kKey](b, token, h, c);
      const double u = inputs[kBonus](h, c);
      if (to[kRead]) to[kRead](b, token, h, c) += slope * u * k;
      if (to[kKey]) to[kKey](b, token, h, c) += slope * u * r;
      if (to[kBonus]) to[kBonus](h, c) += slope * r * k;
    }
  }
};

class Rwkv6 : public DiagonalMechanism {
 public:
  Rwkv6() : DiagonalMechanism(describe()) {}

  double flops(const Sizes& sizes, const Options& options) const override {
    return DiagonalMechanism::flops(sizes, options) +
           static_cast<double>(sizes.batch() * sizes.tokens() * sizes.heads() *
                               (4 * sizes.keys() + 2 * sizes.values()));
  }

 protected:
  DiagonalRule rule(const Sizes&, const Options& options) const override {
    return {.decay = Decay::channel, .scale = options.real(kScale), .lag = 1};
  }
  const DiagonalBeside* beside() const override { return &bonus_; }

 private:
  Bonus bonus_;
};

}  // namespace

const Mechanism& rwkv6() {
  static const Rwkv6 mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
