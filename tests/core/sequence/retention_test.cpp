// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/retention.h"

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class RetentionTest : public MechanismChecks {
  Q_OBJECT

 public:
  RetentionTest() : MechanismChecks("retention") {}

 private Q_SLOTS:
  // Head 0 keeps 31/32 and head 1 63/64 of what it holds at each token (Sun et al. 2023, eq. 8).
  void publishedRates() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    sizes[Dim::head] = 2;
    const std::vector<double> ones(6, 1.0), values{1, 1, 0, 0, 0, 0};
    const Problem problem{&mechanism(), sizes, defaults(), {ones, ones, values, {}}, {}, {}};
    checkProblem(problem);
    const std::vector<double> expected{1, 1, 0.96875, 0.984375, 0.9384765625, 0.968994140625};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-14);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
    QVERIFY(largestError(runSteps(problem, {}).output, expected) < 1e-6);
  }

  // A[t, s] = scale (q_t . k_s) gamma^(t - s)
  void impliedAttentionFormula() {
    Problem problem = draw(sizes(20), defaults(), 2);
    problem.inputs[3].clear();
    const std::vector<double> found = impliedAttention(problem, 0, 0, {});
    const auto& dims = mechanism().description().inputs[0].dims;
    const View<const double> q{problem.inputs[0].data(), contiguousStrides(dims, problem.sizes)};
    const View<const double> k{problem.inputs[1].data(), contiguousStrides(dims, problem.sizes)};
    std::vector<double> expected(20 * 20);
    for (std::int64_t t = 0; t < 20; ++t) {
      for (std::int64_t s = 0; s <= t; ++s) {
        double sum = 0;
        for (std::int64_t d = 0; d < 13; ++d) sum += q(0, t, 0, d) * k(0, s, 0, d);
        expected[static_cast<std::size_t>(t * 20 + s)] =
            sum / std::sqrt(13.0) * std::pow(31.0 / 32, static_cast<double>(t - s));
      }
    }
    QVERIFY(largestError(found, expected) < 1e-12);
  }
};

QTEST_GUILESS_MAIN(RetentionTest)
#include "retention_test.moc"
