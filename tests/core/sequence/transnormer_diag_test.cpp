// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/transnormer_diag.h"

#include <cmath>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class TransNormerDiagTest : public MechanismChecks {
  Q_OBJECT

 public:
  TransNormerDiagTest() : MechanismChecks("transnormer-diag") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options rectified = defaults(), narrow = defaults();
    rectified.set("activation", "relu");
    narrow.set("block", 5.0);
    narrow.set("scale", 2.0);
    Options both = narrow;
    both.set("activation", "relu");
    return {defaults(), rectified, narrow, both};
  }

 private Q_SLOTS:
  // Blocks of two: the second token of each sees two keys, the first one only itself.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 4;
    Options options = defaults();
    options.set("block", 2.0);
    options.set("scale", 1.0);
    Problem problem{&mechanism(), sizes, options, {{1, 1, 2, -1}, {1, 3, 1, 2}, {5, 7, 9, 4}},
                    {},           {}};
    const double first = 1 / (1 + std::exp(2.0)), second = 1 / (1 + std::exp(-1.0));
    const std::vector<double> softmax{5, 5 * first + 7 * (1 - first), 9,
                                      9 * second + 4 * (1 - second)};
    QVERIFY(largestError(runReference(problem, {}).output, softmax) < 1e-14);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, softmax) < 1e-6);
    problem.options.set("activation", "relu");
    const std::vector<double> rectified{5, 1 * 5 + 3 * 7, 18, 0};
    QVERIFY(largestError(runReference(problem, {}).output, rectified) < 1e-14);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, rectified) < 1e-6);
  }

  // One block for all tokens is softmax attention.
  void oneBlockIsSoftmax() {
    Problem diagonal = draw(sizes(60), defaults(), 12);
    Problem all = diagonal;
    all.mechanism = &requireMechanism("softmax");
    all.options = Options(all.mechanism->description().options);
    QVERIFY(largestError(runReference(diagonal, {}).output, runReference(all, {}).output) < 1e-13);
  }

  // A full block leaves nothing behind.
  void stateIsTheOpenBlock() {
    Options options = defaults();
    options.set("block", 8.0);
    QCOMPARE(runFast(draw(sizes(16), options, 1), Storage::f32, {}).final.front().values.size(),
             std::size_t{0});
    QCOMPARE(runFast(draw(sizes(19), options, 1), Storage::f32, {}).final.front().values.size(),
             std::size_t{3 * 2 * 3 * (13 + 19)});
  }
};

QTEST_GUILESS_MAIN(TransNormerDiagTest)
#include "transnormer_diag_test.moc"
