// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/attention_rollout.h"

#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "tests/core/explain/attention_fixture.h"

namespace lineament::explain {

namespace {

void compare(const float* found, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::abs(double(found[i]) - expected[i]) < 1e-6) continue;
    QFAIL(qPrintable(QString("%1 is %2, expected %3").arg(i).arg(found[i]).arg(expected[i])));
  }
}

AttentionStack twoLayers() {
  return attentionOf({{0.8F, 0.1F, 0.1F, 0.2F, 0.6F, 0.2F, 0.3F, 0.3F, 0.4F},
                      {0.5F, 0.5F, 0, 0.1F, 0.8F, 0.1F, 0.25F, 0.25F, 0.5F}},
                     3);
}

class AttentionRolloutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void workedRollout() {
    const AttentionStack made = rollout(twoLayers(), {});
    QCOMPARE(made.layers.size(), std::size_t{2});
    QCOMPARE(made.heads.size(), std::size_t{1});
    compare(made.matrix(0, 0), {0.9, 0.05, 0.05, 0.1, 0.8, 0.1, 0.15, 0.15, 0.7});
    compare(made.matrix(1, 0),
            {0.7, 0.2375, 0.0625, 0.1425, 0.73, 0.1275, 0.2375, 0.21875, 0.54375});
  }

  void workedFlow() {
    const AttentionStack made = flow(twoLayers(), {});
    compare(made.matrix(0, 0), {0.653846, 0.230769, 0.115385, 0.153846, 0.692308, 0.153846,
                                0.241935, 0.209677, 0.548387});
  }

  // Heads are averaged, and a row alone is that of the whole.
  void rowsAreThoseOfTheWhole() {
    const AttentionStack stack = randomAttention(4, 3, 70, 70, true);
    const AttentionStack made = rollout(stack, {});
    for (const std::uint64_t query : {std::uint64_t{0}, std::uint64_t{31}, std::uint64_t{69}}) {
      const std::vector<double> row = rolloutRow(stack, query, {});
      double sum = 0;
      for (std::uint64_t key = 0; key < 70; ++key) {
        sum += row[key];
        QVERIFY(std::abs(row[key] - double(made.matrix(3, 0)[query * 70 + key])) < 1e-6);
      }
      QVERIFY(std::abs(sum - 1) < 1e-6);
    }
  }

  void refuses() {
    const auto keyOf = [](const auto& call) {
      try {
        call();
      } catch (const Error& error) {
        return QString::fromStdString(error.key());
      }
      return QString();
    };
    QCOMPARE(keyOf([] { rollout(randomAttention(1, 1, 3, 5, false), {}); }),
             QString("attention.not_square"));
    QCOMPARE(keyOf([] { flow(randomAttention(1, 1, 65, 65, false), {}); }),
             QString("attention.too_long"));
  }
};

}  // namespace
}  // namespace lineament::explain

QTEST_GUILESS_MAIN(lineament::explain::AttentionRolloutTest)
#include "attention_rollout_test.moc"
