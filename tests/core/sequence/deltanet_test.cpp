// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/deltanet.h"

#include "delta_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class DeltanetTest : public MechanismChecks {
  Q_OBJECT

 public:
  DeltanetTest() : MechanismChecks("deltanet") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options plain = defaults();
    plain.set("scale", 1.0);
    return {defaults(), plain};
  }

 private Q_SLOTS:
  // flash-linear-attention 0.6.0, delta_rule_recurrence on a CPU.
  void publishedNumbers() {
    checkPublished(mechanism(),
                   {kQueryFormula, kKeyFormula, kValueFormula,
                    [](double t, double h, double) { return 1 + 0.9 * std::sin(t + h); }},
                   {0.0543472, 0.28931, 0.4534397, -0.507308, -0.3812452, -0.1618402});
  }

  // A = scale tril(Q K^T) (I + tril(diag(beta) K K^T, -1))^-1 diag(beta)
  void impliedAttentionByInverse() { checkDeltaAttention(draw(sizes(40), defaults(), 1), nullptr); }

  void parity() { checkParity(mechanism()); }
  void rotation() { checkRotation(mechanism()); }
  void additionModulo() { checkAdditionModulo(mechanism()); }

  // Reflections that hardly turn: errors do not decay, and a power series of the inverse would pass
  // the range of single precision.
  void nearlyParallelKeys() {
    Problem problem = draw(sizes(500), defaults(), 2);
    makeParallel(problem, 1.95);
    const Result<double> expected = runReference(problem, {});
    const Result<float> found = runFast(problem, Storage::f32, {});
    const double error = relativeError(found.output, expected.output);
    QVERIFY2(error <= 1e-4, qPrintable(QString::number(error)));
    const std::vector<double> weights(expected.output.size(), 1.0);
    const auto exact = runReferenceBackward(problem, weights, {}, {});
    const auto gradient = runFastBackward(problem, weights, {}, {});
    for (std::size_t i = 0; i < exact.inputs.size(); ++i) {
      const double slope = relativeError(gradient.inputs[i], exact.inputs[i], 0.1);
      QVERIFY2(slope <= 1e-3, qPrintable(QString::number(slope)));
    }
  }

  void zeroKeysKeepTheState() { checkZeroKeys(mechanism(), sizes(20)); }

  void warnsOfGrowth() { checkWarning(draw(sizes(30), defaults(), 4)); }

  void eigenvalues() {
    const Problem problem = draw(sizes(3), defaults(), 5);
    const auto values = transitionAt(problem, 1, 2, 1);
    QCOMPARE(values.size(), static_cast<std::size_t>(problem.sizes.keys()));
    const double beta = problem.inputs[3][static_cast<std::size_t>((1 * 3 + 1) * 3 + 2)];
    QVERIFY(std::abs(values[0] - (1 - beta)) < 1e-12);
    QCOMPARE(values[1], std::complex<double>(1));
  }
};

QTEST_GUILESS_MAIN(DeltanetTest)
#include "deltanet_test.moc"
