// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/kernel_shap.h"

#include <QtTest>
#include <algorithm>
#include <numeric>

#include "core/base/parallel.h"
#include "core/explain/exact_shap.h"
#include "core/explain/kernel_masks.h"
#include "tests/core/explain/function_predictor.h"

using namespace lineament;
using namespace lineament::explain;

namespace {

double rangeOf(const Predictor& model, const std::vector<double>& rows) {
  std::vector<double> out(rows.size() / model.featureCount());
  model.predict(rows, out, {});
  const auto [low, high] = std::minmax_element(out.begin(), out.end());
  return *high - *low;
}

}  // namespace

class KernelShapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theWorkedExample() {
    const std::vector<double> x{1, 2, 3};
    const Background background =
        wholeBackground(std::vector<double>{0, 0, 0, 1, 1, 1, 2, 0, 1}, 3);
    const Attributions found = kernelShap(workedModel(), background, x, 0, {});
    QVERIFY(std::abs(found.values[0] - 1.0 / 6) < 1e-12);
    QVERIFY(std::abs(found.values[1] - 5.0 / 3) < 1e-12);
    QVERIFY(std::abs(found.values[2] - 2.5) < 1e-12);
  }

  void allCoalitionsGiveTheExactValues() {
    for (std::size_t width = 1; width <= 11; ++width) {
      const FunctionPredictor model = randomModel(width, 100 + width);
      const Background background = wholeBackground(randomRows(5, width, width), width);
      std::vector<double> rows = randomRows(4, width, 200 + width);
      rows[width] = background.rows[0];
      const Attributions exact = exactShap(model, background, rows, {});
      const Attributions kernel = kernelShap(model, background, rows, 4096, {});
      const double range = rangeOf(model, rows);
      QCOMPARE(kernel.base_value, exact.base_value);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        QVERIFY(std::abs(kernel.values[i] - exact.values[i]) < 1e-9 * range);
      }
    }
  }

  void sampledValuesComeCloseAndSumExactly() {
    const std::size_t width = 16;
    const FunctionPredictor model = randomModel(width, 3);
    const Background background = wholeBackground(randomRows(3, width, 4), width);
    const std::vector<double> rows = randomRows(2, width, 5);
    const Attributions exact = exactShap(model, background, rows, {});
    const Attributions kernel = kernelShap(model, background, rows, 0, {});
    const double range = rangeOf(model, randomRows(200, width, 6));
    double out[2];
    model.predict(rows, out, {});
    for (std::size_t row = 0; row < 2; ++row) {
      double sum = kernel.base_value;
      for (std::size_t j = 0; j < width; ++j) {
        sum += kernel.values[row * width + j];
        QVERIFY(std::abs(kernel.values[row * width + j] - exact.values[row * width + j]) <
                0.02 * range);
      }
      QVERIFY(std::abs(sum - out[row]) < 1e-12);
    }
  }

  void sameSeedAndAnyThreadsGiveTheSameBytes() {
    const std::size_t width = 20;
    const FunctionPredictor model = randomModel(width, 8);
    const Background background = wholeBackground(randomRows(30, width, 9), width);
    const std::vector<double> rows = randomRows(2, width, 10);
    Context context;
    context.seed = 5;
    std::vector<double> one, three;
    {
      const ThreadLimit limit(1);
      one = kernelShap(model, background, rows, 300, context).values;
    }
    {
      const ThreadLimit limit(3);
      three = kernelShap(model, background, rows, 300, context).values;
    }
    QVERIFY(one == three);
    context.seed = 6;
    QVERIFY(kernelShap(model, background, rows, 300, context).values != one);
  }

  void aRowAloneGetsTheValuesItHasAmongOthers() {
    const std::size_t width = 14;
    const FunctionPredictor model = randomModel(width, 8);
    const Background background = wholeBackground(randomRows(11, width, 9), width);
    const std::vector<double> rows = randomRows(3, width, 10);
    const std::vector<double> all = kernelShap(model, background, rows, 0, {}).values;
    const std::vector<double> last =
        kernelShap(model, background, std::span(rows).last(width), 0, {}).values;
    for (std::size_t j = 0; j < width; ++j) QCOMPARE(all[2 * width + j], last[j]);
  }

  void featuresThatDoNotVaryHaveTheValueZero() {
    const std::size_t width = 5;
    const FunctionPredictor model = randomModel(width, 8);
    std::vector<double> background = randomRows(6, width, 9), row = randomRows(1, width, 10);
    for (std::size_t k = 0; k < 6; ++k) background[k * width + 2] = row[2];
    const Attributions found = kernelShap(model, wholeBackground(background, width), row, 0, {});
    QCOMPARE(found.values[2], 0.0);
    QVERIFY(found.values[1] != 0.0);
  }

  void tooFewSamplesAreAnError() {
    try {
      kernelShap(randomModel(9, 1), wholeBackground(randomRows(2, 9, 2), 9), randomRows(1, 9, 3), 5,
                 {});
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("explain.samples"));
      QVERIFY(error.cause() == Error::Cause::usage);
    }
  }

  // The counts and weights that the methods document works out.
  void coalitionsAreEnumeratedFromTheOutsideIn() {
    const KernelMasks four = kernelMasks(4, kernelBudget(4, 0), 0);
    QCOMPARE(four.coalitions.count, std::size_t(14));
    for (std::size_t c = 0; c < 14; ++c) {
      const int size = std::accumulate(four.coalitions.of(c), four.coalitions.of(c) + 4, 0);
      QVERIFY(std::abs(four.weights[c] - (size == 2 ? 0.5 / 11 : 1.0 / 11)) < 1e-15);
    }
    QCOMPARE(kernelMasks(10, kernelBudget(10, 0), 0).enumerated, std::size_t(1022));
    QCOMPARE(kernelMasks(12, kernelBudget(12, 0), 0).enumerated, std::size_t(596));
    QCOMPARE(kernelMasks(12, kernelBudget(12, 0), 0).coalitions.count, std::size_t(2072));
    QCOMPARE(kernelMasks(20, kernelBudget(20, 0), 0).enumerated, std::size_t(420));
    QCOMPARE(kernelMasks(20, kernelBudget(20, 0), 0).coalitions.count, std::size_t(2088));
  }

  void maskWeightsSumToOneAndNoMaskRepeats() {
    for (const std::size_t players : {2, 3, 7, 13, 31, 100}) {
      const KernelMasks masks = kernelMasks(players, kernelBudget(players, 500), 3);
      QVERIFY(std::abs(std::accumulate(masks.weights.begin(), masks.weights.end(), 0.0) - 1) <
              1e-12);
      std::vector<std::vector<std::uint8_t>> seen;
      for (std::size_t c = 0; c < masks.coalitions.count; ++c) {
        seen.emplace_back(masks.coalitions.of(c), masks.coalitions.of(c) + players);
        const int size = std::accumulate(seen[c].begin(), seen[c].end(), 0);
        QVERIFY(size > 0 && size < int(players));
      }
      std::sort(seen.begin(), seen.end());
      QVERIFY(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    }
  }
};

QTEST_APPLESS_MAIN(KernelShapTest)
#include "kernel_shap_test.moc"
