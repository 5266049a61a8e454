// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/rwkv6.h"

#include <cmath>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class Rwkv6Test : public MechanismChecks {
  Q_OBJECT

 public:
  Rwkv6Test() : MechanismChecks("rwkv6") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options scaled = defaults();
    scaled.set("scale", 0.5);
    return {defaults(), scaled};
  }

 private Q_SLOTS:
  // Keys 1, values 1, 2, 4, decays 1/2, bonus 3: 3, 1 + 6, (1/2 + 2) + 12, times 1, 2, 3. A token's
  // own decay comes after its reading.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    const std::vector<double> decays(3, std::log(0.5));
    const Problem problem{
        &mechanism(), sizes, defaults(), {{1, 2, 3}, {1, 1, 1}, {1, 2, 4}, decays, {3}}, {}, {}};
    const std::vector<double> expected{3, 14, 43.5};
    const Result<double> found = runReference(problem, {});
    QVERIFY(largestError(found.output, expected) < 1e-14);
    QVERIFY(largestError(found.final.front().values, {5.25}) < 1e-14);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
    QVERIFY(largestError(runSteps(problem, {}).output, expected) < 1e-6);
  }

  // A[t, s] = sum r_t k_s exp(decays strictly between) below the diagonal, sum r u k on it.
  void impliedAttentionFormula() {
    const Problem problem = draw(sizes(15), defaults(), 3);
    const std::vector<double> found = impliedAttention(problem, 1, 2, {});
    const auto viewOf = [&](std::size_t input) {
      return View<const double>{
          problem.inputs[input].data(),
          contiguousStrides(mechanism().description().inputs[input].dims, problem.sizes)};
    };
    const auto r = viewOf(0), k = viewOf(1), w = viewOf(3), u = viewOf(4);
    std::vector<double> expected(15 * 15);
    for (std::int64_t t = 0; t < 15; ++t) {
      for (std::int64_t s = 0; s <= t; ++s) {
        for (std::int64_t d = 0; d < 13; ++d) {
          double between = 0;
          for (std::int64_t m = s + 1; m < t; ++m) between += w(1, m, 2, d);
          expected[static_cast<std::size_t>(t * 15 + s)] +=
              r(1, t, 2, d) * k(1, s, 2, d) * (s == t ? u(2, d) : std::exp(between));
        }
      }
    }
    QVERIFY(largestError(found, expected) < 1e-12);
  }
};

QTEST_GUILESS_MAIN(Rwkv6Test)
#include "rwkv6_test.moc"
