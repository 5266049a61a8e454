// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/hedgehog_distillation.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::sequence;

namespace {

std::vector<double> normals(std::size_t count, double size, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> numbers(count);
  for (double& number : numbers) number = size * random.normal();
  return numbers;
}

}  // namespace

class HedgehogDistillationTest : public QObject {
  Q_OBJECT

 private:
  static constexpr std::int64_t kTokens = 24, kHeads = 2, kKeys = 6, kColumns = 8;

  std::vector<double> queries_ = normals(kTokens * kHeads * kKeys, 1.5, 1);
  std::vector<double> keys_ = normals(kTokens * kHeads * kKeys, 1.5, 2);
  DistillationData data_{kTokens, kHeads, kKeys, queries_, keys_};

  HedgehogMaps maps(HedgehogForm form) const {
    const std::size_t count = kHeads * kKeys * kColumns;
    return {form, kColumns, normals(count, 0.3, 3), normals(count, 0.3, 4)};
  }

 private Q_SLOTS:
  void knownMeasures() {
    const std::vector<double> half{0.5, 0.5}, rising{1, 2, 3, 4}, falling{4, 3, 2, 1};
    const std::vector<double> mixed{0.1, 0.4, 0.2, 0.3}, tied{1, 2, 2, 3};
    QVERIFY(std::abs(entropyOf(half) - std::log(2.0)) < 1e-15);
    QCOMPARE(rankCorrelation(rising, rising), 1.0);
    QCOMPARE(rankCorrelation(rising, falling), -1.0);
    QVERIFY(std::abs(rankCorrelation(rising, mixed) - 0.4) < 1e-15);
    QVERIFY(std::abs(rankCorrelation(rising, tied) - 4.5 / std::sqrt(5 * 4.5)) < 1e-15);
    QCOMPARE(monotoneShare(rising, falling), 0.0);
    QVERIFY(std::abs(monotoneShare(rising, mixed) - 2.0 / 3) < 1e-15);
  }

  void gradientAgainstFiniteDifferences() {
    constexpr double kStep = 1e-6;
    for (const HedgehogForm form : {HedgehogForm::softmax_halves, HedgehogForm::exp_shifted,
                                    HedgehogForm::softmax_joint, HedgehogForm::exp}) {
      HedgehogMaps moved = maps(form), gradient;
      distillationLoss(data_, moved, &gradient);
      for (const bool query : {true, false}) {
        auto& weights = query ? moved.queries : moved.keys;
        const auto& found = query ? gradient.queries : gradient.keys;
        for (std::size_t i = 0; i < weights.size(); i += 5) {
          const double kept = weights[i];
          weights[i] = kept + kStep;
          const double above = distillationLoss(data_, moved, nullptr).cross_entropy;
          weights[i] = kept - kStep;
          const double below = distillationLoss(data_, moved, nullptr).cross_entropy;
          weights[i] = kept;
          QVERIFY(std::abs(found[i] - (above - below) / (2 * kStep)) < 1e-8);
        }
      }
    }
  }

  // A few hundred steps leave less than a quarter of the divergence, and the trained weights are as
  // spiky as the teacher's and rise with the scores.
  void trainingApproachesSoftmax() {
    HedgehogMaps trained = maps(HedgehogForm::softmax_halves);
    const Mimicry before = mimicry(data_, trained);
    const std::vector<double> course = distil(data_, trained, {400, 0.05}, {});
    const Mimicry after = mimicry(data_, trained);
    QCOMPARE(course.size(), std::size_t{401});
    QVERIFY2(course.back() < 0.25 * course.front(),
             qPrintable(QStringLiteral("%1 to %2").arg(course.front()).arg(course.back())));
    QVERIFY(*std::min_element(course.begin(), course.end()) >= 0);
    QVERIFY2(
        after.rank_correlation > 0.8 && after.rank_correlation > before.rank_correlation + 0.2,
        qPrintable(
            QStringLiteral("%1 to %2").arg(before.rank_correlation).arg(after.rank_correlation)));
    QVERIFY(after.monotone_share > before.monotone_share);
    QVERIFY(std::abs(after.student_entropy - after.teacher_entropy) <
            0.3 * std::abs(before.student_entropy - before.teacher_entropy));
  }

  void stopsWhenAsked() {
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    HedgehogMaps trained = maps(HedgehogForm::softmax_halves);
    QVERIFY_THROWS_EXCEPTION(Cancelled, distil(data_, trained, {5, 0.05}, context));
  }
};

QTEST_GUILESS_MAIN(HedgehogDistillationTest)
#include "hedgehog_distillation_test.moc"
