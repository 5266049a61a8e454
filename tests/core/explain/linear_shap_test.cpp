// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/linear_shap.h"

#include <QtTest>

#include "core/explain/exact_shap.h"
#include "core/linear/linear_model.h"
#include "tests/core/explain/function_predictor.h"

using namespace lineament;
using namespace lineament::explain;

class LinearShapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // beta = (1, -2, 0.5), mu = (0.1, -0.2, 0.3), x = (1, 1, -1): the interventional values of the
  // methods document.
  void theWorkedExample() {
    const std::vector<Feature> features{{"a", "", {}}, {"b", "", {}}, {"c", "", {}}};
    const std::vector<double> rows = randomRows(20, 3, 1);
    std::vector<double> targets;
    for (std::size_t i = 0; i < 20; ++i) {
      targets.push_back(rows[3 * i] - 2 * rows[3 * i + 1] + 0.5 * rows[3 * i + 2]);
    }
    const Model model =
        linear::olsModel(linear::fitOls(features, rows, targets, {}), features, "y", "");
    const Background background =
        wholeBackground(std::vector<double>{0.6, -1.2, 0.3, -0.4, 0.8, 0.3}, 3);
    const Attributions found = linearShap(model, background, std::vector<double>{1, 1, -1}, {});
    QVERIFY(std::abs(found.values[0] - 0.9) < 1e-12);
    QVERIFY(std::abs(found.values[1] + 2.4) < 1e-12);
    QVERIFY(std::abs(found.values[2] + 0.65) < 1e-12);
    QVERIFY(std::abs(found.base_value - 0.65) < 1e-12);
  }

  void agreesWithEnumerationWhereColumnsAreText() {
    const std::vector<Feature> features{
        {"a", "", {}}, {"place", "", {"x", "y", "z"}}, {"b", "", {}}};
    std::vector<double> rows = randomRows(60, 3, 2), targets;
    Random random(3);
    for (std::size_t i = 0; i < 60; ++i) {
      rows[3 * i + 1] = static_cast<double>(i % 3);
      targets.push_back(random.normal() + static_cast<double>(i % 3) + rows[3 * i]);
    }
    const Model model = linear::ridgeModel(linear::fitRidge(features, rows, targets, {2.0, {}}, {}),
                                           features, "y", "");
    const Background background = wholeBackground(std::span(rows).first(30), 3);
    const Attributions closed = linearShap(model, background, rows, {});
    const Attributions exact = exactShap(*model.predictor, background, rows, {});
    QVERIFY(std::abs(closed.base_value - exact.base_value) < 1e-12);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      QVERIFY(std::abs(closed.values[i] - exact.values[i]) < 1e-12);
    }
  }

  void otherModelsAreErrors() {
    Model model;
    model.type = "mlp";
    try {
      linearShap(model, wholeBackground(randomRows(1, 2, 1), 2), randomRows(1, 2, 1), {});
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("linear.malformed"));
    }
  }
};

QTEST_APPLESS_MAIN(LinearShapTest)
#include "linear_shap_test.moc"
