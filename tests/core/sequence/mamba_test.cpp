// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/mamba.h"

#include <cmath>
#include <limits>

#include "core/sequence/short_convolution.h"
#include "mechanism_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

namespace {

enum Input : std::size_t { kX, kStep, kRate, kB, kC, kSkip, kGate, kTaps, kBias };
enum class Given { bare, gated, all };  // which of the optional inputs

constexpr std::int64_t kTaps4 = 4;

}  // namespace

class MambaTest : public MechanismChecks {
  Q_OBJECT

 public:
  MambaTest(const char* id, Given given)
      : MechanismChecks(id), signed_(QLatin1String(id) == "mamba-signed"), given_(given) {
    setObjectName(QStringLiteral("%1 %2").arg(id).arg(static_cast<int>(given)));
  }

 protected:
  Sizes sizes(std::int64_t tokens) const override {
    Sizes sizes = MechanismChecks::sizes(tokens);
    sizes[Dim::head] = 83;  // one strip and a part of one
    sizes[Dim::value] = 1;
    sizes[Dim::tap] = given_ == Given::all ? kTaps4 : 1;
    return sizes;
  }
  Sizes smallSizes(std::int64_t tokens) const override {
    Sizes small = MechanismChecks::smallSizes(tokens);
    small[Dim::value] = 1;
    return small;
  }
  void adjust(Problem& problem) const override {
    if (given_ == Given::bare) problem.inputs[kSkip].clear();
    if (given_ == Given::bare) problem.inputs[kGate].clear();
    if (given_ != Given::all) problem.inputs[kTaps].clear();
    if (given_ != Given::all) problem.inputs[kBias].clear();
  }
  // Steps of 0 keep everything; huge ones forget it at once, where exp(dt A) is too small for any
  // number (and 2 exp(dt A) - 1 is -1).
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

  std::vector<double> weighedValues(const Problem& problem) const override {
    std::vector<double> values = problem.inputs[kX];
    if (problem.inputs[kTaps].empty()) return values;
    const auto channels = static_cast<std::size_t>(problem.sizes.heads());
    const auto tokens = static_cast<std::size_t>(problem.sizes.tokens());
    for (std::size_t series = 0; series < values.size() / tokens; ++series) {
      const std::size_t d = series % channels, first = series / channels * tokens * channels + d;
      std::vector<double> inputs(kTaps4 - 1);
      for (std::size_t t = 0; t < tokens; ++t) {
        inputs.push_back(problem.inputs[kX][first + t * channels]);
      }
      const auto sums = shortConvolution(
          inputs, {problem.inputs[kTaps].data() + d * kTaps4, kTaps4}, problem.inputs[kBias][d]);
      for (std::size_t t = 0; t < tokens; ++t) values[first + t * channels] = silu(sums[t]);
    }
    return values;
  }

 private Q_SLOTS:
  // Two tokens, one channel, one state, by hand: h_1 = 0.5 * 3 * 2 = 3, a_2 = e^-1,
  // h_2 = 3 e^-1 + 1 * 2 * 1, y = C h + 10 x; the signed decay is 2 e^-1 - 1.
  void knownNumbers() {
    Sizes sizes;
    sizes[Dim::token] = 2;
    const Problem problem{&mechanism(), sizes,
                          defaults(),   {{2, 1}, {0.5, 1}, {-1}, {3, 2}, {1, -1}, {10}, {}, {}, {}},
                          {},           {}};
    const double a = signed_ ? 2 * std::exp(-1) - 1 : std::exp(-1);
    const std::vector<double> expected{3 + 20, -(3 * a + 2) + 10};
    QVERIFY(largestError(runReference(problem, {}).output, expected) < 1e-15);
    QVERIFY(largestError(runFast(problem, Storage::f32, {}).output, expected) < 1e-6);
    QVERIFY(largestError(runSteps(problem, {}).output, expected) < 1e-6);
  }

