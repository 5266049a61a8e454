// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/inspection.h"

#include <QtTest>
#include <cmath>

#include "core/sequence/registry.h"

using namespace lineament;
using namespace lineament::sequence;

namespace {

Problem drawn(const char* id, std::int64_t tokens, std::int64_t width) {
  const Mechanism& mechanism = requireMechanism(id);
  Sizes sizes;
  sizes[Dim::token] = tokens;
  sizes[Dim::key] = sizes[Dim::value] = width;
  return drawProblem(mechanism, mechanism.suited(sizes), Options(mechanism.description().options),
                     1);
}

}  // namespace

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

  void survivorsAreCounted() {
    QCOMPARE(survival({1, 2, 0, 4}), (std::vector<double>{0.75, 0.5, 0.25, 0.25}));
    QVERIFY(survival({}).empty());
  }

  // Token 0: (3, 4) against (0, 5); token 1: the same twice.
  void errorOfEachToken() {
    const std::vector<double> output{3, 4, 7, 7}, reference{0, 5, 7, 7};
    const std::vector<double> errors = errorByToken(output, reference, 2);
    QCOMPARE(errors.size(), std::size_t{2});
    QVERIFY(std::abs(errors[0] - std::sqrt(10.0) / 5) < 1e-15);
    QCOMPARE(errors[1], 0.0);
    QVERIFY(errorByToken({}, {}, 0).empty());
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

  // With a write strength of 2 and keys of unit length the delta rule's transition is a reflection.
  void eigenvaluesOfAReflection() {
    Problem problem = drawn("deltanet", 3, 4);
    const auto& specs = problem.mechanism->description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (specs[i].role != OperandSpec::Role::beta) continue;
      for (double& strength : problem.inputs[i]) strength = 2;
    }
    const auto eigenvalues = transitionEigenvalues(problem, 0, 0, 2);
    QCOMPARE(eigenvalues.size(), std::size_t{8});  // tokens 0 and 2
    double turned = 0, kept = 0;
    for (const auto& [token, value] : eigenvalues) {
      QVERIFY(token == 0 || token == 2);
      QVERIFY(std::abs(value.imag()) < 1e-12);
      if (std::abs(value.real() + 1) < 1e-12) ++turned;
      if (std::abs(value.real() - 1) < 1e-12) ++kept;
    }
    QCOMPARE(turned, 2.0);
    QCOMPARE(kept, 6.0);
  }

  void gatesAreWhatTheInputsSay() {
    const Problem gated = drawn("gated-deltanet", 5, 4);
    const auto traces = gateTraces(gated, 0, 0);
    QCOMPARE(traces.size(), std::size_t{2});
    for (const GateTrace& trace : traces) {
      std::size_t input = 0;
      const auto& specs = gated.mechanism->description().inputs;
      while (specs[input].name != trace.input) ++input;
      for (std::size_t t = 0; t < 5; ++t) {
        const double number = gated.inputs[input][t];
        QCOMPARE(trace.mean[t],
                 trace.role == OperandSpec::Role::log_decay ? std::exp(number) : number);
      }
    }
    QVERIFY(gateTraces(drawn("softmax", 5, 4), 0, 0).empty());
  }

  // Retention's decay is a constant of the head.
  void constantDecaysComeFromTheTransition() {
    const Problem problem = drawn("retention", 3, 4);
    const auto decays = decayTrace(problem, 0, 0);
    QCOMPARE(decays.size(), std::size_t{3});
    const double expected = std::exp(problem.inputs.back().at(0));
    for (const double decay : decays) QVERIFY(std::abs(decay - expected) < 1e-12);
    QVERIFY(decayTrace(drawn("deltanet", 3, 4), 0, 0).empty());
  }
};

QTEST_GUILESS_MAIN(InspectionTest)
#include "inspection_test.moc"
