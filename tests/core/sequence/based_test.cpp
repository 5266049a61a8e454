// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/based.h"

#include <cmath>
#include <numeric>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

namespace {

// The whole map of the paper: x' x with both halves.
std::vector<double> fullFeatures(const std::vector<double>& x) {
  const double width = static_cast<double>(x.size());
  std::vector<double> features{1};
  for (const double a : x) features.push_back(a / std::pow(width, 0.25));
  for (const double a : x) {
    for (const double b : x) features.push_back(a * b / std::sqrt(2 * width));
  }
  return features;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

class BasedTest : public MechanismChecks {
  Q_OBJECT

 public:
  BasedTest() : MechanismChecks("based") {}

 protected:
  // Windows inside a tile, of whole tiles, and longer than the sequence.
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets{defaults()};
    for (const std::string_view branch : {"window", "both"}) {
      for (const double window : {0.0, 7.0, 32.0, 40.0}) {
        Options options = defaults();
        options.set("branch", branch);
        options.set("window", window);
        sets.push_back(options);
      }
    }
    return sets;
  }

 private Q_SLOTS:
  void knownWeight() {
    const std::vector<double> q{1, 2}, k{0.5, -1};
    const double packed = dot(taylorFeatures(q.data(), 2), taylorFeatures(k.data(), 2));
    QVERIFY(std::abs(packed - 0.501840) < 1e-6);
    QVERIFY(std::abs(packed - dot(fullFeatures(q), fullFeatures(k))) < 1e-12);
    const double s = dot(q, k) / std::sqrt(2.0);
    QVERIFY(std::abs(packed - (1 + s + s * s / 2)) < 1e-12);
  }

  void packedFeaturesAreTheFullOnes() {
    const Problem problem = draw(sizes(1), defaults(), 3);
    const std::vector<double> q(problem.inputs[0].begin(), problem.inputs[0].begin() + 13);
    const std::vector<double> k(problem.inputs[1].begin(), problem.inputs[1].begin() + 13);
    const std::vector<double> packed = taylorFeatures(q.data(), 13);
    QCOMPARE(packed.size(), std::size_t{1 + 13 + 13 * 14 / 2});
    const double full = dot(fullFeatures(q), fullFeatures(k));
    QVERIFY(std::abs(dot(packed, taylorFeatures(k.data(), 13)) - full) <= 1e-12 * std::abs(full));
  }

  // The published models have 153 features at 16 key channels.
  void publishedStateSize() {
    Sizes published;
    published[Dim::head] = 16;
    published[Dim::key] = 16;
    published[Dim::value] = 64;
    QCOMPARE(elementsOf(mechanism().state(published, defaults(), 1000)), std::size_t{159120});
  }

  // A window that holds every token is softmax attention.
  void longWindowIsSoftmax() {
    Options options = defaults();
    options.set("branch", "window");
    options.set("window", 1000.0);
    const Problem problem = draw(sizes(70), options, 9);
    Problem softmax = problem;
    softmax.mechanism = &requireMechanism("softmax");
    softmax.options = Options(softmax.mechanism->description().options);
    const Result<double> expected = runReference(softmax, {});
    QVERIFY(relativeError(runReference(problem, {}).output, expected.output) <= 1e-12);
    QVERIFY(relativeError(runFast(problem, Storage::f32, {}).output, expected.output) <= 1e-5);
    options.set("branch", "both");
    Problem both = problem;
    both.options = options;
    QVERIFY(relativeError(runReference(both, {}).output, expected.output) <= 1e-9);
  }

  // Scores of hundreds, where an exponential without its shift would overflow.
  void largeScores() {
    for (const Options& options : optionSets()) {
      Problem problem = draw(sizes(100), options, 5);
      for (double& x : problem.inputs[0]) x *= 100;
      const double error = relativeError(runFast(problem, Storage::f32, {}).output,
                                         runReference(problem, {}).output);
      QVERIFY2(error < 1e-3, qPrintable(QString::number(error)));
    }
  }
};

QTEST_GUILESS_MAIN(BasedTest)
#include "based_test.moc"
