// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/softmax.h"

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class SoftmaxTest : public MechanismChecks {
  Q_OBJECT

 public:
  SoftmaxTest() : MechanismChecks("softmax") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options sharp = defaults();
    sharp.set("scale", 2.0);
    return {defaults(), sharp};
  }

 private Q_SLOTS:
  // Computed by hand from the definition with d = 2.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    sizes[Dim::key] = sizes[Dim::value] = 2;
    const std::vector<double> q{1, 0, 0, 1, 1, 1}, v{1, 0, 0, 2, 3, 1};
    const Problem problem{&mechanism(), sizes, defaults(), {q, q, v}, {}, {}};
    const std::vector<double> expected{1, 0, 0.330238, 1.339523, 1.758725, 1};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-6);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
  }

  // Scores of thousands: the running maximum keeps every exponential finite.
  void largeScores() {
    Problem problem = draw(sizes(100), defaults(), 5);
    for (double& x : problem.inputs[0]) x *= 1000;
    const double error =
        relativeError(runFast(problem, Storage::f32, {}).output, runReference(problem, {}).output);
    QVERIFY2(error < 1e-3, qPrintable(QString::number(error)));
  }
};

QTEST_GUILESS_MAIN(SoftmaxTest)
#include "softmax_test.moc"
