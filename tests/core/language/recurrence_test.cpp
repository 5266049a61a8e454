// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/recurrence.h"

#include <QTest>
#include <cmath>

#include "core/base/random.h"
#include "core/language/mamba_mixer.h"
#include "core/sequence/registry.h"

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

// What an operand may be: keys of unit length, decays that do not grow, shares.
std::vector<float> drawnOperand(const sequence::OperandSpec& spec, const sequence::Sizes& sizes,
                                std::uint64_t seed) {
  using sequence::Draw;
  std::vector<float> values =
      drawn(static_cast<std::size_t>(sequence::elementsOf(spec.dims, sizes)), seed, 0.7);
  if (spec.draw == Draw::unit_rows) {
    const auto width = static_cast<std::size_t>(sizes.keys());
    for (std::size_t first = 0; first < values.size(); first += width) {
      double sum = 0;
      for (std::size_t k = 0; k < width; ++k) sum += std::pow(double(values[first + k]), 2);
      for (std::size_t k = 0; k < width; ++k) values[first + k] /= float(std::sqrt(sum));
    }
  }
  for (float& value : values) {
    if (spec.role == sequence::OperandSpec::Role::log_decay || spec.draw == Draw::negative_range) {
      value = -std::abs(value);
    } else if (spec.role == sequence::OperandSpec::Role::beta || spec.draw == Draw::step) {
      value = 1 / (1 + std::exp(-value));
    }
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
    QVERIFY(tap.causal && tap.scan);
    const std::vector<double> found = scanAttentionReference(*tap.scan);

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
        QVERIFY(std::abs(found[t * kTokens + s] - mean) < 1e-5);
      }
    }
  }

  // Where every channel is a head of its own, a tap gets the mean of their magnitudes.
  void channelsAreOneMatrix_data() {
    QTest::addColumn<QString>("mechanism");
    for (const char* id : {"mamba", "mamba-signed", "lssl"}) QTest::newRow(id) << QString(id);
  }
  void channelsAreOneMatrix() {
    QFETCH(const QString, mechanism);
    const sequence::Mechanism& about = sequence::requireMechanism(mechanism.toStdString());
    sequence::Sizes sizes;
    sizes[sequence::Dim::head] = 6;  // not a multiple of what is made together
    sizes[sequence::Dim::key] = 4;
    sizes[sequence::Dim::tap] = 1;
    sizes = about.suited(sizes);
    sizes[sequence::Dim::token] = 19;
    std::vector<std::vector<float>> numbers;
    std::vector<std::vector<double>> wide;
    Recurrence::Operands operands;
    std::vector<sequence::View<const double>> inputs;
    for (const sequence::OperandSpec& spec : about.description().inputs) {
      numbers.push_back(drawnOperand(spec, sizes, numbers.size() + 1));
      wide.emplace_back(numbers.back().begin(), numbers.back().end());
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const sequence::OperandSpec& spec = about.description().inputs[i];
      operands.emplace_back(spec.name, numbers[i].data());
      inputs.push_back({wide[i].data(), sequence::contiguousStrides(spec.dims, sizes)});
    }
    const Recurrence recurrence(mechanism.toStdString(), sizes);
    QCOMPARE(recurrence.matrices(), std::size_t{1});
    Recurrence::State state;
    AttentionTap tap;
    std::vector<float> out(
        static_cast<std::size_t>(sequence::elementsOf(about.description().output, sizes)));
    recurrence.run(operands, 19, state, out.data(), &tap, {});
    QCOMPARE(tap.heads, std::size_t{1});
    QCOMPARE(tap.weights.size(), std::size_t{19 * 19});

    const sequence::Options options(about.description().options);
    sequence::Call<double> call;
    call.sizes = sizes;
    call.options = &options;
    call.inputs = inputs;
    std::vector<double> want(19 * 19, 0.0);
    for (std::int64_t channel = 0; channel < 6; ++channel) {
      const std::vector<double> one = about.attention(call, 0, channel);
      for (std::size_t i = 0; i < want.size(); ++i) want[i] += std::abs(one[i]) / 6;
    }
    const double largest = std::ranges::max(want);
    QVERIFY(largest > 0);
    for (std::size_t i = 0; i < want.size(); ++i) {
      QVERIFY(std::abs(double(tap.weights[i]) - want[i]) < 1e-5 * largest);
    }
  }

  // What a tap is worked out from makes the matrix that the mechanism implies by its definition.
  void impliedFactors_data() {
    QTest::addColumn<QString>("mechanism");
    for (const char* id :
         {"retention", "gla", "ssd", "rwkv6", "rwkv7", "deltanet", "gated-deltanet"}) {
      QTest::newRow(id) << QString(id);
    }
  }
  void impliedFactors() {
    QFETCH(const QString, mechanism);
    const std::string id = mechanism.toStdString();
    const sequence::Mechanism& about = sequence::requireMechanism(id);
    sequence::Sizes sizes;
    sizes[sequence::Dim::token] = 70;
    sizes[sequence::Dim::head] = 4;
    sizes[sequence::Dim::key] = 6;
    sizes[sequence::Dim::value] = 5;
    if (id == "ssd") sizes[sequence::Dim::group] = 2;
    std::vector<std::vector<float>> numbers;
    Recurrence::Operands operands;
    for (const sequence::OperandSpec& spec : about.description().inputs) {
      numbers.push_back(drawnOperand(spec, sizes, numbers.size() + 1));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      operands.emplace_back(about.description().inputs[i].name, numbers[i].data());
    }
    const Recurrence recurrence(id, sizes);
    Recurrence::State state;
    AttentionTap tap;
    std::vector<float> out(70 * 4 * 5);
    recurrence.run(operands, 70, state, out.data(), &tap, {});
    QVERIFY(tap.recurrence && tap.recurrence->fits());

    std::vector<std::vector<double>> wide;
    std::vector<sequence::View<const double>> inputs;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      wide.emplace_back(numbers[i].begin(), numbers[i].end());
      inputs.push_back({wide.back().data(),
                        sequence::contiguousStrides(about.description().inputs[i].dims, sizes)});
    }
    const sequence::Options options(about.description().options);
    sequence::Call<double> call;
    call.sizes = sizes;
    call.options = &options;
    call.inputs = inputs;
    const RecurrentAttention source({*tap.recurrence});
    for (std::size_t head = 0; head < 4; ++head) {
      const std::vector<double> want = about.attention(call, 0, std::int64_t(head));
      std::vector<float> found(70 * 70);
      source.cells(0, head, {0, 0, 70, 70}, found, {});
      double largest = 0;
      for (const double cell : want) largest = std::max(largest, std::abs(cell));
      for (std::size_t i = 0; i < want.size(); ++i) {
        QVERIFY(std::abs(double(found[i]) - want[i]) < 1e-5 * largest);
      }
    }
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::RecurrenceTest)
#include "recurrence_test.moc"
