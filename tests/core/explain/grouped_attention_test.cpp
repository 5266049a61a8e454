// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/grouped_attention.h"

#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "tests/core/explain/attention_fixture.h"

namespace lineament::explain {

namespace {

// Runs of 1, 2, 3, 1, 2, 3 ... tokens.
TokenRuns unevenRuns(std::uint64_t tokens) {
  TokenRuns runs;
  for (std::uint64_t at = 0, length = 1; at < tokens; at += length, length = length % 3 + 1) {
    runs.starts.push_back(at);
    runs.names.push_back("run " + std::to_string(at));
  }
  return runs;
}

std::uint64_t runOf(const TokenRuns& runs, std::uint64_t token) {
  std::uint64_t run = 0;
  while (run + 1 < runs.starts.size() && runs.starts[run + 1] <= token) ++run;
  return run;
}

// From the definition: every cell goes to its runs, over the number of queries in the run.
std::vector<double> reference(const AttentionStack& stack, std::size_t layer, std::size_t head,
                              const TokenRuns& queries, const TokenRuns& keys) {
  std::vector<double> sums(queries.starts.size() * keys.starts.size(), 0.0);
  std::vector<double> sizes(queries.starts.size(), 0.0);
  for (std::uint64_t i = 0; i < stack.queries; ++i) sizes[runOf(queries, i)] += 1;
  for (std::uint64_t i = 0; i < stack.queries; ++i) {
    const std::uint64_t row = runOf(queries, i);
    for (std::uint64_t j = 0; j < stack.keys; ++j) {
      sums[row * keys.starts.size() + runOf(keys, j)] +=
          double(stack.matrix(layer, head)[i * stack.keys + j]) / sizes[row];
    }
  }
  return sums;
}

// Cells of a held stack, worked out each time.
class Asked : public AttentionSource {
 public:
  explicit Asked(AttentionStack stack) : stack_(std::move(stack)) {}
  void cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
             std::span<float> weights, const Context& context) const override {
    readCells(stack_, layer, head, window, weights, context);
  }

 private:
  AttentionStack stack_;
};

class GroupedAttentionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void agreesWithTheDefinition_data() {
    QTest::addColumn<int>("queries");
    QTest::addColumn<int>("keys");
    QTest::addColumn<bool>("asked");
    QTest::newRow("one token") << 1 << 1 << false;
    QTest::newRow("odd") << 37 << 37 << false;
    QTest::newRow("to a source's keys") << 5 << 23 << false;
    QTest::newRow("worked out when asked") << 37 << 37 << true;
    // One run's rows are read in several parts.
    QTest::newRow("many") << 700 << 700 << true;
  }
  void agreesWithTheDefinition() {
    QFETCH(const int, queries);
    QFETCH(const int, keys);
    QFETCH(const bool, asked);
    const bool causal = queries == keys;
    const AttentionStack stack =
        randomAttention(2, 3, std::uint64_t(queries), std::uint64_t(keys), causal);
    TokenRuns rows = unevenRuns(std::uint64_t(queries));
    if (queries == 700) rows = {{0, 3, 650}, {"a", "b", "c"}};
    const TokenRuns columns = unevenRuns(std::uint64_t(keys));
    AttentionStack given = stack;
    if (asked) {
      given.source = std::make_shared<Asked>(stack);
      given.weights = {};
    }
    const AttentionStack made = grouped(given, rows, columns, {});
    QVERIFY(isConsistent(made));
    QCOMPARE(made.query_tokens, rows.names);
    QCOMPARE(made.causal, causal);
    for (std::size_t layer = 0; layer < 2; ++layer) {
      for (std::size_t head = 0; head < 3; ++head) {
        const auto expected = reference(stack, layer, head, rows, columns);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          QVERIFY(std::abs(double(made.matrix(layer, head)[i]) - expected[i]) < 1e-6);
        }
      }
    }
  }

  void rowsStillSumToOne() {
    const AttentionStack made =
        grouped(randomAttention(1, 1, 50, 50, true), unevenRuns(50), unevenRuns(50), {});
    for (std::uint64_t row = 0; row < made.queries; ++row) {
      double sum = 0;
      for (std::uint64_t key = 0; key < made.keys; ++key) {
        sum += double(made.weights[row * made.keys + key]);
      }
      QVERIFY(std::abs(sum - 1) < 1e-5);
    }
  }

  void surprisalsAddUp() {
    AttentionStack stack = randomAttention(1, 1, 4, 4, true);
    stack.token_measures = {{"surprisal", "Surprisal", "bit", {std::nan(""), 1, 2, 4}}};
    const AttentionStack made = grouped(stack, {{0, 2}, {"a", "b"}}, {{0, 2}, {"a", "b"}}, {});
    QVERIFY(std::isnan(made.token_measures[0].values[0]));
    QCOMPARE(made.token_measures[0].values[1], 6.0);
  }

  void emptyAttention() {
    const AttentionStack made = grouped(randomAttention(1, 2, 0, 0, false), {}, {}, {});
    QVERIFY(made.queries == 0 && made.weights.empty() && isConsistent(made));
  }

  void saysWhereThereIsNoRoom() {
    setMemoryBudget(1000);
    const AttentionStack stack = randomAttention(2, 2, 20, 20, false);
    TokenRuns each;
    for (std::uint64_t i = 0; i < 20; ++i) each.starts.push_back(i);
    each.names.resize(20);
    std::string key;
    try {
      static_cast<void>(grouped(stack, each, each, {}));
    } catch (const Error& error) {
      key = error.key();
    }
    setMemoryBudget(0);
    QCOMPARE(key, std::string("memory.budget"));
  }
};

}  // namespace

}  // namespace lineament::explain

QTEST_APPLESS_MAIN(lineament::explain::GroupedAttentionTest)
#include "grouped_attention_test.moc"
