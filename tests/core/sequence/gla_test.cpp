// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/gla.h"

#include <cmath>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class GlaTest : public MechanismChecks {
  Q_OBJECT

 public:
  GlaTest() : MechanismChecks("gla") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options plain = defaults();
    plain.set("scale", 1.0);
    return {defaults(), plain};
  }

 private Q_SLOTS:
  // A[t, s] = scale sum_d q_td k_sd exp(G_td - G_sd), computed from the sums of gates.
  void impliedAttentionFormula() {
    const Problem problem = draw(sizes(20), defaults(), 2);
    const std::vector<double> found = impliedAttention(problem, 1, 2, {});
    const auto& about = mechanism().description();
    const auto viewOf = [&](std::size_t input) {
      return View<const double>{problem.inputs[input].data(),
                                contiguousStrides(about.inputs[input].dims, problem.sizes)};
    };
    const auto q = viewOf(0), k = viewOf(1), g = viewOf(3);
    std::vector<double> expected(20 * 20);
    for (std::int64_t t = 0; t < 20; ++t) {
      for (std::int64_t s = 0; s <= t; ++s) {
        double sum = 0;
        for (std::int64_t d = 0; d < 13; ++d) {
          double between = 0;
          for (std::int64_t r = s + 1; r <= t; ++r) between += g(1, r, 2, d);
          sum += q(1, t, 2, d) * k(1, s, 2, d) * std::exp(between);
        }
        expected[static_cast<std::size_t>(t * 20 + s)] = sum / std::sqrt(13.0);
      }
    }
    QVERIFY(largestError(found, expected) < 1e-12);
  }

  // One channel, gates of a half, no scale: 1, 1/2 + 2, 1/4 + 1 + 4 times the queries 1, 2, 3.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    Options plain = defaults();
    plain.set("scale", 1.0);
    const Problem problem{
        &mechanism(), sizes,
        plain,        {{1, 2, 3}, {1, 1, 1}, {1, 2, 4}, std::vector<double>(3, std::log(0.5))},
        {},           {}};
    const std::vector<double> expected{1, 5, 15.75};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-12);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
  }

  // Weak and strong gates over thousands of tokens.
  void longSequences() {
    for (const double factor : {1.0, 16.0}) {
      Sizes sizes;
      sizes[Dim::token] = 4096;
      sizes[Dim::key] = 16;
      sizes[Dim::value] = 16;
      Problem problem = draw(sizes, defaults(), 6);
      for (double& gate : problem.inputs[3]) gate *= factor;
      const double error = relativeError(runFast(problem, Storage::f32, {}).output,
                                         runReference(problem, {}).output);
      QVERIFY2(error < 5e-6, qPrintable(QString::number(error)));
    }
  }
};

QTEST_GUILESS_MAIN(GlaTest)
#include "gla_test.moc"
