// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/linear_model.h"

#include <QtTest>
#include <cmath>

using namespace lineament;
using namespace lineament::linear;

namespace {

// y = 5 + 2 x + (0, 3, -1) by place.
Model knownModel() {
  const std::vector<Feature> features{{"x", "m", {}}, {"place", "", {"a", "b", "c"}}};
  std::vector<double> rows, targets;
  const double by_place[] = {0, 3, -1};
  for (int i = 0; i < 12; ++i) {
    rows.insert(rows.end(), {i * 0.5 + i % 2, static_cast<double>(i % 3)});
    targets.push_back(5 + 2 * rows[2 * i] + by_place[i % 3]);
  }
  return olsModel(fitOls(features, rows, targets, {}), features, "y", "mm/s");
}

std::string keyOf(const Model& model) {
  try {
    linearPredictor(model);
  } catch (const Error& error) {
    return error.key();
  }
  return "none";
}

}  // namespace

class LinearModelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void predictsTheLawItWasFittedTo() {
    const Model model = knownModel();
    const std::vector<double> rows{10, 0, -4, 1, 0.25, 2};
    std::vector<double> out(3);
    model.predictor->predict(rows, out, {});
    QVERIFY(std::abs(out[0] - 25) < 1e-12);
    QVERIFY(std::abs(out[1] - 0) < 1e-12);
    QVERIFY(std::abs(out[2] - 4.5) < 1e-12);
    QCOMPARE(model.target_unit, std::string("mm/s"));
  }

  void predictsTheSameAfterBeingBoundAnew() {
    Model model = knownModel();
    const std::vector<double> rows{1.5, 2, 7, 1};
    std::vector<double> before(2), after(2);
    model.predictor->predict(rows, before, {});
    model.configuration = nlohmann::json::parse(model.configuration.dump());
    linearPredictor(model)->predict(rows, after, {});
    QVERIFY(before == after);
  }

  // What a reader of the file needs to show the model without its data.
  void carriesEstimatesAndDeviations() {
    std::vector<double> rows, targets;
    for (int i = 0; i < 8; ++i) {
      rows.push_back(i);
      targets.push_back(3 - 2 * i + (i % 2 ? 0.5 : -0.5));
    }
    const std::vector<Feature> features{{"x", "m", {}}};
    const OlsFit fit = fitOls(features, rows, targets, {});
    const Model model = olsModel(fit, features, "y", "");
    const Tensor& estimates = model.tensors.at("estimates");
    QCOMPARE(estimates.shape(), (std::vector<std::uint64_t>{2, 6}));
    QCOMPARE(estimates.number(0), fit.intercept_estimate.standard_error);
    QCOMPARE(estimates.number(6 + 3), fit.estimates[0].low);
    QCOMPARE(estimates.number(6 + 5), fit.estimates[0].vif);
    // Of 0 ... 7: the square root of (8 * 8 - 1) / 12.
    QVERIFY(std::abs(model.tensors.at("deviations").number(0) - std::sqrt(63.0 / 12)) < 1e-12);
    const Model ridge = ridgeModel(fitRidge(features, rows, targets, {}, {}), features, "y", "");
    QCOMPARE(ridge.tensors.at("deviations").number(0), model.tensors.at("deviations").number(0));
  }

  void unknownLevelsAndMissingValuesGiveNoNumber() {
    const Model model = knownModel();
    const std::vector<double> rows{1, 3, 1, -1, NAN, 0, 1, NAN};
    std::vector<double> out(4);
    model.predictor->predict(rows, out, {});
    for (const double value : out) QVERIFY(std::isnan(value));
  }

  void damagedModelsAreErrors() {
    const Model good = knownModel();
    Model model = good;
    model.type = "mlp";
    QCOMPARE(keyOf(model), std::string("linear.malformed"));
    model = good;
    model.tensors.clear();
    QCOMPARE(keyOf(model), std::string("linear.malformed"));
    model = good;
    model.configuration["terms"].erase(0);
    QCOMPARE(keyOf(model), std::string("linear.malformed"));
    model = good;
    model.configuration["terms"][0]["feature"] = 9;
    QCOMPARE(keyOf(model), std::string("linear.malformed"));
    model = good;
    model.configuration["terms"][1]["level"] = 7;
    QCOMPARE(keyOf(model), std::string("linear.malformed"));
    model = good;
    model.configuration.erase("intercept");
    QCOMPARE(keyOf(model), std::string("linear.malformed"));
    QCOMPARE(keyOf(good), std::string("none"));
  }
};

QTEST_APPLESS_MAIN(LinearModelTest)
#include "linear_model_test.moc"
