// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_distil.h"

#include <QtTest>
#include <cmath>

#include "core/analysis/run.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult distilled(const Settings& settings, std::uint64_t seed = 1) {
  const auto analysis = makeSequenceDistil();
  Context context;
  context.seed = seed;
  return runRecorded(*analysis, {}, Parameters::fromText(analysis->declaration(), settings), {},
                     context);
}

const Settings kSmall{
    {"tokens", "96"}, {"heads", "1"}, {"key_size", "4"}, {"columns", "16"}, {"steps", "150"}};

}  // namespace

class SequenceDistilTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // On a sequence that was not learned from.
  void mapsComeNearerToSoftmax() {
    const RunResult result = distilled(kSmall);
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const auto& metrics = result.outputs.metrics;
    QVERIFY(metrics.at("divergence_after") < 0.7 * metrics.at("divergence_before"));
    QVERIFY(metrics.at("entropy_after") < metrics.at("entropy_before"));
    QVERIFY(metrics.at("rank_correlation_after") > metrics.at("rank_correlation_before") + 0.2);
    QVERIFY(metrics.at("entropy_softmax") < metrics.at("entropy_after"));
    const auto& curve = result.outputs.find("divergence")->require<Series>().curves.front();
    QCOMPARE(curve.x.size(), std::size_t{151});
  }

  void showsTeacherAndMaps() {
    const RunResult result = distilled(kSmall);
    const auto& stack = result.outputs.find("attention")->require<AttentionStack>();
    QCOMPARE(stack.layers.size(), std::size_t{3});
    for (std::size_t layer = 0; layer < 3; ++layer) {
      double row = 0;
      for (std::size_t s = 0; s < 96; ++s) row += stack.matrix(layer, 0)[50 * 96 + s];
      QVERIFY(std::abs(row - 1) < 1e-5);
    }
    const auto& curves = result.outputs.find("weights")->require<Series>().curves;
    QCOMPARE(curves.size(), std::size_t{3});
    QVERIFY(curves[0].x.size() > 100);
    const auto& maps = result.outputs.find("maps")->require<Checkpoint>();
    QCOMPARE(maps.tensor("wq").shape(), (std::vector<std::uint64_t>{1, 4, 16}));
  }

  void everyMapAndOneToken() {
    for (const char* map : {"softmax_halves", "exp_shifted", "softmax_joint", "exp"}) {
      const RunResult result = distilled({{"map", map},
                                          {"tokens", "1"},
                                          {"heads", "1"},
                                          {"key_size", "1"},
                                          {"columns", "1"},
                                          {"steps", "2"}});
      QVERIFY2(!result.error, result.error ? result.error->what() : map);
    }
  }
};

QTEST_APPLESS_MAIN(SequenceDistilTest)
#include "sequence_distil_test.moc"
