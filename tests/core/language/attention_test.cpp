// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/attention.h"

#include <QTest>
#include <cmath>

#include "core/base/random.h"

namespace lineament::language {

namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
  return values;
}

// Rows of the attention and of its output against the definition.
void checkPass(AttentionPass pass) {
  const auto queries = drawn(pass.tokens * pass.heads * pass.size, 1);
  const auto keys = drawn(pass.all * pass.kv_heads * pass.size, 2);
  const auto values = drawn(pass.all * pass.kv_heads * pass.value_size, 3);
  pass.queries = queries.data();
  pass.keys = keys.data();
  pass.values = values.data();
  std::vector<float> out(pass.tokens * pass.heads * pass.value_size, 7);
  std::vector<float> log_sums(pass.heads * pass.tokens);
  std::vector<float> weights(pass.heads * pass.tokens * pass.all, 7);
  attend(pass, out.data(), log_sums.data(), weights.data(), {});
  const AttentionReference expected = attendReference(pass);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::abs(double(out[i]) - expected.out[i]) > 1e-5)
      QFAIL(qPrintable(QString("output %1").arg(i)));
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (std::abs(double(weights[i]) - expected.weights[i]) > 2e-6) {
      QFAIL(qPrintable(
          QString("weight %1 is %2, expected %3").arg(i).arg(weights[i]).arg(expected.weights[i])));
    }
  }
  if (pass.bias) return;
  // The log sum makes the weights again.
  for (std::size_t head = 0; head < pass.heads; ++head) {
    for (std::size_t t = 0; t < pass.tokens; ++t) {
      const std::size_t key = pass.causal ? pass.past() + t : 0;
      const float* q = pass.queries + (t * pass.heads + head) * pass.size;
      const float* k =
          pass.keys + (key * pass.kv_heads + head * pass.kv_heads / pass.heads) * pass.size;
      double score = 0;
      for (std::size_t d = 0; d < pass.size; ++d) score += double(q[d]) * double(k[d]);
      const std::size_t row = head * pass.tokens + t;
      const double made = std::exp(double(pass.scale) * score - double(log_sums[row]));
      if (std::abs(made - expected.weights[row * pass.all + key]) > 1e-5) QFAIL("log sum");
    }
  }
}

class AttentionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void agreesWithTheDefinition_data() {
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("kv_heads");
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("value_size");
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("past");
    QTest::addColumn<bool>("causal");
    QTest::addColumn<int>("window");
    QTest::newRow("one token") << 1 << 1 << 1 << 1 << 1 << 0 << true << 0;
    QTest::newRow("causal") << 3 << 3 << 8 << 8 << 70 << 0 << true << 0;
    QTest::newRow("both ways") << 2 << 2 << 7 << 5 << 65 << 0 << false << 0;
    QTest::newRow("grouped queries") << 8 << 2 << 16 << 16 << 33 << 0 << true << 0;
    QTest::newRow("one key head") << 4 << 1 << 9 << 3 << 12 << 0 << true << 0;
    QTest::newRow("one token behind many") << 4 << 2 << 16 << 16 << 1 << 130 << true << 0;
    QTest::newRow("three behind many") << 2 << 2 << 5 << 6 << 3 << 64 << true << 0;
    QTest::newRow("many behind many") << 2 << 1 << 12 << 12 << 90 << 41 << true << 0;
    QTest::newRow("another text's keys") << 2 << 2 << 8 << 8 << 6 << 20 << false << 0;
    QTest::newRow("a window") << 2 << 2 << 8 << 8 << 100 << 0 << true << 10;
    QTest::newRow("a window of one") << 1 << 1 << 4 << 4 << 9 << 3 << true << 1;
    QTest::newRow("a window longer than the text") << 1 << 1 << 4 << 4 << 9 << 0 << true << 50;
  }
  void agreesWithTheDefinition() {
    QFETCH(const int, heads);
    QFETCH(const int, kv_heads);
    QFETCH(const int, size);
    QFETCH(const int, value_size);
    QFETCH(const int, tokens);
    QFETCH(const int, past);
    QFETCH(const bool, causal);
    QFETCH(const int, window);
    AttentionPass pass;
    pass.heads = static_cast<std::size_t>(heads);
    pass.kv_heads = static_cast<std::size_t>(kv_heads);
    pass.size = static_cast<std::size_t>(size);
    pass.value_size = static_cast<std::size_t>(value_size);
    pass.tokens = static_cast<std::size_t>(tokens);
    pass.all = static_cast<std::size_t>(tokens + past);
    pass.causal = causal;
    pass.window = static_cast<std::size_t>(window);
    pass.scale = static_cast<float>(1 / std::sqrt(size));
    checkPass(pass);
    RelativeBias bias{drawn(32 * pass.heads, 4), 32, 20, !causal};
    pass.bias = &bias;
    checkPass(pass);
  }

  // Bounds of the buckets that 32 of them with a longest distance of 128 give (T5's defaults).
  void buckets_data() {
    QTest::addColumn<int>("relative");
    QTest::addColumn<bool>("both_ways");
    QTest::addColumn<int>("bucket");
    const int first_of_encoder[][2] = {{0, 0},   {7, 7},   {8, 8},   {12, 9},  {16, 10},
                                       {23, 11}, {32, 12}, {46, 13}, {64, 14}, {91, 15}};
    for (const auto& [distance, bucket] : first_of_encoder) {
      QTest::addRow("encoder %d", distance) << -distance << true << bucket;
    }
    QTest::newRow("encoder, just before 12") << -11 << true << 8;
    QTest::newRow("encoder, just before 91") << -90 << true << 14;
    QTest::newRow("encoder +1") << 1 << true << 17;
    QTest::newRow("encoder +8") << 8 << true << 24;
    QTest::newRow("encoder +128") << 128 << true << 31;
    QTest::newRow("encoder far") << -5000 << true << 15;
    const int first_of_decoder[][2] = {{0, 0},   {15, 15}, {16, 16}, {19, 17}, {21, 18}, {24, 19},
                                       {27, 20}, {31, 21}, {35, 22}, {40, 23}, {46, 24}, {52, 25},
                                       {59, 26}, {67, 27}, {77, 28}, {87, 29}, {99, 30}, {113, 31}};
    for (const auto& [distance, bucket] : first_of_decoder) {
      QTest::addRow("decoder %d", distance) << -distance << false << bucket;
    }
    QTest::newRow("decoder, just before 113") << -112 << false << 30;
    QTest::newRow("decoder ahead") << 9 << false << 0;
  }
  void buckets() {
    QFETCH(const int, relative);
    QFETCH(const bool, both_ways);
    QFETCH(const int, bucket);
    const RelativeBias bias{{}, 32, 128, both_ways};
    QCOMPARE(bias.bucket(relative), static_cast<std::size_t>(bucket));
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::AttentionTest)
#include "attention_test.moc"
