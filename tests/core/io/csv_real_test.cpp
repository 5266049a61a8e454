// SPDX-License-Identifier: GPL-3.0-or-later
// The CSV reader on real files: the csv-spectrum set with its expectations, and published tables.
#include <cmath>
#include <fstream>

#include "core/base/json.h"
#include "core/io/csv_reader.h"
#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::errorOf;
using lineament::io::testing::Log;

namespace {

const std::filesystem::path kData = LINEAMENT_REAL_DATA;

}  // namespace

class CsvRealTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void csvSpectrum_data() {
    QTest::addColumn<QByteArray>("stem");
    for (const char* stem :
         {"comma_in_quotes", "empty", "json", "newlines", "quotes_and_newlines", "simple"}) {
      QTest::newRow(stem) << QByteArray(stem);
    }
  }

  void csvSpectrum() {
    QFETCH(QByteArray, stem);
    const auto base = kData / "awkward" / "csv" / stem.toStdString();
    const Table table = readCsv(base.string() + ".csv");
    std::ifstream file(base.string() + ".json");
    const auto expected = nlohmann::json::parse(file);
    QCOMPARE(table.rows(), expected.size());
    for (std::size_t row = 0; row < expected.size(); ++row) {
      QCOMPARE(table.columnCount(), expected[row].size());
      for (const auto& [name, value] : expected[row].items()) {
        QCOMPARE(table.require(name).text(row), value.get<std::string>());
      }
    }
  }

  // Counts and sums were computed with NumPy.
  void publishedTables_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<int>("column");
    QTest::addColumn<double>("sum");
    const auto row = [](const char* file, int rows, int columns, const char* first, int column,
                        double sum) {
      QTest::newRow(file) << QByteArray(file) << rows << columns << QByteArray(first) << column
                          << sum;
    };
    row("tabular/concrete_strength/Concrete_data.csv", 1030, 9, "Cement", 8, 36892.5);
    row("tabular/energy_efficiency/ENB2012_data.csv", 768, 10, "X1", 8, 17131.93);
    row("tabular/diabetes/diabetes_data_raw.csv.gz", 442, 10, "c1", 8, 2051.5036);
    row("tabular/diabetes/diabetes_target.csv.gz", 442, 1, "c1", 0, 67243.0);
    row("tabular/linear_models/longley.csv", 16, 8, "Obs", 3, 6203175.0);
    row("tabular/linear_models/macrodata.csv", 203, 14, "year", 13, 271.31);
    row("tabular/linear_models/stackloss.csv", 21, 4, "STACKLOSS", 0, 368.0);
    row("compositional/Bronze.csv", 362, 12, "Cat.No.", 7, 127902.1);
    row("compositional/RomanCups.csv", 47, 12, "c1", 11, 17.12);
    row("compositional/TimeBudget.txt", 32, 7, "c1", 1, 681.49);
    row("compositional/Vegetables.txt", 10, 4, "c1", 1, 249.73999999999998);
    row("awkward/text/crlf_test.txt", 10, 4, "X", 2, 1706.79);
    row("awkward/text/quoted.txt", 9, 3, "X", 1, 121.0);
  }

  void publishedTables() {
    QFETCH(QByteArray, file);
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(QByteArray, first);
    QFETCH(int, column);
    QFETCH(double, sum);
    const Table table = readCsv(kData / file.toStdString());
    QCOMPARE(table.rows(), std::size_t(rows));
    QCOMPARE(table.columnCount(), std::size_t(columns));
    QCOMPARE(table.column(0).name(), first.toStdString());
    double found = 0;
    for (const double value : table.column(std::size_t(column)).numbers()) found += value;
    QVERIFY2(std::abs(found - sum) <= 1e-9 * std::abs(sum), std::to_string(found).c_str());
  }

  void spreadsheetLeftoversAreDropped() {
    Log log;
    readCsv(kData / "tabular/energy_efficiency/ENB2012_data.csv", {}, log.context());
    QVERIFY2(log.all().find("left out 2 empty columns") != std::string::npos, log.all().c_str());
    QVERIFY2(log.all().find("left out 528 rows") != std::string::npos, log.all().c_str());
    QVERIFY(log.warnings.empty());
  }

  void everyReaderIsChosenByContent() {
    const auto idOf = [](const char* file) { return std::string(readerFor(kData / file).id()); };
    QCOMPARE(idOf("tabular/concrete_strength/Concrete_data.csv"), std::string("csv"));
    QCOMPARE(idOf("tabular/diabetes/diabetes_data_raw.csv.gz"), std::string("csv"));
    QCOMPARE(idOf("compositional/Vegetables.txt"), std::string("csv"));
    QCOMPARE(idOf("checkpoints/pile_ppv/scalers.json"), std::string("scalers"));
    QCOMPARE(idOf("compositional/RomanCups.xls"), std::string("xlsx"));
  }

  void badHeaderGetsOtherNames() {
    const Table table = readCsv(kData / "awkward/text/badheader.txt");
    QCOMPARE(table.rows(), std::size_t(8));
    QCOMPARE(table.column(2).name(), std::string("X_2"));
    QCOMPARE(table.column(2).number(7), 5.5);
  }

  void pointerInPlaceOfTheFile() {
    const auto path = kData / "awkward/lfs_pointer/autzen-utm.pcd";
    QCOMPARE(errorOf([&] { readFile(path); }).key(), std::string("file.lfs_pointer"));
  }
};

QTEST_APPLESS_MAIN(CsvRealTest)
#include "csv_real_test.moc"
