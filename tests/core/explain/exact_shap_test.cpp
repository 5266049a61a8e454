// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/exact_shap.h"

#include <QtTest>
#include <algorithm>
#include <numeric>

#include "core/base/parallel.h"
#include "tests/core/explain/function_predictor.h"

using namespace lineament;
using namespace lineament::explain;

namespace {

// The definition itself: the mean marginal gain over all orders of the features.
std::vector<double> byOrders(const Predictor& model, const Background& background,
                             const double* x) {
  const std::size_t width = background.width;
  const auto value = [&](const std::vector<bool>& present) {
    double sum = 0;
    for (std::size_t k = 0; k < background.count(); ++k) {
      std::vector<double> row(background.row(k), background.row(k) + width);
      for (std::size_t j = 0; j < width; ++j) {
        if (present[j]) row[j] = x[j];
      }
      double out = 0;
      model.predict(row, {&out, 1}, {});
      sum += background.weights[k] * out;
    }
    return sum;
  };
  std::vector<std::size_t> order(width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> values(width);
  double orders = 0;
  do {
    std::vector<bool> present(width);
    double before = value(present);
    for (const std::size_t j : order) {
      present[j] = true;
      const double after = value(present);
      values[j] += after - before;
      before = after;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& v : values) v /= orders;
  return values;
}

}  // namespace

class ExactShapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theWorkedExample() {
    const std::vector<double> x{1, 2, 3};
    const Background background =
        wholeBackground(std::vector<double>{0, 0, 0, 1, 1, 1, 2, 0, 1}, 3);
    const Attributions found = exactShap(workedModel(), background, x, {});
    QVERIFY(std::abs(found.base_value - 2.0 / 3) < 1e-14);
    QVERIFY(std::abs(found.values[0] - 1.0 / 6) < 1e-14);
    QVERIFY(std::abs(found.values[1] - 5.0 / 3) < 1e-14);
    QVERIFY(std::abs(found.values[2] - 2.5) < 1e-14);
  }

  void agreesWithTheDefinitionOverAllOrders() {
    for (const std::size_t width : {1, 2, 3, 5}) {
      const FunctionPredictor model = randomModel(width, width);
      Background background = wholeBackground(randomRows(4, width, 20 + width), width);
      background.weights = {0.1, 0.4, 0.2, 0.3};
      std::vector<double> rows = randomRows(3, width, 30 + width);
      rows[0] = background.rows[0];  // equal to one background row in one feature
      const Attributions found = exactShap(model, background, rows, {});
      for (std::size_t i = 0; i < 3; ++i) {
        const std::vector<double> expected = byOrders(model, background, &rows[i * width]);
        for (std::size_t j = 0; j < width; ++j) {
          QVERIFY(std::abs(found.values[i * width + j] - expected[j]) < 1e-12);
        }
      }
    }
  }

  void repeatedValuesNeedFewerModelRows() {
    const std::size_t width = 8;
    const FunctionPredictor model = randomModel(width, 3);
    std::vector<double> rows = randomRows(20, width, 4);
    for (double& value : rows) value = value > 0 ? 1 : 0;
    const Background background = wholeBackground(rows, width);
    const Attributions found = exactShap(model, background, std::span(rows).first(width), {});
    QVERIFY(found.model_rows < 254 * 20 / 4);
    const std::vector<double> expected = byOrders(model, background, rows.data());
    for (std::size_t j = 0; j < width; ++j) {
      QVERIFY(std::abs(found.values[j] - expected[j]) < 1e-12);
    }
  }

  void valuesSumToTheGap() {
    for (const std::size_t width : {4, 9, 12}) {
      const FunctionPredictor model = randomModel(width, 50 + width);
      const Background background = wholeBackground(randomRows(7, width, 60), width);
      const std::vector<double> rows = randomRows(2, width, 70);
      const Attributions found = exactShap(model, background, rows, {});
      for (std::size_t i = 0; i < 2; ++i) {
        double sum = found.base_value, out = 0;
        for (std::size_t j = 0; j < width; ++j) sum += found.values[i * width + j];
        model.predict(std::span(rows).subspan(i * width, width), {&out, 1}, {});
        QVERIFY(std::abs(sum - out) < 1e-12);
      }
    }
  }

  void aRowOfTheBackgroundAloneHasNoValues() {
    const std::vector<double> row{1, 2, 3};
    const Attributions found = exactShap(workedModel(), wholeBackground(row, 3), row, {});
    QCOMPARE(found.values, (std::vector<double>{0, 0, 0}));
  }

  void theBytesDoNotDependOnTheThreads() {
    const std::size_t width = 10;
    const FunctionPredictor model = randomModel(width, 5);
    const Background background = wholeBackground(randomRows(100, width, 6), width);
    const std::vector<double> rows = randomRows(3, width, 7);
    std::vector<double> one, three;
    {
      const ThreadLimit limit(1);
      one = exactShap(model, background, rows, {}).values;
    }
    {
      const ThreadLimit limit(3);
      three = exactShap(model, background, rows, {}).values;
    }
    QVERIFY(one == three);
  }

  void wrongShapesAndTooManyFeaturesAreErrors() {
    const auto key = [](const Predictor& model, const Background& background,
                        const std::vector<double>& rows) {
      try {
        exactShap(model, background, rows, {});
      } catch (const Error& error) {
        return error.key();
      }
      return std::string("none");
    };
    const Background three = wholeBackground(std::vector<double>{1, 2, 3}, 3);
    QCOMPARE(key(randomModel(4, 1), three, randomRows(1, 4, 1)), std::string("explain.width"));
    QCOMPARE(key(workedModel(), three, {1, 2}), std::string("explain.width"));
    QCOMPARE(
        key(randomModel(17, 1), wholeBackground(randomRows(1, 17, 2), 17), randomRows(1, 17, 3)),
        std::string("explain.too_many_features"));
    const FunctionPredictor broken(3, [](const double* x) { return 1 / (x[0] - 1); });
    QCOMPARE(key(broken, three, {2, 3, 4}), std::string("explain.not_finite"));
    QVERIFY_EXCEPTION_THROWN(wholeBackground({}, 3), Error);
  }

  void stoppingIsCancelled() {
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    QVERIFY_EXCEPTION_THROWN(exactShap(workedModel(), wholeBackground(randomRows(2, 3, 1), 3),
                                       randomRows(1, 3, 2), context),
                             Cancelled);
  }
};

QTEST_APPLESS_MAIN(ExactShapTest)
#include "exact_shap_test.moc"
