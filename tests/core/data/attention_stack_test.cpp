// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/attention_stack.h"

#include <QTest>
#include <cmath>

#include "core/base/random.h"
#include "core/data/factored_attention.h"

namespace lineament {

namespace {

constexpr std::uint64_t kTokens = 75;
constexpr std::uint64_t kSize = 5;

std::vector<float> drawn(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
  return values;
}

// Two layers of two heads, and its matrices from the definition.
struct Example {
  AttentionStack stack;
  std::vector<double> weights;
};

Example example(bool causal) {
  Example made;
  made.stack.layers = {"layer 1", "layer 2"};
  made.stack.heads = {"head 1", "head 2"};
  made.stack.queries = made.stack.keys = kTokens;
  made.stack.causal = causal;
  AttentionSource::Factors factors;
  const auto queries = drawn(4 * kTokens * kSize, 1), keys = drawn(4 * kTokens * kSize, 2);
  std::vector<float> sums;
  for (std::size_t row = 0; row < 4 * kTokens; ++row) {
    const std::size_t matrix = row / kTokens;
    std::vector<double> scores;
    double sum = 0;
    for (std::size_t j = 0; j < kTokens; ++j) {
      double score = 0;
      for (std::size_t d = 0; d < kSize; ++d) {
        score += 0.4 * double(queries[row * kSize + d]) *
                 double(keys[(matrix * kTokens + j) * kSize + d]);
      }
      scores.push_back(causal && j > row % kTokens ? 0 : std::exp(score));
      sum += scores.back();
    }
    for (const double score : scores) made.weights.push_back(score / sum);
    sums.push_back(static_cast<float>(std::log(sum)));
  }
  factors.queries = queries;
  factors.keys = keys;
  factors.log_sums = std::move(sums);
  factors.size = kSize;
  factors.scale = 0.4;
  const FactoredAttention::Shape shape{2, 2, kTokens, kTokens, causal};
  if (!FactoredAttention::fits(shape, factors)) qFatal("the example does not fit itself");
  made.stack.source = std::make_shared<const FactoredAttention>(shape, std::move(factors));
  return made;
}

class AttentionStackTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void windowsOfFactors_data() {
    QTest::addColumn<bool>("causal");
    QTest::newRow("causal") << true;
    QTest::newRow("both ways") << false;
  }
  void windowsOfFactors() {
    QFETCH(const bool, causal);
    const Example made = example(causal);
    QVERIFY(isConsistent(made.stack));
    const AttentionWindow windows[] = {
        {0, 0, kTokens, kTokens}, {3, 70, 1, 5}, {70, 1, 5, 3}, {10, 20, 65, 1}, {0, 0, 0, 4}};
    for (const AttentionWindow& window : windows) {
      std::vector<float> cells(window.queries * window.keys + 1, 42);
      readCells(made.stack, 1, 0, window, cells, {});
      for (std::uint64_t i = 0; i < window.queries; ++i) {
        for (std::uint64_t j = 0; j < window.keys; ++j) {
          const double expected =
              made.weights[(2 * kTokens + window.query + i) * kTokens + window.key + j];
          QVERIFY(std::abs(double(cells[i * window.keys + j]) - expected) < 1e-5 * (1 + expected));
        }
      }
      QCOMPARE(cells.back(), 42.0F);
    }
  }

  // More keys than are worked out at once, some of which only the last rows see.
  void manyKeys() {
    constexpr std::uint64_t tokens = 10'007, size = 3;
    AttentionSource::Factors factors;
    factors.queries = drawn(tokens * size, 4);
    factors.keys = drawn(tokens * size, 5);
    factors.log_sums = std::vector<float>(tokens, 5.0F);
    factors.size = size;
    factors.scale = 0.7;
    const FactoredAttention attention({1, 1, tokens, tokens, true}, factors);
    const AttentionWindow window{4093, 5, 7, tokens - 5};
    std::vector<float> cells(window.queries * window.keys, 42);
    attention.cells(0, 0, window, cells, {});
    for (std::uint64_t i = 0; i < window.queries; ++i) {
      for (std::uint64_t j = 0; j < window.keys; ++j) {
        double score = 0;
        for (std::uint64_t d = 0; d < size; ++d) {
          score += double(factors.queries.data()[(window.query + i) * size + d]) *
                   double(factors.keys.data()[(window.key + j) * size + d]);
        }
        const bool seen = window.key + j <= window.query + i;
        const double expected = seen ? std::exp(0.7 * score - 5) : 0;
        QVERIFY(std::abs(double(cells[i * window.keys + j]) - expected) < 1e-5 * (1 + expected));
      }
    }
  }

  void heldIsTheSame() {
    const Example made = example(true);
    const AttentionStack whole = held(made.stack, {});
    QVERIFY(!whole.source && isConsistent(whole));
    for (std::size_t i = 0; i < made.weights.size(); ++i) {
      QVERIFY(std::abs(double(whole.weights[i]) - made.weights[i]) < 1e-6);
    }
    std::vector<float> cells(6);
    readCells(whole, 0, 1, {4, 2, 2, 3}, cells, {});
    QCOMPARE(cells[4], whole.matrix(0, 1)[5 * kTokens + 3]);
  }

  void lengthsHaveToFit() {
    AttentionStack stack = example(true).stack;
    stack.measures = {{"entropy", "Entropy", "nat", "", {1, 2, 3}}};
    QVERIFY(!isConsistent(stack));
    stack.measures[0].values.push_back(4);
    QVERIFY(isConsistent(stack));
    stack.token_measures = {{"surprisal", "Surprisal", "bit", {1}}};
    QVERIFY(!isConsistent(stack));
    const AttentionSource::Factors& factors = *stack.source->factors();
    QVERIFY(!FactoredAttention::fits({2, 2, kTokens, kTokens + 1, true}, factors));
    QVERIFY(!FactoredAttention::fits({~std::uint64_t{0}, 2, kTokens, kTokens, true}, factors));
  }
};

}  // namespace
}  // namespace lineament

QTEST_GUILESS_MAIN(lineament::AttentionStackTest)
#include "attention_stack_test.moc"
