// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold for any file: the same table at any block size and thread count, streamed or
// whole, and a table or an Error, nothing else, for files that are cut or damaged.
#include <QProcess>
#include <clocale>
#include <cmath>
#include <cstring>

#include "core/base/random.h"
#include "core/io/csv_reader.h"
#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::Folder;

namespace {

// Every byte of a table: types, masks and values.
std::string bytesOf(const Table& table) {
  std::string bytes;
  for (const Column& column : table.columns()) {
    bytes += column.name() + '\0' + std::string(name(column.type()));
    const auto& mask = column.missingMask();
    bytes.append(reinterpret_cast<const char*>(mask.data()), mask.size());
    std::visit(
        [&](const auto& values) {
          if constexpr (std::is_same_v<std::decay_t<decltype(values)>, TextValues>) {
            for (std::size_t i = 0; i < values.size(); ++i) {
              bytes += std::string(values[i]) + '\0';
            }
          } else {
            bytes.append(reinterpret_cast<const char*>(values.data()),
                         values.size() * sizeof(values[0]));
          }
        },
        column.values());
  }
  return bytes;
}

// Columns whose type shows only late, quotes with line ends, missing values, ragged and idle rows.
std::string awkwardTable(std::uint64_t seed) {
  Random random(seed);
  std::string text = "int,late real,late text,quoted,date,flag,codes\n";
  const std::size_t rows = 1 + random.below(400);
  for (std::size_t i = 0; i < rows; ++i) {
    const bool late = i > rows / 2;
    text += std::to_string(random.below(1000)) + ",";
    text += std::to_string(i) + (late ? ".5," : ",");
    text += late && random.below(9) == 0 ? "word," : "12,";
    text += random.below(3) == 0 ? "\"a\nb, \"\"c\"\"\"," : random.below(4) == 0 ? "\"\"," : "x,";
    text += random.below(5) == 0 ? "2026-01-02T03:04," : "2026-01-02,";
    text += random.below(6) == 0 ? "," : "true,";
    text += random.below(7) == 0 ? "NA" : late ? "9007199254740993" : "7";
    if (random.below(40) == 0) text += ",extra";
    text += random.below(2) == 0 ? "\n" : "\r\n";
    if (random.below(30) == 0) text += ",,,,,,\n";
    if (random.below(30) == 0) text += "\n1,2\n";
  }
  return text;
}

// A table or an Error.
bool survives(const std::filesystem::path& path) {
  try {
    readCsv(path);
  } catch (const Error&) {
    return true;
  }
  return true;
}

}  // namespace

class CsvRobustnessTest : public QObject {
  Q_OBJECT

  Folder folder_;

 private Q_SLOTS:
  void sameBytesAtAnyBlockSizeAndThreadCount() {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const auto path = folder_.write(awkwardTable(seed));
      const std::string whole = bytesOf(readCsv(path));
      for (const std::size_t block : {1, 7, 64, 1000, 4096}) {
        for (const int threads : {1, 2, 5}) {
          CsvOptions options;
          options.block_bytes = block;
          Context context;
          context.threads = threads;
          QCOMPARE(bytesOf(readCsv(path, options, context)), whole);
        }
      }
    }
  }

  void streamedEqualsWhole() {
    for (std::uint64_t seed = 20; seed < 30; ++seed) {
      const auto path = folder_.write(awkwardTable(seed));
      const Table whole = readCsv(path);
      CsvOptions options;
      options.block_bytes = 300;
      const auto blocks = openCsvBlocks(path, options);
      QCOMPARE(blocks->schema().rows(), std::size_t(0));
      QCOMPARE(blocks->schema().columnCount(), whole.columnCount());
      std::size_t row = 0;
      while (const auto part = blocks->next({})) {
        QCOMPARE(part->columnCount(), whole.columnCount());
        for (std::size_t i = 0; i < whole.columnCount(); ++i) {
          QVERIFY(part->column(i).type() == whole.column(i).type());
          QCOMPARE(part->column(i).name(), whole.column(i).name());
          for (std::size_t j = 0; j < part->rows(); ++j) {
            QCOMPARE(part->column(i).missing(j), whole.column(i).missing(row + j));
            QCOMPARE(part->column(i).text(j), whole.column(i).text(row + j));
          }
        }
        row += part->rows();
      }
      QCOMPARE(row, whole.rows());
    }
  }

  void filesCutAnywhere() {
    const std::string good = awkwardTable(3).substr(0, 1500);
    for (std::size_t size = 0; size < good.size(); ++size) {
      QVERIFY(survives(folder_.write(good.substr(0, size))));
    }
  }

  void filesWithAByteChanged() {
    const std::string good = awkwardTable(5).substr(0, 900);
    Random random(1);
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const int change : {1 << random.below(8), 0xFF, '"' ^ good[i]}) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ change);
        QVERIFY(survives(folder_.write(bad)));
      }
    }
  }

  void randomBytes() {
    Random random(2);
    const std::string letters = "\"\",;\n\r\t |#'01.-+eE\\a\xC3\xA4\xFF";
    for (int round = 0; round < 1500; ++round) {
      std::string text;
      const std::size_t size = random.below(200);
      for (std::size_t i = 0; i < size; ++i) text += letters[random.below(letters.size())];
      QVERIFY(survives(folder_.write(text)));
    }
  }

  // Numbers are read to the last bit, whatever way takes them.
  void numbersAreExact() {
    Random random(4);
    std::string text = "a,b,c\n";
    std::vector<double> expected;
    for (int i = 0; i < 3000; ++i) {
      const std::uint64_t bits = random.bits();
      double any;
      std::memcpy(&any, &bits, sizeof any);
      if (!std::isfinite(any)) any = 0.5;
      const double short_one = static_cast<double>(random.below(1'000'000)) / 1000;
      const double medium = random.normal();
      text += fmt::format("{},{:.3f},{}\n", any, short_one, medium);
      for (const double value : {any, short_one, medium}) expected.push_back(value);
    }
    const Table table = readCsv(folder_.write(text));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      QCOMPARE(table.column(i % 3).number(i / 3), expected[i]);
    }
  }

  void germanLocaleChangesNothing() {
    QTemporaryDir locales;
    const QString made = locales.path() + "/de_DE.UTF-8";
    QCOMPARE(QProcess::execute("localedef", {"-i", "de_DE", "-f", "UTF-8", made}), 0);
    qputenv("LOCPATH", locales.path().toUtf8());
    QVERIFY(std::setlocale(LC_ALL, "de_DE.UTF-8"));
    QCOMPARE(std::localeconv()->decimal_point, ",");
    const Table table = readCsv(folder_.write("a;b\n1,5;2.5\n-3,25;1e3\n"));
    const Table plain = readCsv(folder_.write("a,b\n1.5,1234567890123456789012.5\n"));
    std::setlocale(LC_ALL, "C");
    QCOMPARE(table.column(0).number(1), -3.25);
    QCOMPARE(plain.column(0).number(0), 1.5);
    QCOMPARE(plain.column(1).number(0), 1234567890123456789012.5);
  }
};

QTEST_APPLESS_MAIN(CsvRobustnessTest)
#include "csv_robustness_test.moc"
