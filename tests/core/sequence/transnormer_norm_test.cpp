// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_norm.h"

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class TransNormerNormTest : public MechanismChecks {
  Q_OBJECT

 public:
  TransNormerNormTest() : MechanismChecks("transnormer-norm") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options signed_map = defaults();
    signed_map.set("feature_map", "elu");
    return {defaults(), signed_map};
  }

 private Q_SLOTS:
  // Two heads of width 1: u is (1, 7) and then (1 + 6, 7 + 0) with phi = elu + 1 and queries and
  // keys of 0, 1; r is the root of their mean square.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 2;
    sizes[Dim::head] = 2;
    const std::vector<double> q{0, 0, 0, 0}, k{0, 0, 1, 1}, v{1, 7, 3, 0};
    const Problem problem{&mechanism(), sizes, defaults(), {q, k, v}, {}, {}};
    const std::vector<double> expected{1 / 5.0, 7 / 5.0, 1, 1};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-7);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
  }

  // The mean square over all heads of a token is 1.
  void outputsHaveUnitSize() {
    const Problem problem = draw(sizes(50), defaults(), 8);
    const auto found = runFast(problem, Storage::f32, {}).output;
    const std::size_t width = 3 * 19;
    for (std::size_t t = 0; t < 2 * 50; ++t) {
      double squares = 0;
      for (std::size_t i = 0; i < width; ++i) {
        squares +=
            static_cast<double>(found[t * width + i]) * static_cast<double>(found[t * width + i]);
      }
      QVERIFY(std::abs(squares / static_cast<double>(width) - 1) < 1e-5);
    }
  }

  // Nothing to normalise: outputs and gradients of zero, not of 0 / 0.
  void silence() {
    Problem problem = draw(sizes(5), defaults(), 9);
    for (double& value : problem.inputs[2]) value = 0;
    for (const float output : runFast(problem, Storage::f32, {}).output) QCOMPARE(output, 0.0f);
    const std::vector<double> weights(2 * 5 * 3 * 19, 1.0);
    for (const float gradient : runFastBackward(problem, weights, {}, {}).inputs[2]) {
      QCOMPARE(gradient, 0.0f);
    }
  }
};

QTEST_GUILESS_MAIN(TransNormerNormTest)
#include "transnormer_norm_test.moc"
