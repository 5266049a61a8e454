// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/vig.h"

#include <cmath>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class VigTest : public MechanismChecks {
  Q_OBJECT

 public:
  VigTest() : MechanismChecks("vig") {}

 private Q_SLOTS:
  // Forward 1, 5, 15.75 and backward 3, 8, 12 of queries 1, 2, 3, keys 1, values 1, 2, 4, gates
  // 1/2.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    const std::vector<double> ones(3, 1.0), gates(3, std::log(0.5));
    const Problem problem{
        &mechanism(), sizes, defaults(), {{1, 2, 3}, ones, {1, 2, 4}, gates, gates}, {}, {}};
    const std::vector<double> expected{2, 6.5, 13.875};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-14);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
  }

  // Weights from the sums of gates on either side of the diagonal, where they meet.
  void impliedAttentionFormula() {
    const Problem problem = draw(sizes(12), defaults(), 3);
    const std::vector<double> found = impliedAttention(problem, 0, 1, {});
    const auto viewOf = [&](std::size_t input) {
      return View<const double>{
          problem.inputs[input].data(),
          contiguousStrides(mechanism().description().inputs[input].dims, problem.sizes)};
    };
    const auto q = viewOf(0), k = viewOf(1), forward = viewOf(3), backward = viewOf(4);
    std::vector<double> expected(12 * 12);
    for (std::int64_t t = 0; t < 12; ++t) {
      for (std::int64_t s = 0; s < 12; ++s) {
        for (std::int64_t d = 0; d < 13; ++d) {
          double rising = 0, falling = 0;
          for (std::int64_t r = s + 1; r <= t; ++r) rising += forward(0, r, 1, d);
          for (std::int64_t r = t; r < s; ++r) falling += backward(0, r, 1, d);
          const double both = (s <= t ? std::exp(rising) : 0) + (s >= t ? std::exp(falling) : 0);
          expected[static_cast<std::size_t>(t * 12 + s)] +=
              q(0, t, 1, d) * k(0, s, 1, d) * both / (2 * std::sqrt(13.0));
        }
      }
    }
    QVERIFY(largestError(found, expected) < 1e-12);
  }
};

QTEST_GUILESS_MAIN(VigTest)
#include "vig_test.moc"
