// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/recurrence.h"

#include <QTest>
#include <cmath>

#include "core/base/random.h"
#include "core/language/mamba_mixer.h"

namespace lineament::language {

namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed, double scale = 1) {
  Random random(seed);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(scale * random.normal()));
  }
  return values;
}

WeightMatrix matrix(std::size_t outputs, std::size_t inputs, std::uint64_t seed,
                    std::vector<float> bias = {}) {
  return WeightMatrix(Tensor::of({outputs, inputs}, drawn(outputs * inputs, seed, 0.4)),
                      std::move(bias));
}

class RecurrenceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void convolutionInPieces() {
    constexpr std::size_t kTokens = 37, kChannels = 5, kTaps = 4;
    const auto taps = drawn(kChannels * kTaps, 1), bias = drawn(kChannels, 2),
               x = drawn(kTokens * kChannels, 3);
    for (const bool activated : {false, true}) {
      const CausalConvolution convolution(taps, kChannels, bias, activated);
      std::vector<float> tail, pieces, rest;
      for (const auto& [first, count] :
           {std::pair<std::size_t, std::size_t>{0, 1}, {1, 2}, {3, 30}, {33, 4}}) {
        std::vector<float> piece(x.begin() + std::ptrdiff_t(first * kChannels),
                                 x.begin() + std::ptrdiff_t((first + count) * kChannels));
        convolution.apply(piece, count, tail, {});
        pieces.insert(pieces.end(), piece.begin(), piece.end());
      }
      for (std::size_t t = 0; t < kTokens; ++t) {
        for (std::size_t c = 0; c < kChannels; ++c) {
          double y = double(bias[c]);
          for (std::size_t j = 0; j < kTaps; ++j) {
            if (t + j + 1 < kTaps) continue;
            y += double(taps[c * kTaps + j]) * double(x[(t + j + 1 - kTaps) * kChannels + c]);
          }
          if (activated) y /= 1 + std::exp(-y);
          QVERIFY(std::abs(double(pieces[t * kChannels + c]) - y) < 1e-5);
        }
      }
    }
  }

  // The mean magnitude over the channels of a Mamba block's matrices, from the definition.
  void impliedAttentionOfMamba() {
    constexpr std::size_t kTokens = 9, kChannels = 6, kStates = 3, kRank = 2, kWidth = 4;
    MambaMixerSettings settings;
    settings.channels = kChannels;
    settings.states = kStates;
    settings.rank = kRank;
    settings.in = matrix(2 * kChannels, kWidth, 1);
    settings.parameters = matrix(kRank + 2 * kStates, kChannels, 2);
    settings.step = matrix(kChannels, kRank, 3, drawn(kChannels, 4));
    settings.out = matrix(kWidth, kChannels, 5);
    const auto taps = drawn(kChannels * 2, 6);
    settings.convolution = CausalConvolution(taps, kChannels, {}, true);
    settings.rates = drawn(kChannels * kStates, 7);
    for (float& rate : settings.rates) rate = -std::abs(rate);
    settings.skip = drawn(kChannels, 8);
    const auto x = drawn(kTokens * kWidth, 9);
    const MambaMixer mixer(settings);
    AttentionTap tap;
    std::vector<float> out(kTokens * kWidth);
    const auto state = mixer.start();
    mixer.apply(x.data(), kTokens, state.get(), &tap, out.data(), {});
    QCOMPARE(tap.heads, std::size_t{1});
    QVERIFY(tap.causal);

    std::vector<float> both(kTokens * 2 * kChannels), inner(kTokens * kChannels), tail;
    settings.in.apply(x.data(), kTokens, both.data(), {});
    for (std::size_t t = 0; t < kTokens; ++t) {
      std::copy_n(both.data() + t * 2 * kChannels, kChannels, inner.data() + t * kChannels);
    }
    settings.convolution.apply(inner, kTokens, tail, {});
    std::vector<float> mixed(kTokens * (kRank + 2 * kStates)), rank(kTokens * kRank),
        steps(kTokens * kChannels);
    settings.parameters.apply(inner.data(), kTokens, mixed.data(), {});
    const auto at = [&](std::size_t t, std::size_t i) {
      return double(mixed[t * (kRank + 2 * kStates) + i]);
    };
    for (std::size_t t = 0; t < kTokens; ++t) {
      for (std::size_t r = 0; r < kRank; ++r) rank[t * kRank + r] = static_cast<float>(at(t, r));
    }
    settings.step.apply(rank.data(), kTokens, steps.data(), {});
    for (std::size_t t = 0; t < kTokens; ++t) {
      for (std::size_t s = 0; s < kTokens; ++s) {
        double mean = 0;
        for (std::size_t d = 0; d < kChannels && s <= t; ++d) {
          const auto dt = [&](std::size_t r) {
            return std::log1p(std::exp(double(steps[r * kChannels + d])));
          };
          double sum = 0;
          for (std::size_t n = 0; n < kStates; ++n) {
            double exponent = 0;
            for (std::size_t r = s + 1; r <= t; ++r) {
              exponent += dt(r) * double(settings.rates[d * kStates + n]);
            }
            sum += at(t, kRank + kStates + n) * std::exp(exponent) * dt(s) * at(s, kRank + n);
          }
          mean += std::abs(sum) / kChannels;
        }
        QVERIFY(std::abs(double(tap.weights[t * kTokens + s]) - mean) < 1e-5);
      }
    }
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::RecurrenceTest)
#include "recurrence_test.moc"
