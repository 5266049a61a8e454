// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/gated_deltanet.h"

#include "core/sequence/deltanet.h"

#include "delta_checks.h"

using namespace lineament;
using namespace lineament::sequence;
using namespace lineament::sequence::test;

class GatedDeltanetTest : public MechanismChecks {
  Q_OBJECT

 public:
  GatedDeltanetTest() : MechanismChecks("gated-deltanet") {}

 private Q_SLOTS:
  // flash-linear-attention 0.6.0, naive_recurrent_gated_delta_rule on a CPU.
  void publishedNumbers() {
    checkPublished(
        mechanism(),
        {kQueryFormula, kKeyFormula, kValueFormula,
         [](double t, double h, double) { return 1 + 0.9 * std::sin(t + h); }, kGateFormula},
        {0.2658105, 0.4968127, 0.6061778, -0.3394924, -0.0825477, 0.1946074});
  }

  // DeltaNet's with both products of keys decayed.
  void impliedAttentionByInverse() {
    const Problem problem = draw(sizes(40), defaults(), 1);
    checkDeltaAttention(problem, &problem.inputs[4]);
  }

  // Without a decay it is DeltaNet, to the bit in the reference.
  void openGateIsDeltanet() {
    Problem gated = draw(sizes(60), defaults(), 2);
    std::fill(gated.inputs[4].begin(), gated.inputs[4].end(), 0.0);
    Problem plain = gated;
    plain.mechanism = &deltanet();
    plain.inputs.pop_back();
    QCOMPARE(runReference(gated, {}).output, runReference(plain, {}).output);
  }

  // Forgetting at a token is beginning there.
  void closedGateBeginsAnew() {
    Problem whole = draw(sizes(48), defaults(), 3);
    for (std::int64_t b = 0; b < whole.sizes.batch(); ++b) {
      for (std::int64_t h = 0; h < 3; ++h) {
        whole.inputs[4][static_cast<std::size_t>((b * 48 + 21) * 3 + h)] =
            -std::numeric_limits<double>::infinity();
      }
    }
    Problem changed = whole;
    const auto width = static_cast<std::size_t>(3 * whole.sizes.values());
    for (std::size_t i = 0; i < 21 * width; ++i) changed.inputs[2][i] += 1;
    const auto one = runFast(whole, Storage::f32, {}).output;
    const auto other = runFast(changed, Storage::f32, {}).output;
    for (std::size_t i = 21 * width; i < 48 * width; ++i) QCOMPARE(one[i], other[i]);
  }

  void zeroKeysKeepTheState() { checkZeroKeys(mechanism(), sizes(20)); }
  void warnsOfGrowth() { checkWarning(draw(sizes(30), defaults(), 4)); }
};

QTEST_GUILESS_MAIN(GatedDeltanetTest)
#include "gated_deltanet_test.moc"
