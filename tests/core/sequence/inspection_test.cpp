// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/inspection.h"

#include <QtTest>
#include <cmath>

#include "core/sequence/registry.h"

using namespace lineament;
using namespace lineament::sequence;

class InspectionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sharesAndEntropy() {
    // Rows: (2), (-1, 3), (0, 0, 0).
    const std::vector<double> attention{2, 0, 0, -1, 3, 0, 0, 0, 0};
    const std::vector<double> shares = attentionShares(attention, 3);
    QCOMPARE(shares, (std::vector<double>{1, 0, 0, 0.25, 0.75, 0, 0, 0, 0}));
    const double row = -(0.25 * std::log(0.25) + 0.75 * std::log(0.75));
    QVERIFY(std::abs(meanEntropy(shares, 3) - row / 3) < 1e-15);
    QCOMPARE(meanEntropy({}, 0), 0.0);
  }

  void shareOfALag() {
    const std::vector<double> shares{1, 0, 0, 0.25, 0.75, 0, 0.2, 0.3, 0.5};
    const std::vector<double> lags = shareByLag(shares, 3);
    QVERIFY(std::abs(lags[0] - (1 + 0.75 + 0.5) / 3) < 1e-15);
    QVERIFY(std::abs(lags[1] - (0.25 + 0.3) / 2) < 1e-15);
    QVERIFY(std::abs(lags[2] - 0.2) < 1e-15);
  }

  void lifetimesEndAtTheFirstGap() {
    // Token 0: 1, 0.1, 0.5 - it falls under the threshold and comes back.
    const std::vector<double> shares{1, 0, 0, 0.1, 0.9, 0, 0.5, 0.3, 0.2};
    QCOMPARE(lifetimes(shares, 3, 0.25), (std::vector<std::int64_t>{1, 2, 0}));
  }

  void effectiveRankOfKnownMatrices() {
    const std::vector<double> unit{1, 0, 0, 0, 1, 0, 0, 0, 1};
    QVERIFY(std::abs(effectiveRank(unit.data(), 3, 3) - 3) < 1e-12);
    const std::vector<double> outer{1, 2, 3, 2, 4, 6};
    QVERIFY(std::abs(effectiveRank(outer.data(), 2, 3) - 1) < 1e-6);
    const std::vector<double> nothing(6, 0.0);
    QCOMPARE(effectiveRank(nothing.data(), 2, 3), 0.0);
    // Singular values 3 and 1.
    const std::vector<double> two{3, 0, 0, 1};
    const double expected = std::exp(-(0.75 * std::log(0.75) + 0.25 * std::log(0.25)));
    QVERIFY(std::abs(effectiveRank(two.data(), 2, 2) - expected) < 1e-12);
  }

  // Softmax remembers everything: the norm of what it keeps can only grow.
  void tracesGrowingMemory() {
    const Mechanism& mechanism = requireMechanism("softmax");
    Sizes sizes;
    sizes[Dim::token] = 50;
    sizes[Dim::key] = sizes[Dim::value] = 4;
    const Problem problem =
        drawProblem(mechanism, sizes, Options(mechanism.description().options), 1);
    const StateTrace trace = traceState(problem, 0, 0, 20, {});
    QVERIFY(trace.token.size() <= 20);
    QCOMPARE(trace.token.back(), 50.0);
    QVERIFY(trace.effective_rank.empty());
    for (std::size_t i = 1; i < trace.norm.size(); ++i) QVERIFY(trace.norm[i] > trace.norm[i - 1]);
    QVERIFY(decayTrace(problem, 0, 0).empty());
    QVERIFY(transitionEigenvalues(problem, 0, 0, 1).empty());
  }
};

QTEST_GUILESS_MAIN(InspectionTest)
#include "inspection_test.moc"
