// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/hedgehog.h"

#include <cmath>
#include <numeric>

#include "core/sequence/hedgehog_map.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class HedgehogTest : public MechanismChecks {
  Q_OBJECT

 public:
  HedgehogTest() : MechanismChecks("hedgehog") {}

 protected:
  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    sizes[Dim::feature] = 11;
    return sizes;
  }
  Sizes smallSizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::smallSizes(tokens);
    sizes[Dim::feature] = 3;
    return sizes;
  }
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets;
    for (const std::string_view map : {"softmax_halves", "exp_shifted", "softmax_joint", "exp"}) {
      sets.push_back(defaults());
      sets.back().set("map", map);
    }
    return sets;
  }

 private Q_SLOTS:
  // x = (1, -2) under the unit matrix, as the published programs define their maps.
  void knownFeatures() {
    const std::vector<double> x{1, -2}, unit{1, 0, 0, 1};
    const auto check = [&](HedgehogForm form, const std::vector<double>& expected) {
      const HedgehogMap map{form, 2, 2, unit.data()};
      QVERIFY(largestError(map(x.data()), expected) < 1e-6);
    };
    check(HedgehogForm::softmax_halves, {0.952574, 0.047426, 0.047426, 0.952574});
    check(HedgehogForm::softmax_joint, {0.118908, 0.000295, 0.002178, 0.878619});
    check(HedgehogForm::exp_shifted, {1, 0.049787, 0.049787, 1});
    check(HedgehogForm::exp, {std::exp(1.0), std::exp(-2.0), std::exp(-1.0), std::exp(2.0)});
  }

  // The implied attention against its formula, computed pair by pair.
  void attentionIsTheFormula() {
    for (const Options& options : optionSets()) {
      const Problem problem = draw(sizes(20), options, 13);
      const std::int64_t tokens = 20, head = 1, heads = 3, keys = 13, columns = 11;
      const auto form = static_cast<HedgehogForm>(options.integer(0));
      const HedgehogMap query{form, keys, columns,
                              problem.inputs[3].data() + head * keys * columns};
      const HedgehogMap key{form, keys, columns, problem.inputs[4].data() + head * keys * columns};
      const std::vector<double> found = impliedAttention(problem, 0, head, {});
      for (std::int64_t i = 0; i < tokens; ++i) {
        const auto q = query(problem.inputs[0].data() + (i * heads + head) * keys);
        std::vector<double> weights;
        double sum = 1e-12;
        for (std::int64_t j = 0; j <= i; ++j) {
          const auto k = key(problem.inputs[1].data() + (j * heads + head) * keys);
          weights.push_back(std::inner_product(q.begin(), q.end(), k.begin(), 0.0));
          sum += weights.back();
        }
        for (std::int64_t j = 0; j <= i; ++j) {
          const double weight = weights[static_cast<std::size_t>(j)] / sum;
          QVERIFY(std::abs(found[static_cast<std::size_t>(i * tokens + j)] - weight) < 1e-12);
        }
      }
    }
  }

  // Features held at the least one, in single precision too.
  void sharpMaps() {
    for (const double factor : {30.0, 300.0}) {
      Problem problem = draw(sizes(100), defaults(), 5);
      for (double& x : problem.inputs[3]) x *= factor;
      for (double& x : problem.inputs[4]) x *= factor;
      const double error = relativeError(runFast(problem, Storage::f32, {}).output,
                                         runReference(problem, {}).output);
      QVERIFY2(error < 1e-3, qPrintable(QString::number(error)));
    }
  }
};

QTEST_GUILESS_MAIN(HedgehogTest)
#include "hedgehog_test.moc"
