// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/sea.h"

#include <algorithm>
#include <cmath>

#include "core/sequence/sparse_reading.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class SeaTest : public MechanismChecks {
  Q_OBJECT

 public:
  SeaTest() : MechanismChecks("sea") {}

 protected:
  static void shape(Sizes& sizes, std::int64_t features, std::int64_t hidden, std::int64_t column) {
    sizes[Dim::feature] = features;
    sizes[Dim::hidden] = hidden;
    sizes[Dim::column] = column;
    sizes[Dim::cell] = 4 * column;
    sizes[Dim::part] = sizes[Dim::tap] = 3;
    sizes[Dim::split] = 2;
  }
  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    shape(sizes, 21, 11, 5);
    return sizes;
  }
  Sizes smallSizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::smallSizes(tokens);
    shape(sizes, 4, 3, 2);
    return sizes;
  }
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets{defaults(), defaults()};
    sets.back().set("k", 3.0);
    return sets;
  }
  // The rows of the image decide only which cells stay.
  bool trains(std::string_view part) const override {
    return part != "image" && part != "features";
  }

  // Of the second text.
  SeaEstimate estimateOf(const Problem& problem) const {
    std::vector<View<const double>> views;
    const auto& specs = mechanism().description().inputs;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      views.push_back({problem.inputs[i].data(), contiguousStrides(specs[i].dims, problem.sizes)});
    }
    Call<double> call;
    call.sizes = problem.sizes;
    call.options = &problem.options;
    call.inputs = views;
    return seaEstimate(call, 1);
  }

 private Q_SLOTS:
  void knownCells() {
    const auto cells = [](std::int64_t visible, std::int64_t count) {
      std::vector<std::int64_t> found;
      for (std::int64_t j = 0; j < visible; ++j) found.push_back(seaCell(j, visible, count));
      return found;
    };
    QCOMPARE(cells(3, 8), (std::vector<std::int64_t>{1, 3, 6}));
    QCOMPARE(cells(8, 3), (std::vector<std::int64_t>{0, 0, 0, 1, 1, 2, 2, 2}));
    QCOMPARE(cells(1, 256), (std::vector<std::int64_t>{127}));
  }

  // Two heads, k = 64, 256 cells, at rows 0, 63, 255 and 511.
  void knownBudgets() {
    QCOMPARE(seaBudget(2, 64, 256, 1), std::int64_t{512});
    QCOMPARE(seaBudget(2, 64, 256, 64), std::int64_t{512});
    QCOMPARE(seaBudget(2, 64, 256, 256), std::int64_t{128});
    QCOMPARE(seaBudget(2, 64, 256, 512), std::int64_t{64});
    QCOMPARE(seaBudget(1, 0.01, 8, 1000), std::int64_t{1});
    QCOMPARE(seaBudget(1, 1, 5, 2), std::int64_t{2});  // halves go to the even number
  }

  // Each row keeps its budget, maps sum to one, and what is kept is worth more than what is not.
  void estimate() {
    Options options = defaults();
    options.set("k", 3.0);
    const Problem problem = draw(sizes(60), options, 3);
    const SeaEstimate found = estimateOf(problem);
    const std::size_t cells = 20, pool = 3 * cells;
    for (std::size_t t = 0; t < 60; ++t) {
      std::int64_t kept = 0;
      double least_kept = 1, most_left = 0;
      for (std::size_t i = t * pool; i < (t + 1) * pool; ++i) {
        kept += found.stays[i] ? 1 : 0;
        (found.stays[i] ? least_kept : most_left) =
            found.stays[i] ? std::min(least_kept, found.map[i]) : std::max(most_left, found.map[i]);
      }
      QCOMPARE(kept, seaBudget(3, 3, 20, static_cast<std::int64_t>(t) + 1));
      QVERIFY(kept == static_cast<std::int64_t>(pool) || least_kept >= most_left);
      for (std::size_t h = 0; h < 3; ++h) {
        double sum = 0;
        for (std::size_t m = 0; m < cells; ++m) sum += found.map[t * pool + h * cells + m];
        QVERIFY(std::abs(sum - 1) < 1e-12);
      }
    }
  }

  // What is read under the mask: shares of the keys whose cells stay, and exactly nothing else.
  void readsUnderItsMask() {
    Options options = defaults();
    options.set("k", 3.0);
    const Problem problem = draw(sizes(60), options, 3);
    const SeaEstimate found = estimateOf(problem);
    const std::vector<double> shares = attentionUnderMask(problem, 1, 2, {});
    QCOMPARE(shares.size(), std::size_t{60 * 60});
    std::size_t left_out = 0;
    for (std::int64_t t = 0; t < 60; ++t) {
      double sum = 0;
      bool any = false;
      for (std::int64_t s = 0; s < 60; ++s) {
        const double share = shares[static_cast<std::size_t>(t * 60 + s)];
        const std::int64_t cell = s <= t ? seaCell(s, t + 1, 20) : 0;
        const bool stays = s <= t && found.stays[static_cast<std::size_t>((t * 3 + 2) * 20 + cell)];
        QCOMPARE(share > 0, stays);
        left_out += s <= t && !stays;
        any = any || stays;
        sum += share;
      }
      QVERIFY(std::abs(sum - (any ? 1 : 0)) < 1e-12);
    }
    QVERIFY(left_out > 100);
    Problem linear = problem;
    linear.mechanism = &requireMechanism("linear");
    QVERIFY(attentionUnderMask(linear, 0, 0, {}).empty());
  }

  // Where every cell stays and the gates are open, SEA is softmax attention.
  void everyCellIsSoftmax() {
    Options options = defaults();
    options.set("k", 1e6);
    Problem problem = draw(sizes(40), options, 5);
    problem.inputs.back() = {40, 40};
    Problem softmax = problem;
    softmax.mechanism = &requireMechanism("softmax");
    softmax.options = Options(softmax.mechanism->description().options);
    softmax.inputs.resize(3);
    const Result<double> expected = runReference(softmax, {});
    QVERIFY(relativeError(runReference(problem, {}).output, expected.output) < 1e-9);
    QVERIFY(relativeError(runFast(problem, Storage::f32, {}).output, expected.output) < 1e-5);
  }

  void refusesOtherShapes() {
    Sizes odd = sizes(5);
    odd[Dim::cell] = 17;
    QVERIFY_THROWS_EXCEPTION(Error, checkProblem(drawProblem(mechanism(), odd, defaults(), 1)));
  }
};

QTEST_GUILESS_MAIN(SeaTest)
#include "sea_test.moc"
