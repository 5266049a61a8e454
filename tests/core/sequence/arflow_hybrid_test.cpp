// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/arflow_hybrid.h"

#include <cmath>

#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class ArflowHybridTest : public MechanismChecks {
  Q_OBJECT

 public:
  ArflowHybridTest() : MechanismChecks("arflow-hybrid") {}

 protected:
  std::vector<Options> optionSets() const override {
    std::vector<Options> sets{defaults()};
    for (const double chunk : {1.0, 5.0, 32.0}) {
      sets.push_back(defaults());
      sets.back().set("chunk", chunk);
    }
    return sets;
  }
  // A token sees its own image and those before it.
  bool reads(const Options& options, std::int64_t token, std::int64_t other) const override {
    return other / options.integer(0) <= token / options.integer(0);
  }
  std::vector<std::int64_t> pieces(const Options& options) const override {
    const std::int64_t chunk = options.integer(0);
    return {chunk, 0, 3 * chunk, 2 * chunk, 7};
  }

 private Q_SLOTS:
  // Two images of two tokens, worked by hand.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 4;
    Options options = defaults();
    options.set("chunk", 2.0);
    const double half = std::log(0.5), quarter = std::log(0.25);
    const Problem problem{
        &mechanism(), sizes,
        options,      {{1, 1, 1, 1}, {0, 1, 0, 1}, {1, 2, 3, 4}, {half, quarter, half, quarter}},
        {},           {}};
    const std::vector<double> expected{1.731059, 1.731059, 4.731059, 3.981059};
    const Result<double> exact = runReference(problem, {});
    QVERIFY(largestError(exact.output, expected) < 1e-6);
    QVERIFY(std::abs(exact.final.front().values.front() - 4.707107) < 1e-6);
    const Result<float> fast = runFast(problem, Storage::f32, {});
    QVERIFY(largestError(fast.output, expected) < 1e-6);
    QVERIFY(std::abs(fast.final.front().values.front() - 4.707107f) < 1e-5f);
  }

  // One image is softmax attention without a mask: the order of its keys does not matter.
  void insideAnImageOrderDoesNotMatter() {
    Options options = defaults();
    options.set("chunk", 50.0);
    const Problem problem = draw(sizes(50), options, 17);
    Problem turned = problem;
    const std::size_t row = 3 * 13, value_row = 3 * 19;
    for (std::size_t b = 0; b < 2; ++b) {
      const auto swapTokens = [&](std::vector<double>& numbers, std::size_t width) {
        std::swap_ranges(numbers.begin() + static_cast<std::ptrdiff_t>((b * 50 + 4) * width),
                         numbers.begin() + static_cast<std::ptrdiff_t>((b * 50 + 5) * width),
                         numbers.begin() + static_cast<std::ptrdiff_t>((b * 50 + 31) * width));
      };
      swapTokens(turned.inputs[1], row);
      swapTokens(turned.inputs[2], value_row);
    }
    QVERIFY(relativeError(runReference(turned, {}).output, runReference(problem, {}).output) <
            1e-12);
  }
};

QTEST_GUILESS_MAIN(ArflowHybridTest)
#include "arflow_hybrid_test.moc"
