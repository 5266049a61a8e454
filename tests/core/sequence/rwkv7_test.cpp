// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/rwkv7.h"

#include "core/sequence/deltanet.h"
#include "delta_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class Rwkv7Test : public MechanismChecks {
  Q_OBJECT

 public:
  Rwkv7Test() : MechanismChecks("rwkv7") {}

 protected:
  enum Input : std::size_t { kQuery, kKey, kValue, kLogDecay, kRemoval, kRate };

  std::vector<Options> optionSets() const override {
    Options half = defaults();
    half.set("scale", 0.5);
    return {defaults(), half};
  }

 private Q_SLOTS:
  // flash-linear-attention 0.6.0, dplr_recurrence on a CPU with -kappa and a * kappa.
  void publishedNumbers() {
    checkPublished(
        mechanism(),
        {kQueryFormula,
         [](double t, double h, double d) { return 0.5 * std::sin(0.4 * t + 0.8 * d + h); },
         kValueFormula, kGateFormula, kKeyFormula,
         [](double t, double h, double d) { return 0.5 + 0.4 * std::sin(t + d + h); }},
        {0.0663042, -0.025117, -0.1103886, 0.0789799, -0.121293, -0.2918691});
  }

  // With no decay, one rate beta for all channels and k = beta kappa it is DeltaNet.
  void openGatesAreDeltanet() {
    Options options(deltanet().description().options);
    options.set("scale", 1.0);
    Problem plain = drawProblem(deltanet(), sizes(70), options, 2);
    for (double& beta : plain.inputs[3]) beta /= 2;
    Problem problem = draw(sizes(70), defaults(), 1);
    const auto width = static_cast<std::size_t>(problem.sizes.keys());
    problem.inputs[kQuery] = plain.inputs[0];
    problem.inputs[kRemoval] = plain.inputs[1];
    problem.inputs[kValue] = plain.inputs[2];
    for (std::size_t i = 0; i < plain.inputs[1].size(); ++i) {
      problem.inputs[kLogDecay][i] = 0;
      problem.inputs[kRate][i] = plain.inputs[3][i / width];
      problem.inputs[kKey][i] = plain.inputs[3][i / width] * plain.inputs[1][i];
    }
    const auto expected = runReference(plain, {}).output;
    QVERIFY(relativeError(runReference(problem, {}).output, expected) < 1e-12);
    QVERIFY(relativeError(runFast(problem, Storage::f32, {}).output, expected) < 1e-5);
  }

  // The eigenvalues of diag(w) - (a * kappa)^T kappa are the roots of f(x) = 1 - sum_i a_i
  // kappa_i^2 / (w_i - x): each one found is a Newton step of nothing away from a root, no two are
  // the same, and they add up to the trace.
  void eigenvalues() {
    const Problem problem = draw(sizes(4), defaults(), 3);
    const std::int64_t width = problem.sizes.keys();
    const auto row = static_cast<std::size_t>(((1 * 4 + 2) * 3 + 1) * width);
    std::vector<double> decays, products;
    double trace = 0;
    for (std::int64_t i = 0; i < width; ++i) {
      const auto at = [&](Input input) {
        return problem.inputs[input][row + static_cast<std::size_t>(i)];
      };
      decays.push_back(std::exp(at(kLogDecay)));
      products.push_back(at(kRate) * at(kRemoval) * at(kRemoval));
      trace += decays.back() - products.back();
    }
    std::vector<double> found;
    for (const std::complex<double> value : transitionAt(problem, 1, 1, 2)) {
      QCOMPARE(value.imag(), 0.0);
      found.push_back(value.real());
    }
    QCOMPARE(found.size(), static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < found.size(); ++i) {
      double value = 1, slope = 0;
      for (std::size_t j = 0; j < decays.size(); ++j) {
        value -= products[j] / (decays[j] - found[i]);
        slope -= products[j] / ((decays[j] - found[i]) * (decays[j] - found[i]));
      }
      QVERIFY(std::abs(value / slope) < 1e-10);
      QVERIFY(i == 0 || found[i] - found[i - 1] > 1e-6);
    }
    QVERIFY(std::abs(std::accumulate(found.begin(), found.end(), 0.0) - trace) < 1e-10);
  }

  // Decays that end a chunk in some channel, but not in others.
  void unevenDecays() {
    for (const double strength : {3.0, 40.0}) {
      Problem problem = draw(sizes(100), defaults(), 4);
      for (std::size_t i = 0; i < problem.inputs[kLogDecay].size(); i += 5) {
        problem.inputs[kLogDecay][i] *= strength;
      }
      const double error = relativeError(runFast(problem, Storage::f32, {}).output,
                                         runReference(problem, {}).output);
      QVERIFY2(error <= 1e-5, qPrintable(QString::number(error)));
    }
  }
};

QTEST_GUILESS_MAIN(Rwkv7Test)
#include "rwkv7_test.moc"
