// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/language/named_networks.h"

#include <QTest>

#include "core/language/architectures.h"

namespace lineament::language {

namespace {

// Relative to the largest logit.
void compare(std::span<const float> found, const std::vector<double>& expected) {
  QCOMPARE(found.size(), expected.size());
  double largest = 0;
  for (const double logit : expected) largest = std::max(largest, std::abs(logit));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = std::abs(double(found[i]) - expected[i]) / largest;
    if (error < 2e-5) continue;
    QFAIL(qPrintable(QString("logit %1 is %2, expected %3").arg(i).arg(found[i]).arg(expected[i])));
  }
}

ModelState startOf(const LoadedModel& loaded, const NamedNetwork& network) {
  if (!loaded.encoder) return loaded.model.start();
  ModelState encoding = loaded.encoder->start();
  const Pass encoded =
      loaded.encoder->run(network.ids, encoding, {.logits = false, .output = true}, {});
  return loaded.model.start(encoded.output);
}

class NamedNetworksTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void logits_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < namedNetworks().size(); ++i) {
      QTest::newRow(namedNetworks()[i].id) << static_cast<int>(i);
    }
  }
  void logits() {
    QFETCH(const int, index);
    const NamedNetwork& network = namedNetworks()[static_cast<std::size_t>(index)];
    const LoadedModel loaded = loadModel(checkpointOf(network));
    const auto& ids = network.decoder.empty() ? network.ids : network.decoder;
    ModelState state = startOf(loaded, network);
    ModelState stepping = state.copy(), hurried = state.copy();
    const Pass pass = loaded.model.run(ids, state, {.all_logits = true, .attention = true}, {});
    const std::size_t vocabulary = loaded.model.description().vocabulary;
    compare(std::span(pass.logits).first(vocabulary), network.first);
    compare(std::span(pass.logits).last(vocabulary), network.last);
    // Of the last token alone, and then what the state makes of one more.
    compare(loaded.model.run(ids, hurried, {}, {}).logits, network.last);
    if (loaded.model.description().causal) {
      const std::span<const std::int32_t> more(ids.data(), 1);
      const std::vector<float> next = loaded.model.run(more, hurried, {}, {}).logits;
      compare(loaded.model.run(more, state, {}, {}).logits, {next.begin(), next.end()});
    }
    if (!loaded.model.description().causal) return;
    // Token by token, from the cache or the recurrence's state.
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const Pass step = loaded.model.run(std::span(ids).subspan(t, 1), stepping, {}, {});
      if (t == 0) compare(step.logits, network.first);
      if (t + 1 == ids.size()) compare(step.logits, network.last);
    }
  }

  // Every layer's tap has the shape of the text, finite numbers, and nothing of later tokens.
  void taps_data() { logits_data(); }
  void taps() {
    QFETCH(const int, index);
    const NamedNetwork& network = namedNetworks()[static_cast<std::size_t>(index)];
    const LoadedModel loaded = loadModel(checkpointOf(network));
    const auto& ids = network.decoder.empty() ? network.ids : network.decoder;
    ModelState state = startOf(loaded, network);
    const Pass pass = loaded.model.run(ids, state, {.logits = false, .attention = true}, {});
    QVERIFY(pass.taps.size() >= loaded.model.layers());
    for (const Pass::Tap& tap : pass.taps) {
      const AttentionTap& made = tap.attention;
      QCOMPARE(made.queries, ids.size());
      QCOMPARE(made.keys, tap.to_encoder ? network.ids.size() : ids.size());
      if (made.recurrence || made.scan) {
        QVERIFY(made.causal && made.queries == made.keys);
        QVERIFY(!made.recurrence ||
                (made.recurrence->fits() && made.recurrence->heads == made.heads));
        QVERIFY(!made.scan || (made.scan->fits() && made.heads == 1));
        continue;
      }
      if (made.weights.empty()) {
        QCOMPARE(made.query_rows.size(), made.heads * made.queries * made.size);
        QCOMPARE(made.key_rows.size(), made.heads * made.keys * made.size);
        QCOMPARE(made.log_sums.size(), made.heads * made.queries);
        continue;
      }
      QCOMPARE(made.weights.size(), made.heads * made.queries * made.keys);
      for (std::size_t i = 0; i < made.weights.size(); ++i) {
        const std::size_t query = i / made.keys % made.queries, key = i % made.keys;
        QVERIFY(std::isfinite(made.weights[i]));
        if (made.causal && key > query) QCOMPARE(made.weights[i], 0.0F);
      }
    }
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::NamedNetworksTest)
#include "named_networks_test.moc"
