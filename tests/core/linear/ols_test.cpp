// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/ols.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <cmath>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "tests/core/linear/numeric_csv.h"

using namespace lineament;
using namespace lineament::linear;

namespace {

double digits(double actual, double certified) {
  return -std::log10(std::abs(actual - certified) / std::abs(certified) + 1e-17);
}

bool close(double actual, double expected, double tolerance = 1e-9) {
  return std::abs(actual - expected) <= tolerance * std::max(std::abs(expected), 1e-3);
}

NumericCsv longley() {
  return numericCsv("linear_models/longley.csv", "TOTEMP",
                    {"GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"});
}

NumericCsv stackloss() {
  return numericCsv("linear_models/stackloss.csv", "STACKLOSS",
                    {"AIRFLOW", "WATERTEMP", "ACIDCONC"});
}

OlsFit fitOf(const NumericCsv& csv, const Context& context = {}) {
  return fitOls(csv.features, csv.rows, csv.targets, context);
}

NumericCsv randomTable(std::size_t rows, std::size_t width, std::uint64_t seed) {
  NumericCsv csv;
  Random random(seed);
  for (std::size_t j = 0; j < width; ++j) csv.features.push_back({fmt::format("x{}", j), "", {}});
  for (std::size_t i = 0; i < rows; ++i) {
    double target = random.normal();
    for (std::size_t j = 0; j < width; ++j) {
      csv.rows.push_back(random.normal() * std::pow(10.0, static_cast<double>(j % 5)) + 3.0);
      target += csv.rows.back() / static_cast<double>(j + 1);
    }
    csv.targets.push_back(target);
  }
  return csv;
}

struct Warnings {
  std::vector<std::string> lines;
  Context context;
  Warnings() {
    context.log = [this](Context::Severity severity, std::string_view line) {
      if (severity == Context::Severity::warning) lines.emplace_back(line);
    };
  }
};

}  // namespace

class OlsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Certified values of the NIST Statistical Reference Datasets, Longley.
  void longleyAgreesWithCertifiedValues() {
    const OlsFit fit = fitOf(longley());
    const double values[] = {15.0618722713733,  -0.358191792925910e-01, -2.02022980381683,
                             -1.03322686717359, -0.511041056535807e-01, 1829.15146461355};
    const double errors[] = {84.9149257747669,  0.334910077722432e-01, 0.488399681651699,
                             0.214274163161675, 0.226073200069370,     455.478499142212};
    QVERIFY(digits(fit.intercept, -3482258.63459582) > 11);
    QVERIFY(digits(fit.intercept_estimate.standard_error, 890420.383607373) > 11);
    for (int i = 0; i < 6; ++i) {
      QVERIFY2(digits(fit.coefficients[i], values[i]) > 11, qPrintable(QString::number(i)));
      QVERIFY2(digits(fit.estimates[i].standard_error, errors[i]) > 11,
               qPrintable(QString::number(i)));
    }
    QVERIFY(digits(fit.residual_standard_error, 304.854073561965) > 11);
    QVERIFY(digits(fit.r2, 0.995479004577296) > 13);
    QVERIFY(digits(fit.f, 330.285339234588) > 11);
  }

  // statsmodels 0.15 on the same table.
  void longleyStatisticsAgreeWithStatsmodels() {
    const OlsFit fit = fitOf(longley());
    QVERIFY(close(fit.adjusted_r2, 0.9924650076288254));
    QVERIFY(close(fit.f_p, 4.984030528726613e-10, 1e-8));
    QVERIFY(close(fit.aic, 233.23486961696244));
    QVERIFY(close(fit.bic, 238.6429906726409));
    QVERIFY(close(fit.durbin_watson, 2.559487689281628));
    QVERIFY(close(fit.condition_number, 110.54415344231354));
    const double p[] = {0.8631408328075295,    0.3126810610919829, 0.0025350917341039635,
                        0.0009443667641606137, 0.8262117957633826, 0.00303680334161951};
    const double vif[] = {135.53243828000367, 1788.5134827182983, 33.61889059604998,
                          3.5889301934455404, 399.15102231263205, 758.9805974069244};
    for (int i = 0; i < 6; ++i) {
      QVERIFY(close(fit.estimates[i].p, p[i]));
      QVERIFY(close(fit.estimates[i].vif, vif[i]));
    }
  }

  void stacklossIntervalsAgreeWithStatsmodels() {
    const OlsFit fit = fitOf(stackloss());
    QVERIFY(close(fit.intercept_estimate.low, -65.01803388946932));
    QVERIFY(close(fit.intercept_estimate.high, -14.821314950778731));
    QVERIFY(close(fit.estimates[0].low, 0.43111430022418745));
    QVERIFY(close(fit.estimates[2].high, 0.177629088019842));
  }

  void stacklossInfluenceAgreesWithStatsmodels() {
    const NumericCsv csv = stackloss();
    const Influence influence = influenceOf(fitOf(csv), csv.features, csv.rows, csv.targets, {});
    QVERIFY(close(influence.leverage[16], 0.41212349785785984));
    QVERIFY(close(influence.standardised[20], -2.638219981163835));
    QVERIFY(close(influence.studentised[20], -3.3304933193280672));
    QVERIFY(close(influence.cooks_distance[20], 0.6919999163395204));
    QVERIFY(close(influence.cooks_distance[13], 1.977780551532203e-05));
    double trace = 0;
    for (const double h : influence.leverage) trace += h;
    QVERIFY(close(trace, 4));  // the rank
  }

  // R's ls.diag on the growth of real investment explained by that of GDP and by the real
  // interest rate: the reference file that comes with the data.
  void macrodataInfluenceAgreesWithR() {
    const NumericCsv levels =
        numericCsv("linear_models/macrodata.csv", "realinv", {"realgdp", "realint"});
    NumericCsv growth{levels.features, {}, {}};
    const auto rate = [](double now, double before) { return 400 * std::log(now / before); };
    for (std::size_t i = 1; i < levels.targets.size(); ++i) {
      growth.targets.push_back(rate(levels.targets[i], levels.targets[i - 1]));
      growth.rows.push_back(rate(levels.rows[2 * i], levels.rows[2 * i - 2]));
      growth.rows.push_back(levels.rows[2 * i - 1]);  // the quarter before
    }
    const OlsFit fit = fitOf(growth);
    const Influence influence = influenceOf(fit, growth.features, growth.rows, growth.targets, {});
    QFile file(QString(LINEAMENT_REAL_DATA) +
               "/tabular/linear_models/reference/influence_lsdiag_R.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject r = QJsonDocument::fromJson(file.readAll()).object();
    QVERIFY(close(fit.residual_standard_error, r["std.dev"].toDouble(), 1e-8));
    const QJsonArray hat = r["hat"].toArray(), cook = r["cooks"].toArray(),
                     standard = r["std.res"].toArray(), student = r["stud.res"].toArray();
    QCOMPARE(std::size_t(hat.size()), fit.rows);
    for (int i = 0; i < hat.size(); ++i) {
      QVERIFY(close(influence.leverage[i], hat[i].toDouble(), 1e-8));
      QVERIFY(close(influence.cooks_distance[i], cook[i].toDouble(), 1e-7));
      QVERIFY(close(influence.standardised[i], standard[i].toDouble(), 1e-7));
      QVERIFY(close(influence.studentised[i], student[i].toDouble(), 1e-7));
    }
  }

  void residualsAreOrthogonalToTheDesignOnOddShapes() {
    for (const auto& [rows, width] : {std::pair{2, 1}, {17, 5}, {257, 13}, {9001, 3}}) {
      const NumericCsv csv = randomTable(rows, width, 100 + rows);
      const OlsFit fit = fitOf(csv);
      for (int j = 0; j < width; ++j) {
        double product = 0, size = 0;
        for (int i = 0; i < rows; ++i) {
          product += fit.residuals[i] * csv.rows[i * width + j];
          size += std::abs(csv.targets[i] * csv.rows[i * width + j]);
        }
        QVERIFY(std::abs(product) < 1e-10 * size);
      }
    }
  }

  void theBytesDoNotDependOnTheThreads() {
    const NumericCsv csv = randomTable(30000, 7, 5);
    std::vector<double> one, three;
    {
      const ThreadLimit limit(1);
      one = fitOf(csv).coefficients;
    }
    {
      const ThreadLimit limit(3);
      three = fitOf(csv).coefficients;
    }
    QVERIFY(one == three);
  }

  void collinearColumnsAreNamedAndDropped() {
    NumericCsv csv = randomTable(60, 4, 9);
    for (int i = 0; i < 60; ++i) csv.rows[4 * i + 2] = csv.rows[4 * i] - 3 * csv.rows[4 * i + 1];
    Warnings warnings;
    const OlsFit fit = fitOf(csv, warnings.context);
    QCOMPARE(fit.rank, std::size_t(4));
    QCOMPARE(fit.dropped.size(), std::size_t(1));
    QCOMPARE(fit.dropped[0].column, std::size_t(2));
    QCOMPARE(fit.dropped[0].on, (std::vector<std::size_t>{0, 1}));
    QCOMPARE(fit.coefficients[2], 0.0);
    QVERIFY(std::isnan(fit.estimates[2].standard_error));
    QCOMPARE(warnings.lines.size(), std::size_t(1));
    QVERIFY(warnings.lines[0].find("'x0', 'x1'") != std::string::npos);
  }

  void aConstantColumnIsDropped() {
    NumericCsv csv = randomTable(40, 3, 2);
    for (int i = 0; i < 40; ++i) csv.rows[3 * i + 1] = 0.1;
    Warnings warnings;
    const OlsFit fit = fitOf(csv, warnings.context);
    QCOMPARE(fit.dropped.size(), std::size_t(1));
    QVERIFY(fit.dropped[0].on.empty());
    QVERIFY(warnings.lines.at(0).find("'x1' is constant") != std::string::npos);
  }

  void moreFeaturesThanRowsPassThroughEveryRow() {
    const NumericCsv csv = randomTable(6, 11, 4);
    Warnings warnings;
    const OlsFit fit = fitOf(csv, warnings.context);
    QCOMPARE(fit.rank, std::size_t(6));
    QCOMPARE(fit.residual_freedom, 0.0);
    for (const double e : fit.residuals) QVERIFY(std::abs(e) < 1e-8);
    QVERIFY(std::isnan(fit.estimates[0].standard_error));
    QVERIFY(!warnings.lines.empty());
  }

  void levelsBecomeIndicatorsWithoutTheFirst() {
    const std::vector<Feature> features{{"place", "", {"ground", "cellar", "roof"}}};
    const std::vector<double> rows{0, 0, 1, 1, 2, 2};
    const std::vector<double> targets{1, 3, 10, 12, -4, -6};
    const OlsFit fit = fitOls(features, rows, targets, {});
    QVERIFY(close(fit.intercept, 2));
    QVERIFY(close(fit.coefficients[0], 9));
    QVERIFY(close(fit.coefficients[1], -7));
    QCOMPARE(fit.terms[0].name, std::string("place = cellar"));
  }

  void badRowsAreErrors() {
    const std::vector<Feature> features{{"x", "", {}}};
    const auto key = [&](std::vector<double> rows, std::vector<double> targets) {
      try {
        fitOls(features, rows, targets, {});
      } catch (const Error& error) {
        return error.key();
      }
      return std::string("none");
    };
    QCOMPARE(key({1}, {2}), std::string("linear.no_rows"));
    QCOMPARE(key({1, NAN}, {2, 3}), std::string("linear.not_finite"));
    QCOMPARE(key({1, 2}, {2, INFINITY}), std::string("linear.not_finite"));
  }

  void stoppingIsCancelled() {
    const NumericCsv csv = randomTable(50, 3, 1);
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    QVERIFY_EXCEPTION_THROWN(fitOf(csv, context), Cancelled);
  }
};

QTEST_APPLESS_MAIN(OlsTest)
#include "ols_test.moc"
