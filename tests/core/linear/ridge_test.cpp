// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/ridge.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/linear/ols.h"
#include "tests/core/linear/numeric_csv.h"

using namespace lineament;
using namespace lineament::linear;

namespace {

bool close(double actual, double expected, double tolerance = 1e-10) {
  return std::abs(actual - expected) <= tolerance * std::max(std::abs(expected), 1e-3);
}

NumericCsv stackloss() {
  return numericCsv("linear_models/stackloss.csv", "STACKLOSS",
                    {"AIRFLOW", "WATERTEMP", "ACIDCONC"});
}

RidgeFit fitOf(const NumericCsv& csv, const RidgeSettings& settings) {
  return fitRidge(csv.features, csv.rows, csv.targets, settings, {});
}

}  // namespace

class RidgeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // scikit-learn 1.9: Ridge on StandardScaler's columns, brought back to the table's units.
  void coefficientsAgreeWithScikitLearn() {
    const NumericCsv csv = stackloss();
    const RidgeFit light = fitOf(csv, {0.5, RidgeChoice::generalised});
    QVERIFY(close(light.coefficients[0], 0.6884393523824138));
    QVERIFY(close(light.coefficients[1], 1.3106487110102385));
    QVERIFY(close(light.coefficients[2], -0.12930993027122384));
    QVERIFY(close(light.intercept, -40.568443976160054));
    QVERIFY(close(light.effective_freedom, 3.8510252678546264));
    QVERIFY(close(light.score, 12.819339256455974));
    const RidgeFit heavy = fitOf(csv, {20, RidgeChoice::generalised});
    QVERIFY(close(heavy.coefficients[0], 0.3715484117001105));
    QVERIFY(close(heavy.intercept, -35.03790145133079));
    QVERIFY(close(heavy.score, 25.59443699450735));
  }

  // Every row left out in turn and the model solved again.
  void leaveOneOutAgreesWithRefitting() {
    const NumericCsv csv = stackloss();
    QVERIFY(close(fitOf(csv, {0.5, RidgeChoice::leave_one_out}).score, 13.506803740039178));
    QVERIFY(close(fitOf(csv, {20, RidgeChoice::leave_one_out}).score, 27.78363332630895));
  }

  void noPenaltyIsLeastSquares() {
    const NumericCsv csv = stackloss();
    const RidgeFit ridge = fitOf(csv, {0.0, RidgeChoice::generalised});
    const OlsFit ols = fitOls(csv.features, csv.rows, csv.targets, {});
    for (int j = 0; j < 3; ++j) QVERIFY(close(ridge.coefficients[j], ols.coefficients[j]));
    QVERIFY(close(ridge.intercept, ols.intercept));
    QVERIFY(close(ridge.effective_freedom, 4));
  }

  void aHeavyPenaltyLeavesTheMean() {
    const NumericCsv csv = stackloss();
    const RidgeFit ridge = fitOf(csv, {1e14, RidgeChoice::generalised});
    for (const double b : ridge.coefficients) QVERIFY(std::abs(b) < 1e-9);
    double mean = 0;
    for (const double y : csv.targets) mean += y / static_cast<double>(csv.targets.size());
    QVERIFY(close(ridge.intercept, mean, 1e-8));
  }

  void theChosenLambdaHasTheLeastScoreOfThePath() {
    const NumericCsv csv = stackloss();
    for (const RidgeChoice choice : {RidgeChoice::generalised, RidgeChoice::leave_one_out}) {
      const RidgeFit fit = fitOf(csv, {std::nullopt, choice});
      QCOMPARE(fit.path.size(), std::size_t(101));
      for (const RidgeFit::Step& step : fit.path) QVERIFY(step.score >= fit.score);
      QVERIFY(std::is_sorted(fit.path.begin(), fit.path.end(),
                             [](auto& a, auto& b) { return a.lambda < b.lambda; }));
    }
  }

  void collinearAndWideDesignsHaveAnAnswer() {
    Random random(8);
    for (const auto& [rows, width] : {std::pair{12, 40}, {40, 5}, {2, 3}}) {
      NumericCsv csv;
      for (int j = 0; j < width; ++j) csv.features.push_back({"x", "", {}});
      for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < width; ++j) csv.rows.push_back(random.normal());
        csv.rows.back() = csv.rows[csv.rows.size() - 2];  // the last two are the same
        csv.targets.push_back(random.normal());
      }
      const RidgeFit fit = fitOf(csv, {0.7, RidgeChoice::generalised});
      for (const double b : fit.coefficients) QVERIFY(std::isfinite(b));
      QVERIFY(close(fit.coefficients[width - 1], fit.coefficients[width - 2], 1e-9));
    }
  }

  void everyLevelHasATerm() {
    const std::vector<Feature> features{{"place", "", {"a", "b"}}};
    const std::vector<double> rows{0, 1, 0, 1}, targets{0, 2, 0, 2};
    const RidgeFit fit = fitRidge(features, rows, targets, {1e-9, {}}, {});
    QCOMPARE(fit.terms.size(), std::size_t(2));
    QVERIFY(close(fit.coefficients[0], -1, 1e-7));
    QVERIFY(close(fit.coefficients[1], 1, 1e-7));
    QVERIFY(close(fit.intercept, 1, 1e-7));
  }
};

QTEST_APPLESS_MAIN(RidgeTest)
#include "ridge_test.moc"
