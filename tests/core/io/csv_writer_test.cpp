// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_writer.h"

#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "core/io/csv_reader.h"
#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::errorOf;
using lineament::io::testing::Folder;
using lineament::io::testing::inWords;

namespace {

TextValues words(const std::vector<std::string>& all) {
  TextBuilder builder;
  for (const std::string& word : all) builder.add(word);
  return builder.finish();
}

std::vector<std::uint8_t> someMissing(Random& random, std::size_t rows) {
  std::vector<std::uint8_t> mask(rows);
  for (auto& missing : mask) missing = random.below(5) == 0;
  return mask;
}

std::string randomWord(Random& random) {
  static const std::vector<std::string> parts{",", "\"", "\n", "\r\n", ";",  "\t",       " ", "a",
                                              "1", ".",  "#",  "'",    "NA", "\xC3\xA4", "|", "%"};
  std::string word;
  for (std::size_t i = random.below(6); i > 0; --i) word += parts[random.below(parts.size())];
  return word;
}

// One column of each type; the first words make sure that texts are texts.
Table randomTable(std::uint64_t seed) {
  Random random(seed);
  const std::size_t rows = 2 + random.below(60);
  std::vector<double> reals(rows);
  std::vector<std::int64_t> integers(rows);
  std::vector<std::uint8_t> flags(rows);
  std::vector<Column::Date> dates(rows);
  std::vector<Column::Time> times(rows);
  std::vector<std::string> texts(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    reals[i] = random.below(3) == 0 ? static_cast<double>(random.below(9)) : random.normal() * 1e20;
    integers[i] = static_cast<std::int64_t>(random.below(std::uint64_t{1} << 53)) - 1000;
    flags[i] = random.below(2) == 0;
    dates[i].days = static_cast<std::int32_t>(random.below(40000)) - 20000;
    times[i].microseconds = static_cast<std::int64_t>(random.below(4'000'000'000'000'000));
    texts[i] = i == 0 ? "word" : randomWord(random);
  }
  times[0].microseconds += 1;
  std::vector<std::uint8_t> text_mask = someMissing(random, rows);
  text_mask[0] = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (text_mask[i]) texts[i].clear();
  }
  std::vector<std::uint8_t> none(rows, 0);
  return Table({Column("text, \"quoted\"", words(texts), text_mask),
                Column("real", SharedArray<double>(reals), none),
                Column("integer", SharedArray<std::int64_t>(integers), someMissing(random, rows)),
                Column("flag", SharedArray<std::uint8_t>(flags), none),
                Column("date", SharedArray<Column::Date>(dates), none),
                Column("time", SharedArray<Column::Time>(times), someMissing(random, rows))});
}

}  // namespace

class CsvWriterTest : public QObject {
  Q_OBJECT

  Folder folder_;

  std::string written(const Table& table, CsvUnits units = CsvUnits::none) {
    writeCsv(table, folder_.path("out.csv"), {}, units);
    return InputFile(folder_.path("out.csv")).readAll();
  }

 private Q_SLOTS:
  void quotesOnlyWhereNeeded() {
    const Table table(
        {Column("a b", words({"x y", "x,y", "say \"so\"", "two\nlines", ""})),
         Column("n", SharedArray<double>(std::vector<double>{1, 0.1, -0.0, 1e300, 2.5}),
                SharedArray<std::uint8_t>(std::vector<std::uint8_t>{0, 0, 0, 0, 1}))});
    QCOMPARE(
        written(table),
        std::string("a b,n\nx y,1.0\n\"x,y\",0.1\n\"say \"\"so\"\"\",-0.0\n\"two\nlines\",1e+300\n"
                    "\"\",\n"));
  }

  void readBackEqualsWritten() {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const Table table = randomTable(seed);
      writeCsv(table, folder_.path("r.csv"));
      const Table again = readCsv(folder_.path("r.csv"));
      QCOMPARE(inWords(again), inWords(table));
      for (std::size_t row = 0; row < table.rows(); ++row) {
        QCOMPARE(again.column(1).number(row), table.column(1).number(row));
      }
    }
  }

  void rowsOfNothingStay() {
    const Table one({Column("a", SharedArray<double>(std::vector<double>{1.5, 0, 0}),
                            SharedArray<std::uint8_t>(std::vector<std::uint8_t>{0, 1, 1}))});
    writeCsv(one, folder_.path("r.csv"));
    QCOMPARE(inWords(readCsv(folder_.path("r.csv"))), std::string("a:real=1.5,~,~"));
  }

  void unitsComeBack() {
    const std::vector<double> numbers{1.5, 2.5};
    const SharedArray<std::uint8_t> there;
    const auto real = [&](const char* name, const char* unit) {
      return Column(name, SharedArray<double>(numbers), there, unit);
    };
    const Table table({real("distance", "m"), Column("place", words({"a", "b"})),
                       real("velocity", "mm/s"),
                       real("temperature",
                            "\xC2\xB0"
                            "C"),
                       real("slope", "mm/s per t, by the \"book\""), real("count", ""),
                       real("share", "%"), real("ratio", "-"), real("bracketed", "(kN)")});
    QCOMPARE(written(table).find("mm/s"), std::string::npos);
    QVERIFY(written(table, CsvUnits::second_row).find("\nm,,mm/s,") != std::string::npos);
    const Table again = readCsv(folder_.path("out.csv"));
    QCOMPARE(inWords(again), inWords(table));
    for (std::size_t i = 0; i < table.columnCount(); ++i) {
      QCOMPARE(again.column(i).unit(), table.column(i).unit());
    }
  }

  // A row of units that nobody would know for one would be read as data.
  void unitsThatCannotComeBackAreLeftOut() {
    const SharedArray<std::uint8_t> there, missing(std::vector<std::uint8_t>{1});
    const std::vector<double> none, one{1};
    QCOMPARE(
        written(Table({Column("a", SharedArray<double>(none), there, "m")}), CsvUnits::second_row),
        std::string("a\n"));
    QCOMPARE(
        written(Table({Column("a", SharedArray<double>(one), missing, "m")}), CsvUnits::second_row),
        std::string("a\nNA\n"));
    QCOMPARE(written(Table({Column("a", words({"x"}), there, "m"),
                            Column("b", SharedArray<double>(one))}),
                     CsvUnits::second_row),
             std::string("a,b\nx,1.0\n"));
  }

  void specialNumbers() {
    const double infinity = std::numeric_limits<double>::infinity();
    const Table table({Column(
        "a", SharedArray<double>(std::vector<double>{-infinity, infinity, std::nan(""),
                                                     std::numeric_limits<double>::denorm_min()}))});
    QCOMPARE(written(table), std::string("a\n-inf\ninf\nNaN\n5e-324\n"));
  }

  void failedWriteLeavesTheOldFile() {
    folder_.write("old", "out.csv");
    const Table table({Column("a", SharedArray<double>(std::vector<double>(200000, 1.0)))});
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    QVERIFY_EXCEPTION_THROWN(writeCsv(table, folder_.path("out.csv"), context), Cancelled);
    QCOMPARE(InputFile(folder_.path("out.csv")).readAll(), std::string("old"));
    QCOMPARE(errorOf([&] { writeCsv(table, folder_.path("no/such/out.csv")); }).key(),
             std::string("file.write"));
  }
};

QTEST_APPLESS_MAIN(CsvWriterTest)
#include "csv_writer_test.moc"