  // The formula of the implied attention, with the decay over several tokens from the sum of their
  // steps.
  void impliedAttentionByItsFormula() {
    if (signed_) return;
    const Problem problem = draw(sizes(19), defaults(), 3);
    const std::int64_t tokens = 19, channels = problem.sizes.heads(), states = 13, d = 5, b = 1;
    const auto at = [&](Input input, std::int64_t t, std::int64_t i, std::int64_t width) {
      return problem.inputs[input][static_cast<std::size_t>((b * tokens + t) * width + i)];
    };
    const std::vector<double> found = impliedAttention(problem, b, d, {});
    for (std::int64_t t = 0; t < tokens; ++t) {
      for (std::int64_t s = 0; s <= t; ++s) {
        double between = 0, weight = 0;
        for (std::int64_t r = s + 1; r <= t; ++r) between += at(kStep, r, d, channels);
        for (std::int64_t n = 0; n < states; ++n) {
          const double rate = problem.inputs[kRate][static_cast<std::size_t>(d * states + n)];
          weight += at(kC, t, n, states) * std::exp(rate * between) * at(kStep, s, d, channels) *
                    at(kB, s, n, states);
        }
        if (t == s && given_ != Given::bare) weight += problem.inputs[kSkip][d];
        if (given_ != Given::bare) weight *= silu(at(kGate, t, d, channels));
        QVERIFY(std::abs(found[static_cast<std::size_t>(t * tokens + s)] - weight) < 1e-12);
      }
    }
  }

  // Parity of a string of bits, exactly: on a one the decay is -1 (a step so long that the
  // exponential is 0) and 1 is written, on a zero the step is 0 and the state stays. The state is
  // 1 for an odd number of ones so far, and 0 for an even one.
  void parity() {
    if (!signed_ || given_ != Given::bare) return;
    constexpr std::int64_t kBits = 1000;
    constexpr double kLongStep = 1024;
    Sizes sizes;
    sizes[Dim::token] = kBits;
    Problem problem{&mechanism(), sizes, defaults(), {}, {}, {}};
    problem.inputs.resize(9);
    problem.inputs[kRate] = {-1};
    std::vector<double> expected;
    double odd = 0;
    std::uint32_t noise = 1;
    for (std::int64_t t = 0; t < kBits; ++t) {
      noise = noise * 1664525u + 1013904223u;
      const double bit = noise >> 31;
      odd = bit != odd ? 1 : 0;
      problem.inputs[kX].push_back(1 / kLongStep);
      problem.inputs[kStep].push_back(bit * kLongStep);
      problem.inputs[kB].push_back(1);
      problem.inputs[kC].push_back(1);
      expected.push_back(odd);
    }
    const auto fast = runFast(problem, Storage::f32, {}).output;
    QCOMPARE(std::vector<double>(fast.begin(), fast.end()), expected);
    QCOMPARE(runReference(problem, {}).output, expected);
  }

  // Without input the state fades through the smallest numbers to nothing, and nothing is a number.
  void fadesAway() {
    Problem problem = draw(sizes(400), defaults(), 5);
    for (std::size_t i = problem.inputs[kX].size() / 100; i < problem.inputs[kX].size(); ++i) {
      problem.inputs[kX][i] = 0;
    }
    for (double& dt : problem.inputs[kStep]) dt = signed_ ? 0.7 : 1;
    for (double& rate : problem.inputs[kRate]) rate = -1;
    const auto found = runFast(problem, Storage::f32, {});
    QVERIFY(relativeError(found.output, runReference(problem, {}).output) < 1e-5);
  }

  void transitionsAreTheDecays() {
    const Problem problem = draw(sizes(5), defaults(), 3);
    std::vector<View<const double>> inputs;
    for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
      const auto& numbers = problem.inputs[i];
      inputs.push_back(
          {numbers.empty() ? nullptr : numbers.data(),
           contiguousStrides(mechanism().description().inputs[i].dims, problem.sizes)});
    }
    Call<double> call;
    call.sizes = problem.sizes;
    call.inputs = inputs;
    const auto decays = mechanism().transition(call, 1, 2, 3);
    QCOMPARE(decays.size(), std::size_t{13});
    const double power = std::exp(inputs[kStep](1, 3, 2) * inputs[kRate](2, 12));
    QVERIFY(std::abs(decays[12] - (signed_ ? 2 * power - 1 : power)) < 1e-15);
  }

 private:
  bool signed_;
  Given given_;
};

int main(int argc, char** argv) {
  int failed = 0;
  for (const char* id : {"mamba", "mamba-signed"}) {
    for (const Given given : {Given::bare, Given::gated, Given::all}) {
      MambaTest test(id, given);
      failed += QTest::qExec(&test, argc, argv);
    }
  }
  return failed;
}
#include "mamba_test.moc"
