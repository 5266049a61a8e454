// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lightning.h"

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class LightningTest : public MechanismChecks {
  Q_OBJECT

 public:
  LightningTest() : MechanismChecks("lightning") {}

 protected:
  std::vector<Options> optionSets() const override {
    Options plain = defaults();
    plain.set("feature_map", "identity");
    return {defaults(), plain};
  }

 private Q_SLOTS:
  // The slopes of Press et al. (2022): 1/2 to 1/256 for eight heads, 1/4 to 1/256 for four; six
  // heads take those four and 1/2 and 1/8.
  void slopes() {
    const auto all = [](std::int64_t heads) {
      std::vector<double> slopes;
      for (std::int64_t h = 0; h < heads; ++h) slopes.push_back(linearBiasSlope(h, heads));
      return slopes;
    };
    QCOMPARE(all(4), (std::vector<double>{0.25, 0.0625, 0.015625, 0.00390625}));
    QCOMPARE(all(6), (std::vector<double>{0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125}));
    QCOMPARE(all(8).front(), 0.5);
    QCOMPARE(all(8).back(), 1.0 / 256);
  }

  // One head of slope 2^-8 in the middle of three layers: half of it and the constant.
  void layersForgetSlower() {
    Sizes sizes;
    sizes[Dim::token] = 2;
    Options options = defaults();
    options.set("feature_map", "identity");
    options.set("layer", 1.0);
    options.set("layers", 3.0);
    const Problem problem{&mechanism(), sizes, options, {{1, 1}, {1, 0}, {1, 5}, {}}, {}, {}};
    checkProblem(problem);
    const std::vector<double> expected{1, std::exp(-(0.5 + 1e-5) / 256)};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-14);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
    options.set("layer", 3.0);
    QVERIFY_THROWS_EXCEPTION(Error, mechanism().check(sizes, options));
  }
};

QTEST_GUILESS_MAIN(LightningTest)
#include "lightning_test.moc"
