// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/row_order.h"

#include <QtTest>
#include <algorithm>
#include <limits>
#include <mutex>
#include <numeric>

#include "core/base/random.h"
#include "views/table/column_summary.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Table sample() {
  TextBuilder words;
  for (const char* word : {"Pile", "", "ground", "Ground floor", "pile"}) words.add(word);
  return Table({Column("x", std::vector<double>{3, kNan, -1, 3, 0},
                       std::vector<std::uint8_t>{0, 0, 0, 0, 1}),
                Column("n", std::vector<std::int64_t>{5, 4, 3, 2, 1}),
                Column("word", words.finish(), std::vector<std::uint8_t>{0, 1, 0, 0, 0}),
                Column("day", std::vector<Column::Date>{{0}, {1}, {2}, {3}, {4}})});
}

using Rows = std::vector<std::uint32_t>;

Rows filtered(std::size_t column, const char* condition) {
  const Table table = sample();
  return rowOrder(table, {{{column, parseFilter(condition, table.column(column))}}, {}, false}, {});
}

}  // namespace

class RowOrderTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void conditions() {
    QCOMPARE(filtered(0, "> 0"), (Rows{0, 3}));
    QCOMPARE(filtered(0, ">=3"), (Rows{0, 3}));
    QCOMPARE(filtered(0, "< 3"), (Rows{2}));
    QCOMPARE(filtered(0, "!= 3"), (Rows{2}));
    QCOMPARE(filtered(0, "3"), (Rows{0, 3}));
    QCOMPARE(filtered(0, "missing"), (Rows{4}));
    QCOMPARE(filtered(0, "Present"), (Rows{0, 1, 2, 3}));
    QCOMPARE(filtered(1, " 2 .. 4 "), (Rows{1, 2, 3}));
    QCOMPARE(filtered(1, "<= 2"), (Rows{3, 4}));
    QCOMPARE(filtered(2, "contains GROUND"), (Rows{2, 3}));
    QCOMPARE(filtered(2, "ile"), (Rows{0, 4}));
    QCOMPARE(filtered(2, "= pile"), (Rows{0, 4}));
    QCOMPARE(filtered(2, "!= pile"), (Rows{2, 3}));
    QCOMPARE(filtered(2, "missing"), (Rows{1}));
    QCOMPARE(filtered(3, "> 1970-01-03"), (Rows{3, 4}));
  }

  void whatIsNoConditionSaysSo() {
    const Table table = sample();
    for (const auto& [column, text] :
         {std::pair{0, "> x"}, {0, "abc"}, {0, ""}, {0, ">"}, {2, "> a"}, {3, "= soon"}}) {
      try {
        parseFilter(text, table.column(std::size_t(column)));
        QFAIL(text);
      } catch (const Error& error) {
        QCOMPARE(error.key(), std::string("filter.expression"));
      }
    }
  }

  void sortingIsStableAndPutsMissingLast() {
    const Table table = sample();
    const auto sorted = [&](std::size_t column, bool descending) {
      return rowOrder(table, {{}, column, descending}, {});
    };
    QCOMPARE(sorted(0, false), (Rows{2, 0, 3, 1, 4}));
    QCOMPARE(sorted(0, true), (Rows{0, 3, 2, 1, 4}));
    QCOMPARE(sorted(1, false), (Rows{4, 3, 2, 1, 0}));
    QCOMPARE(sorted(2, false), (Rows{3, 0, 2, 4, 1}));
    QCOMPARE(sorted(3, true), (Rows{4, 3, 2, 1, 0}));
  }

  void everyRowOnceInOrder() {
    Random random(6);
    for (const std::size_t rows : {0u, 1u, 2u, 997u}) {
      std::vector<double> values(rows);
      for (double& value : values) value = std::floor(random.normal() * 20);
      const Table table({Column("x", values)});
      auto order = rowOrder(table, {{}, 0, false}, {});
      for (std::size_t i = 1; i < order.size(); ++i) {
        QVERIFY(values[order[i - 1]] <= values[order[i]]);
      }
      std::sort(order.begin(), order.end());
      QCOMPARE(order.size(), rows);
      for (std::size_t i = 0; i < rows; ++i) QCOMPARE(order[i], std::uint32_t(i));
    }
  }

  // More rows than are sorted at once, with many equal values.
  void longTablesSortAsShortOnes() {
    Random random(11);
    constexpr std::size_t kRows = 300'001;
    std::vector<std::int64_t> values(kRows);
    for (std::int64_t& value : values) value = static_cast<std::int64_t>(random.below(1000));
    const Table table({Column("n", values)});
    for (const bool descending : {false, true}) {
      Rows expected(kRows);
      std::iota(expected.begin(), expected.end(), 0u);
      std::stable_sort(expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) {
        return descending ? values[b] < values[a] : values[a] < values[b];
      });
      QVERIFY(rowOrder(table, {{}, 0, descending}, {}) == expected);
    }
  }

  void saysHowFarItIs() {
    const Table table({Column("x", std::vector<double>(300'000, 1.0))});
    std::mutex mutex;
    double last = 0;
    int said = 0;
    Context context;
    context.progress = [&](double fraction, std::string_view) {
      const std::lock_guard lock(mutex);
      last = std::max(last, fraction);
      ++said;
    };
    rowOrder(table, {{}, 0, false}, context);
    QVERIFY(said > 3);
    QVERIFY(last > 0.5 && last <= 1);
  }

  void stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(rowOrder(sample(), {{}, 0, false}, context), Cancelled);
  }

  void summaries() {
    const Table table = sample();
    const ColumnSummary numbers = summarize(table.column(0), {});
    QCOMPARE(numbers.missing, std::size_t(1));
    QCOMPARE(numbers.counted, std::size_t(3));
    QCOMPARE(numbers.low, -1.0);
    QCOMPARE(numbers.high, 3.0);
    QVERIFY(std::abs(numbers.mean - 5.0 / 3) < 1e-12);
    QCOMPARE(numbers.histogram.front(), std::uint64_t(1));
    QCOMPARE(numbers.histogram.back(), std::uint64_t(2));
    const ColumnSummary words = summarize(table.column(2), {});
    QCOMPARE(words.levels.size(), std::size_t(4));
    QCOMPARE(words.missing, std::size_t(1));
    QCOMPARE(summarize(Column("c", std::vector<double>{kNan}), {}).counted, std::size_t(0));
    QCOMPARE(summarize(Column("c", std::vector<double>{}), {}).counted, std::size_t(0));
    QCOMPARE(summarize(Column("c", std::vector<double>{2, 2}), {}).histogram[12], std::uint64_t(2));
  }
};

QTEST_APPLESS_MAIN(RowOrderTest)
#include "row_order_test.moc"
