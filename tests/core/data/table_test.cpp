// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table.h"

#include <QtTest>
#include <cmath>

#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

namespace {

TextValues textOf(std::initializer_list<const char*> words) {
  TextBuilder builder;
  for (const char* word : words) builder.add(word);
  return builder.finish();
}

SharedArray<std::uint8_t> bytes(std::vector<std::uint8_t> values) {
  return values;
}

Table mixed() {
  return Table({Column("x", std::vector<double>{1.5, 0.1, -2}, bytes({0, 1, 0}), "m"),
                Column("n", std::vector<std::int64_t>{1, 2, INT64_MAX}),
                Column("b", std::vector<std::uint8_t>{0, 1, 1}),
                Column("t", textOf({"sand", "", "cl\xc3\xa4y"}), bytes({0, 0, 1})),
                Column("d", std::vector<Column::Date>{{0}, {19'000}, {-1}}),
                Column("s", std::vector<Column::Time>{{0}, {1'500'000}, {-1}})});
}

std::vector<std::string> namesOf(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns()) names.push_back(column.name());
  return names;
}

}  // namespace

class TableTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void valuesAsNumbersAndText() {
    const Table table = mixed();
    QCOMPARE(table.rows(), std::size_t(3));
    const auto number = [&](const char* name, std::size_t row) {
      return table.require(name).number(row);
    };
    const auto text = [&](const char* name, std::size_t row) {
      return table.require(name).text(row);
    };
    QCOMPARE(number("x", 0), 1.5);
    QVERIFY(std::isnan(number("x", 1)) && std::isnan(number("t", 0)));
    QCOMPARE(number("b", 1), 1.0);
    QCOMPARE(number("d", 1), 19000.0);
    QCOMPARE(number("s", 1), 1.5);
    QCOMPARE(text("x", 2), std::string("-2"));
    QCOMPARE(text("x", 1), std::string());
    QCOMPARE(text("n", 2), std::string("9223372036854775807"));
    QCOMPARE(text("b", 0), std::string("false"));
    QCOMPARE(text("t", 0), std::string("sand"));
    QCOMPARE(text("d", 1), std::string("2022-01-08"));
    QCOMPARE(text("d", 2), std::string("1969-12-31"));
    QCOMPARE(text("s", 1), std::string("1970-01-01T00:00:01.500000Z"));
    QCOMPARE(text("s", 2), std::string("1969-12-31T23:59:59.999999Z"));
    QCOMPARE(table.require("x").missingCount(), std::size_t(1));
    QVERIFY(table.require("b").numeric() && !table.require("d").numeric());
    QCOMPARE(table.require("x").numbers().size(), std::size_t(3));
  }

  // Leap years by the Gregorian rule, day by day against a plain count over 800 years.
  void datesFollowTheCalendar() {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::int32_t day = daysFromCivil(1600, 1, 1);
    QCOMPARE(day, -135'140);
    for (int year = 1600; year < 2400; ++year) {
      const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
      for (int month = 1; month <= 12; ++month) {
        const int last = kDays[month - 1] + (leap && month == 2 ? 1 : 0);
        QCOMPARE(daysFromCivil(year, month, 1), day);
        QCOMPARE(daysFromCivil(year, month, last), day + last - 1);
        QCOMPARE(dateText(day), fmt::format("{:04}-{:02}-01", year, month));
        QCOMPARE(dateText(day + last - 1), fmt::format("{:04}-{:02}-{:02}", year, month, last));
        day += last;
      }
    }
  }

  void namesBecomeUniqueAndFull() {
    const auto column = [](const char* name) { return Column(name, std::vector<double>{1}); };
    const Table table({column("a"), column(""), column("a"), column("a"), column("a_2")});
    QCOMPARE(namesOf(table), (std::vector<std::string>{"a", "c2", "a_2", "a_3", "a_2_2"}));
    QCOMPARE(keyOf([] {
               Table({Column("a", std::vector<double>{1}), Column("b", std::vector<double>{})});
             }),
             std::string("table.lengths"));
  }

  void partsKeepValuesAndMissing() {
    const Table table = mixed();
    for (const Table& part : {table.slice(1, 2), table.gather({1, 2})}) {
      QCOMPARE(part.rows(), std::size_t(2));
      QCOMPARE(part.require("t").text(0), std::string());
      QVERIFY(part.require("t").missing(1) && part.require("x").missing(0));
      QCOMPARE(part.require("x").missingCount(), std::size_t(1));
      QCOMPARE(part.require("n").number(0), 2.0);
      QCOMPARE(part.require("x").unit(), std::string("m"));
    }
    QCOMPARE(table.gather({2, 0, 0}).require("x").numbers(), (std::vector<double>{-2, 1.5, 1.5}));
    QCOMPARE(table.slice(3, 0).rows(), std::size_t(0));
    QCOMPARE(table.slice(1, 2).slice(1, 1).require("n").text(0), table.require("n").text(2));
    QCOMPARE(namesOf(table.select({"t", "x"})), (std::vector<std::string>{"t", "x"}));
  }

  void columnsAreAddedAndReplaced() {
    const Table table({Column("a", std::vector<double>{1, 2})});
    const Table replaced = table.with(Column("a", std::vector<double>{3, 4}));
    QCOMPARE(replaced.require("a").numbers(), (std::vector<double>{3, 4}));
    QCOMPARE(table.require("a").numbers(), (std::vector<double>{1, 2}));
    QCOMPARE(joinColumns({table, replaced, table}).columnCount(), std::size_t(3));
    QCOMPARE(keyOf([&] { joinColumns({table, table.slice(0, 1)}); }), std::string("table.join"));
    QCOMPARE(Table().columnCount(), std::size_t(0));
    QCOMPARE(joinColumns({}).rows(), std::size_t(0));
  }

  void misspeltNamesAreUnderstood() {
    const std::vector<std::string> names{"distance", "hammer_weight", "Distance2", "axis"};
    QCOMPARE(nearestNames("distnace", names), (std::vector<std::string>{"distance", "Distance2"}));
    QCOMPARE(nearestNames("AXIS", names), std::vector<std::string>{"axis"});
    QVERIFY(nearestNames("velocity", names).empty());
    QVERIFY(nearestNames("", names).empty());
    try {
      mixed().require("nn");
      QFAIL("it was found");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("table.no_column"));
      QVERIFY(error.cause() == Error::Cause::usage);
      QVERIFY(error.remedy().find("x, n, b, t, d, s") != std::string::npos);
    }
  }
};

QTEST_APPLESS_MAIN(TableTest)
#include "table_test.moc"
