// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/pile_table.h"

#include <QtTest>
#include <cmath>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "core/linear/ols.h"

using namespace lineament;

class PileTableTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // By hand: E = 9.81 * 6 * 0.5 = 29.43 kJ, sqrt(E) / 10 = 0.542494..., to the power 1.1 times 7.5.
  void theLawAtOneBlow() {
    const PileBlow blow{400, 20, 6, 0.5, 10, 0, 0};
    QVERIFY(std::abs(pileVelocity(blow) - 7.5 * std::pow(0.5424942396, 1.1)) < 1e-8);
    PileBlow other = blow;
    other.location = 1;
    other.axis = 2;
    QVERIFY(std::abs(pileVelocity(other) / pileVelocity(blow) - 0.6 * 1.15) < 1e-12);
  }

  void theSameSeedGivesTheSameTable() {
    const Table one = pileTable(3, 50), two = pileTable(3, 50), other = pileTable(4, 50);
    QCOMPARE(one.require("PPV").numbers(), two.require("PPV").numbers());
    QVERIFY(one.require("PPV").numbers() != other.require("PPV").numbers());
    QCOMPARE(one.require("PPV").unit(), std::string("mm/s"));
  }

  // Least squares on the logarithms finds the exponents and factors of the law again.
  void theLawIsInTheTable() {
    const Table table = pileTable(11, 4000);
    const std::vector<Feature> features{{"scaled", "", {}},
                                        {"width", "", {}},
                                        {"location", "", {"ground", "foundation", "building"}},
                                        {"axis", "", {"longitudinal", "transverse", "vertical"}},
                                        {"length", "", {}}};
    std::vector<double> rows, targets;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const PileBlow blow = pileBlow(table, i);
      const double energy = 9.81 * blow.hammer * blow.drop;
      rows.insert(rows.end(),
                  {std::log(std::sqrt(energy) / blow.distance), std::log(blow.width / 400),
                   double(blow.location), double(blow.axis), blow.length});
      targets.push_back(std::log(table.require("PPV").number(i)));
    }
    const linear::OlsFit fit = linear::fitOls(features, rows, targets, {});
    const double law[] = {1.1, 0.3, std::log(0.6), std::log(0.85), std::log(0.8), std::log(1.15),
                          0};
    for (std::size_t k = 0; k < std::size(law); ++k) {
      QVERIFY(std::abs(fit.coefficients[k] - law[k]) < 5 * fit.estimates[k].standard_error);
    }
    QVERIFY(std::abs(fit.residual_standard_error - kPileNoise) < 0.02);
  }

  void theAnalysisTellsItsNoiseFloor() {
    const Analysis& analysis = allAnalyses().require("sample.piles");
    const RunResult result =
        runRecorded(analysis, {}, Parameters::fromText(analysis.declaration(), {}), {}, {});
    QCOMPARE(result.outputs.find("table")->require<Table>().rows(), std::size_t(1018));
    const double r2 = result.outputs.metrics.at("noise_floor_r2");
    QVERIFY(r2 > 0.7 && r2 < 0.98);
  }
};

QTEST_APPLESS_MAIN(PileTableTest)
#include "pile_table_test.moc"
