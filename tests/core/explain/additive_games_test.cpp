// SPDX-License-Identifier: GPL-3.0-or-later
// Explaining behind a predictor's additive start gives what explaining by whole rows gives.
#include "core/explain/additive_games.h"

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/base/parallel.h"
#include "core/explain/exact_shap.h"
#include "core/explain/kernel_shap.h"
#include "tests/core/base/each_target.h"
#include "tests/core/explain/function_predictor.h"

using namespace lineament;
using namespace lineament::explain;
using lineament::testing::onEachTarget;

namespace {

// Units of tanh over an additive start: f = sum over units u of tanh(b_u + sum over j of
// w_ju part(x_j)), where part may be of any kind. Counts what it is asked for.
class AdditiveNet : public Predictor, public AdditiveStart {
 public:
  using Part = double (*)(double);

  AdditiveNet(std::size_t features, std::size_t units, Part kind, std::uint64_t seed)
      : features_(features),
        units_(units),
        part_(kind),
        bias_(randomRows(1, units, seed)),
        weights_(randomRows(features, units, seed + 1)) {}

  std::size_t featureCount() const override { return features_; }
  std::size_t outputCount() const override { return 1; }
  const AdditiveStart* additiveStart() const override { return this; }

  void predict(std::span<const double> rows, std::span<double> outputs,
               const Context&) const override {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      std::vector<double> sums = bias_;
      for (std::size_t j = 0; j < features_; ++j) {
        for (std::size_t u = 0; u < units_; ++u) {
          sums[u] += weights_[j * units_ + u] * part_(rows[i * features_ + j]);
        }
      }
      outputs[i] = 0;
      for (const double sum : sums) outputs[i] += std::tanh(sum);
    }
    whole_rows += outputs.size();
  }

  std::size_t width() const override { return units_; }
  void constant(std::span<double> sums) const override {
    std::copy(bias_.begin(), bias_.end(), sums.begin());
  }
  void part(std::size_t feature, double value, std::span<double> numbers) const override {
    for (std::size_t u = 0; u < units_; ++u) {
      numbers[u] = weights_[feature * units_ + u] * part_(value);
    }
  }
  void rest(std::span<double> sums, std::span<double> outputs) const override {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i] = 0;
      for (std::size_t u = 0; u < units_; ++u) outputs[i] += std::tanh(sums[i * units_ + u]);
    }
    rest_rows += outputs.size();
  }

  mutable std::atomic<std::size_t> whole_rows{0}, rest_rows{0};

 private:
  std::size_t features_, units_;
  Part part_;
  std::vector<double> bias_, weights_;
};

// The same function without its start.
FunctionPredictor wholly(const AdditiveNet& net) {
  return FunctionPredictor(net.featureCount(), [&net](const double* row) {
    double out = 0;
    net.predict({row, net.featureCount()}, {&out, 1}, {});
    return out;
  });
}

double itself(double x) {
  return x;
}
double bent(double x) {
  return std::exp(-x * x) + (x > 0 ? 1 : 0);
}
double unbounded(double x) {
  return x > 2 ? -std::numeric_limits<double>::infinity() : x;
}

double largestDifference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

}  // namespace

class AdditiveGamesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sumsAreThoseOfTheMembers() {
    onEachTarget([] {
      for (const std::size_t players : {1, 2, 5, 12, 63, 100}) {
        for (const std::size_t width : {1, 3, 8, 16, 17, 40, 300}) {
          checkSums(players, width);
        }
      }
    });
  }

  void exactValuesAgree() {
    for (const AdditiveNet::Part part : {itself, bent}) {
      for (const std::size_t units : {1, 7, 16, 33}) {
        const AdditiveNet net(9, units, part, units);
        // Values that repeat, so that games have different players.
        std::vector<double> rows = randomRows(43, 9, 3);
        for (double& value : rows) value = std::round(value * 2) / 2;
        const Background background = wholeBackground(std::span(rows).first(40 * 9), 9);
        const auto explained = std::span<const double>(rows).subspan(40 * 9);
        const Attributions found = exactShap(net, background, explained, {});
        QCOMPARE(net.whole_rows.load(), std::size_t(43));
        QVERIFY(net.rest_rows > 0);
        const Attributions expected = exactShap(wholly(net), background, explained, {});
        QVERIFY(largestDifference(found.values, expected.values) < 1e-13 * double(units));
        QCOMPARE(found.model_rows, expected.model_rows);
      }
    }
  }

  void kernelValuesAgreeAndAllCoalitionsAreExact() {
    const AdditiveNet net(10, 12, bent, 5);
    const Background background = wholeBackground(randomRows(60, 10, 6), 10);
    const std::vector<double> rows = randomRows(4, 10, 7);
    for (const std::size_t samples : {300, 1022}) {
      const auto found = kernelShap(net, background, rows, samples, {}).values;
      const auto expected = kernelShap(wholly(net), background, rows, samples, {}).values;
      QVERIFY(largestDifference(found, expected) < 1e-12);
      if (samples < 1022) continue;
      const auto exact = exactShap(net, background, rows, {}).values;
      QVERIFY(largestDifference(found, exact) < 1e-9);
    }
  }

  // More coalitions and background rows than one task takes.
  void theBytesDoNotDependOnTheThreadsOrTheCompany() {
    const AdditiveNet net(13, 20, itself, 8);
    const Background background = wholeBackground(randomRows(70, 13, 9), 13);
    const std::vector<double> rows = randomRows(3, 13, 10);
    const auto values = [&](int threads, std::span<const double> explained) {
      const ThreadLimit limit(threads);
      return exactShap(net, background, explained, {}).values;
    };
    const std::vector<double> one = values(1, rows);
    QVERIFY(values(3, rows) == one);
    const std::vector<double> alone = values(2, std::span(rows).subspan(13, 13));
    QVERIFY(std::equal(alone.begin(), alone.end(), one.begin() + 13));
    QVERIFY(largestDifference(one, exactShap(wholly(net), background, rows, {}).values) < 1e-12);
  }

  // tanh bounds what has no bound before it; differences of infinite parts would be NaN.
  void infinitePartsAreLeftToWholeRows() {
    const AdditiveNet net(6, 5, unbounded, 11);
    std::vector<double> rows = randomRows(20, 6, 12);
    for (double& value : rows) value = std::min(value, 1.5);
    const Background background = wholeBackground(rows, 6);
    const std::vector<double> explained{0.5, 3, 1, -1, 0.25, 0,  //
                                        0.5, 1, 1, -1, 0.25, 0};
    const Attributions found = exactShap(net, background, explained, {});
    QVERIFY(net.whole_rows > 20 + 2);
    QVERIFY(net.rest_rows > 0);
    const Attributions expected = exactShap(wholly(net), background, explained, {});
    QVERIFY(largestDifference(found.values, expected.values) < 1e-13);
  }

 private:
  static void checkSums(std::size_t players, std::size_t width) {
    Random random(players * 1000 + width);
    Coalitions coalitions{players, 70, {}};
    for (std::size_t i = 0; i < 70 * players; ++i) {
      coalitions.members.push_back(static_cast<std::uint8_t>(random.below(2)));
    }
    const CoalitionCodes codes(coalitions, width);
    const std::vector<double> base = randomRows(1, width, 1);
    const std::vector<double> gains = randomRows(players, width, 2);
    AdditiveSums adder(codes, width);
    adder.prepare(randomRows(1, width, 3), randomRows(players, width, 4));  // overwritten
    adder.prepare(base, gains);
    constexpr std::size_t kFirst = 7, kCount = 60;
    std::vector<double> sums(kCount * width + kSumsPadding);
    adder.add(kFirst, kCount, sums.data());
    for (std::size_t i = 0; i < kCount * width; ++i) {
      const std::uint8_t* members = coalitions.of(kFirst + i / width);
      double expected = base[i % width];
      for (std::size_t p = 0; p < players; ++p)
        expected += members[p] * gains[p * width + i % width];
      QVERIFY(std::abs(sums[i] - expected) < 1e-13 * static_cast<double>(players + 1));
    }
  }
};

QTEST_APPLESS_MAIN(AdditiveGamesTest)
#include "additive_games_test.moc"
