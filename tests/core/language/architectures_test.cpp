// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/architectures.h"

#include <QTest>

#include "core/base/error.h"
#include "core/data/factored_attention.h"
#include "tests/core/language/tiny_checkpoint.h"

namespace lineament::language {

namespace {

constexpr double kTolerance = 2e-6;

void compare(std::span<const float> found, const std::vector<double>& expected) {
  QCOMPARE(found.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::abs(double(found[i]) - expected[i]) < kTolerance) continue;
    QFAIL(
        qPrintable(QString("number %1 is %2, expected %3").arg(i).arg(found[i]).arg(expected[i])));
  }
}

// A row of a tap's attention, from whichever of its forms it has.
std::vector<float> attentionRow(const AttentionTap& tap, std::size_t head, std::size_t query) {
  std::vector<float> row(tap.keys);
  if (!tap.weights.empty()) {
    std::copy_n(tap.weights.data() + (head * tap.queries + query) * tap.keys, tap.keys, row.data());
    return row;
  }
  const FactoredAttention attention(
      {1, tap.heads, tap.queries, tap.keys, tap.causal},
      {tap.query_rows, tap.key_rows, tap.log_sums, tap.size, tap.scale});
  attention.cells(0, head, {query, 0, 1, tap.keys}, row, {});
  return row;
}

QString errorOf(const Checkpoint& checkpoint) {
  try {
    loadModel(checkpoint);
  } catch (const Error& error) {
    return QString::fromStdString(std::string(error.key()) + ": " + error.what());
  }
  return {};
}

class ArchitecturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void bert() {
    const LoadedModel loaded = loadModel(tinyBert().with(tinyBertConfiguration()));
    QVERIFY(loaded.unused.empty());
    QVERIFY(!loaded.model.hasHead());
    ModelState state = loaded.model.start();
    const std::vector<std::int32_t> ids{1, 4, 6, 2};
    const Pass pass = loaded.model.run(ids, state, {.output = true, .attention = true}, {});
    QCOMPARE(pass.taps.size(), std::size_t{1});
    compare(attentionRow(pass.taps[0].attention, 0, 0), {0.219428, 0.313871, 0.220577, 0.246124});
    compare(attentionRow(pass.taps[0].attention, 1, 3), {0.241296, 0.266956, 0.241841, 0.249907});
    compare(std::span(pass.output).first(4), {1.360973, 0.555933, 0.196349, -1.902624});
  }

  void gpt2() {
    const LoadedModel loaded = loadModel(tinyGpt2().with(tinyGpt2Configuration()));
    QVERIFY(loaded.unused.empty());
    ModelState state = loaded.model.start();
    const std::vector<std::int32_t> ids{1, 4, 6, 2};
    const Pass pass = loaded.model.run(ids, state, {.attention = true}, {});
    compare(attentionRow(pass.taps[0].attention, 0, 3), {0.248345, 0.248545, 0.254564, 0.248545});
    compare(attentionRow(pass.taps[0].attention, 1, 2), {0.341519, 0.331987, 0.326494, 0});
    compare(pass.logits,
            {0.223088, -0.349436, 0.435405, -0.471060, 0.452282, -0.381240, 0.266144, -0.120294});
  }

  void t5() {
    const LoadedModel loaded = loadModel(tinyT5().with(tinyT5Configuration()));
    QVERIFY(loaded.encoder && loaded.unused.empty());
    const std::vector<std::int32_t> source{3, 5, 2, 1}, target{0, 4, 6};
    ModelState encoding = loaded.encoder->start();
    const Pass encoded =
        loaded.encoder->run(source, encoding, {.output = true, .attention = true}, {});
    compare(std::span(encoded.output).first(4), {0.029427, 0.123175, 0.957461, -2.172152});
    compare(attentionRow(encoded.taps[0].attention, 0, 0),
            {0.320090, 0.251363, 0.066750, 0.361798});
    ModelState state = loaded.model.start(encoded.output);
    const Pass pass = loaded.model.run(target, state, {.attention = true}, {});
    QCOMPARE(pass.taps.size(), std::size_t{2});
    QVERIFY(!pass.taps[0].to_encoder && pass.taps[1].to_encoder);
    compare(attentionRow(pass.taps[0].attention, 1, 2), {0.158807, 0.519453, 0.321740});
    compare(attentionRow(pass.taps[1].attention, 0, 1), {0.249050, 0.265245, 0.248997, 0.236709});
    compare(pass.logits,
            {-0.266088, 0.093134, 0.090582, -0.263832, 0.406593, -0.502371, 0.540098, -0.515413});
  }

