// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/ssd.h"

#include <cmath>

#include "core/base/error.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

namespace {

enum Input : std::size_t { kX, kStep, kRate, kB, kC, kSkip };

}  // namespace

class SsdTest : public MechanismChecks {
  Q_OBJECT

 public:
  explicit SsdTest(bool skips) : MechanismChecks("ssd"), skips_(skips) {}

 protected:
  // Five heads of a group are one task and a part of one.
  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    sizes[Dim::head] = 10;
    sizes[Dim::group] = 2;
    return sizes;
  }
  void adjust(Problem& problem) const override {
    if (!skips_) problem.inputs[kSkip].clear();
  }
  Sizes smallSizes(std::int64_t tokens) const override {
    Sizes small = MechanismChecks::smallSizes(tokens);
    small[Dim::head] = 4;
    return small;
  }
  // Steps of 0, and steps so long that nothing is left, with short ones behind them.
  std::vector<Problem> extremes() const override {
    std::vector<Problem> problems = MechanismChecks::extremes();
    for (const double factor : {0.0, 1e-6, 30.0, 1e5}) {
      Problem problem = draw(sizes(77), defaults(), 7);
      for (double& dt : problem.inputs[kStep]) dt *= factor;
      problems.push_back(problem);
      for (std::size_t i = 0; i < problem.inputs[kStep].size(); i += 3) {
        problem.inputs[kStep][i] = 0.01;
      }
      problems.push_back(problem);
    }
    return problems;
  }

 private Q_SLOTS:
  // Two tokens by hand, N = 1, P = 2: S_1 = 3 * 0.5 * (2, 4), S_2 = S_1 / e + 2 * 1 * (1, 0).
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = sizes[Dim::value] = 2;
    const Problem problem{&mechanism(), sizes,
                          defaults(),   {{2, 4, 1, 0}, {0.5, 1}, {-1}, {3, 2}, {1, -1}, {10}},
                          {},           {}};
    const double a = std::exp(-1);
    const std::vector<double> expected{3 + 20, 6 + 40, -(3 * a + 2) + 10, -6 * a};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-15);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
    QVERIFY(largestError(runSteps(problem, {}).output, expected) < 1e-6);
  }

  // The dual form: masked attention, L * (C B') dt with L the products of decays, plus D.
  void impliedAttentionByItsFormula() {
    const std::int64_t tokens = 21, heads = 10, keys = 13, h = 7, b = 1;
    const Problem problem = draw(sizes(tokens), defaults(), 3);
    const auto at = [&](Input input, std::int64_t t, std::int64_t i, std::int64_t width) {
      return problem.inputs[input][static_cast<std::size_t>((b * tokens + t) * width + i)];
    };
    const std::vector<double> found = impliedAttention(problem, b, h, {});
    for (std::int64_t t = 0; t < tokens; ++t) {
      for (std::int64_t s = 0; s <= t; ++s) {
        double between = 0, score = 0;
        for (std::int64_t r = s + 1; r <= t; ++r) between += at(kStep, r, h, heads);
        for (std::int64_t n = 0; n < keys; ++n) {  // head 7 of 10 is in group 1 of 2
          score += at(kC, t, keys + n, 2 * keys) * at(kB, s, keys + n, 2 * keys);
        }
        double weight =
            score * std::exp(problem.inputs[kRate][h] * between) * at(kStep, s, h, heads);
        if (t == s && skips_) weight += problem.inputs[kSkip][h];
        QVERIFY(std::abs(found[static_cast<std::size_t>(t * tokens + s)] - weight) < 1e-12);
      }
    }
  }

  void groupsMustDivideTheHeads() {
    Sizes uneven = sizes(4);
    uneven[Dim::group] = 3;
    QVERIFY_THROWS_EXCEPTION(Error, checkProblem(drawProblem(mechanism(), uneven, defaults(), 1)));
  }

 private:
  bool skips_;
};

int main(int argc, char** argv) {
  SsdTest skipping(true), plain(false);
  return QTest::qExec(&skipping, argc, argv) + QTest::qExec(&plain, argc, argv);
}
#include "ssd_test.moc"
