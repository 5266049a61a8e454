// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/linear_attention.h"

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class LinearAttentionTest : public MechanismChecks {
  Q_OBJECT

 public:
  LinearAttentionTest() : MechanismChecks("linear") {}

 protected:
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets{defaults()};
    for (const char* map : {"identity", "relu", "elu", "elu_plus_one", "swish"}) {
      Options plain = defaults();
      plain.set("normalise", "no");
      plain.set("feature_map", map);
      sets.push_back(plain);
    }
    sets.back().set("scale", 0.25);
    return sets;
  }

 private Q_SLOTS:
  // phi = elu + 1 of queries and keys 0, 1, -1 is 1, 2, 1/e; the weights of each row are equal.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 3;
    Problem problem{&mechanism(), sizes, defaults(), {{0, 1, -1}, {0, 1, -1}, {3, 6, 9}}, {}, {}};
    const double last = 1 / std::exp(1.0);
    const std::vector<double> mean{3, 5, (3 + 12 + 9 * last) / (3 + last)};
    QVERIFY(largestError(runReference(problem, {}).output, mean) < 1e-5);
    problem.options.set("normalise", "no");
    const std::vector<double> sum{3, 30, last * (15 + 9 * last)};
    QVERIFY(largestError(runReference(problem, {}).output, sum) < 1e-12);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, sum) < 1e-6);
  }

  // Outputs lie between the least and the largest value: the weights are a mean.
  void normalisedWeightsSumToOne() {
    const std::vector<double> weights = impliedAttention(draw(sizes(30), defaults(), 4), 0, 0, {});
    for (std::size_t t = 0; t < 30; ++t) {
      double sum = 0;
      for (std::size_t s = 0; s < 30; ++s) sum += weights[t * 30 + s];
      QVERIFY2(std::abs(sum - 1) < 1e-6, qPrintable(QString::number(sum)));
    }
  }

  void signedWeightsHaveNoMean() {
    Options options = defaults();
    options.set("feature_map", "identity");
    QVERIFY_THROWS_EXCEPTION(Error, mechanism().check(sizes(4), options));
  }
};

QTEST_GUILESS_MAIN(LinearAttentionTest)
#include "linear_attention_test.moc"