  // Token by token through the state, and in pieces, the logits are those of one pass.
  void cachedTokensGiveTheSame_data() {
    QTest::addColumn<int>("piece");
    QTest::newRow("one by one") << 1;
    QTest::newRow("two at once") << 2;
    QTest::newRow("three, then the rest") << 3;
  }
  void cachedTokensGiveTheSame() {
    QFETCH(const int, piece);
    const std::vector<std::int32_t> ids{1, 4, 6, 2, 7};
    for (const bool t5 : {false, true}) {
      const LoadedModel loaded = t5 ? loadModel(tinyT5().with(tinyT5Configuration()))
                                    : loadModel(tinyGpt2().with(tinyGpt2Configuration()));
      const std::vector<float> encoded(t5 ? 12 : 0, 0.25F);
      ModelState whole = loaded.model.start(encoded);
      const Pass all = loaded.model.run(ids, whole, {.all_logits = true}, {});
      ModelState state = loaded.model.start(encoded);
      std::vector<float> logits;
      for (std::size_t first = 0; first < ids.size(); first += static_cast<std::size_t>(piece)) {
        const auto count = std::min(static_cast<std::size_t>(piece), ids.size() - first);
        const Pass pass =
            loaded.model.run(std::span(ids).subspan(first, count), state, {.all_logits = true}, {});
        logits.insert(logits.end(), pass.logits.begin(), pass.logits.end());
      }
      QCOMPARE(state.tokens(), ids.size());
      compare(logits, {all.logits.begin(), all.logits.end()});
    }
  }

  void saysWhatIsMissing() {
    TinyCheckpoint tiny = tinyGpt2();
    tiny.tensors().erase(tiny.tensors().begin() + 4);  // c_attn's weight
    tiny.tensors().back().second = Tensor::of({5}, std::vector<float>(5));
    const QString error = errorOf(tiny.with(tinyGpt2Configuration()));
    QVERIFY2(error.startsWith("language.tensors"), qPrintable(error));
    QVERIFY2(error.contains("'h.0.attn.c_attn.weight' (4 x 12) is missing"), qPrintable(error));
    QVERIFY2(error.contains("'ln_f.bias' is 5, expected 4"), qPrintable(error));
  }

  void saysWhatIsWrong_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("error");
    QTest::newRow("no kind") << "model_type"
                             << "null"
                             << "language.no_configuration";
    QTest::newRow("unknown kind") << "model_type"
                                  << "\"bloom\""
                                  << "language.architecture";
    QTest::newRow("a missing size") << "n_embd"
                                    << "null"
                                    << "language.configuration";
    QTest::newRow("a text for a size") << "n_head"
                                       << "\"2\""
                                       << "language.configuration";
    QTest::newRow("a negative size") << "n_layer"
                                     << "-1"
                                     << "language.configuration";
    QTest::newRow("a huge size") << "vocab_size"
                                 << "99999999999"
                                 << "language.configuration";
    QTest::newRow("odd heads") << "n_head"
                               << "3"
                               << "language.unsupported";
    QTest::newRow("an activation") << "activation_function"
                                   << "\"mish\""
                                   << "language.unsupported";
  }
  void saysWhatIsWrong() {
    QFETCH(const QString, key);
    QFETCH(const QString, value);
    QFETCH(const QString, error);
    nlohmann::json configuration = tinyGpt2Configuration();
    configuration[key.toStdString()] = nlohmann::json::parse(value.toStdString());
    const QString found = errorOf(tinyGpt2().with(configuration));
    QVERIFY2(found.startsWith(error), qPrintable(found));
  }

  void refusesTokensOutside() {
    const LoadedModel loaded = loadModel(tinyGpt2().with(tinyGpt2Configuration()));
    const auto errorFor = [&](std::vector<std::int32_t> ids) {
      ModelState state = loaded.model.start();
      try {
        loaded.model.run(ids, state, {}, {});
      } catch (const Error& error) {
        return QString::fromStdString(std::string(error.key()));
      }
      return QString();
    };
    QCOMPARE(errorFor({1, 8}), QString("language.token"));
    QCOMPARE(errorFor({-1}), QString("language.token"));
    QCOMPARE(errorFor({1, 1, 1, 1, 1, 1, 1}), QString("language.too_long"));
    QCOMPARE(errorFor({}), QString());
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::ArchitecturesTest)
#include "architectures_test.moc"
