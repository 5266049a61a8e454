// SPDX-License-Identifier: GPL-3.0-or-later
#include <ogrsf_frmts.h>

#include <cmath>

#include "core/base/random.h"
#include "core/io/spreadsheet_reader.h"
#include "core/io/zip_archive.h"
#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::errorOf;
using lineament::io::testing::Folder;
using lineament::io::testing::Log;

namespace {

struct Row {
  std::string name;
  double load;
  std::int64_t count;
};

std::vector<Row> seededRows() {
  Random random(9);
  std::vector<Row> rows(25);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {"pile \xC3\xA4 & <" + std::to_string(i) + ">", random.normal() + 0.25,
               static_cast<std::int64_t>(random.below(1'000'000))};
  }
  return rows;
}

// A workbook of two sheets, the second with other columns. Row 3 has no load.
void makeWorkbook(const std::filesystem::path& path, const char* driver_name) {
  OGRRegisterAll();
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName(driver_name);
  GDALDataset* dataset = driver->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
  OGRLayer* piles = dataset->CreateLayer("piles");
  for (const auto& [name, type] : {std::pair{"name", OFTString},
                                   {"load", OFTReal},
                                   {"count", OFTInteger64},
                                   {"driven", OFTDate}}) {
    OGRFieldDefn field(name, type);
    piles->CreateField(&field);
  }
  const std::vector<Row> rows = seededRows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    OGRFeature feature(piles->GetLayerDefn());
    feature.SetField(0, rows[i].name.c_str());
    if (i != 3) feature.SetField(1, rows[i].load);
    feature.SetField(2, static_cast<GIntBig>(rows[i].count));
    feature.SetField(3, 2026, 11, 1 + static_cast<int>(i));
    if (piles->CreateFeature(&feature) != OGRERR_NONE) qFatal("no feature");
  }
  OGRLayer* notes = dataset->CreateLayer("notes");
  OGRFieldDefn remark("remark", OFTString), number("number", OFTInteger);
  notes->CreateField(&remark);
  notes->CreateField(&number);
  OGRFeature feature(notes->GetLayerDefn());
  feature.SetField(0, "wet");
  feature.SetField(1, 7);
  if (notes->CreateFeature(&feature) != OGRERR_NONE) qFatal("no feature");
  GDALClose(dataset);
}

ZipArchive opened(const std::filesystem::path& path) {
  const InputFile input(path);
  std::vector<std::byte> bytes(input.size());
  input.readExactly(0, bytes);
  return {std::move(bytes), path.filename().string()};
}

// The same workbook with its first sheet replaced, in a sound archive.
void replaceSheet(const std::filesystem::path& from, const std::filesystem::path& to,
                  std::string_view sheet) {
  const ZipArchive archive = opened(from);
  std::vector<SharedArray<std::byte>> contents;
  std::vector<ZipContent> members;
  for (std::size_t i = 0; i < archive.members().size(); ++i) {
    const std::string& name = archive.members()[i].name;
    contents.push_back(archive.read(i));
    const bool replaced = name == "xl/worksheets/sheet1.xml";
    members.push_back({name, {replaced ? std::as_bytes(std::span(sheet)) : contents[i].span()}});
  }
  writeZip(members, to);
}

std::string sheetOf(const std::filesystem::path& path) {
  const ZipArchive archive = opened(path);
  const auto content = archive.read(archive.find("xl/worksheets/sheet1.xml").value());
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

}  // namespace

class SpreadsheetTest : public QObject {
  Q_OBJECT

  Folder folder_;

 private Q_SLOTS:
  void readsWhatWasWritten_data() {
    QTest::addColumn<QByteArray>("driver");
    QTest::newRow("xlsx") << QByteArray("XLSX");
    QTest::newRow("ods") << QByteArray("ODS");
  }

  void readsWhatWasWritten() {
    QFETCH(QByteArray, driver);
    const auto path =
        folder_.path(driver.toLower().toStdString() + "." + driver.toLower().toStdString());
    makeWorkbook(path, driver.constData());
    QCOMPARE(std::string(readerFor(path).id()), std::string("xlsx"));
    Log log;
    const Table table = readSpreadsheet(path, "", log.context());
    const std::vector<Row> rows = seededRows();
    QCOMPARE(table.rows(), rows.size());
    QCOMPARE(table.columnCount(), std::size_t(4));
    QVERIFY(table.require("count").type() == Column::Type::integer);
    QVERIFY(table.require("driven").type() == Column::Type::date);
    QCOMPARE(table.require("driven").text(4), std::string("2026-11-05"));
    QCOMPARE(table.require("load").missingCount(), std::size_t(1));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      QCOMPARE(table.require("name").text(i), rows[i].name);
      QCOMPARE(table.require("count").number(i), static_cast<double>(rows[i].count));
      if (i != 3) QVERIFY(std::abs(table.require("load").number(i) - rows[i].load) < 1e-14);
    }
    QVERIFY2(log.all().find("piles, notes") != std::string::npos, log.all().c_str());
  }

  void sheetIsChosenByName() {
    const auto path = folder_.path("two.xlsx");
    makeWorkbook(path, "XLSX");
    const auto reader = makeSpreadsheetReader();
    const Parameters options = Parameters::fromText(reader->options(), {{"sheet", "notes"}});
    const Data data = reader->read(path, options, {});
    QCOMPARE(data.require<Table>().require("number").number(0), 7.0);
    const Error error = errorOf([&] { readSpreadsheet(path, "note"); });
    QCOMPARE(error.key(), std::string("spreadsheet.no_sheet"));
    QVERIFY(error.remedy().find("piles, notes") != std::string::npos);
  }

  void oldWorkbook() {
    const auto path = std::filesystem::path(LINEAMENT_REAL_DATA) / "compositional/RomanCups.xls";
    OGRRegisterAll();
    if (!GDALGetDriverByName("XLS")) {
      QCOMPARE(errorOf([&] { readSpreadsheet(path); }).key(),
               std::string("spreadsheet.unsupported"));
      return;
    }
    const Table table = readSpreadsheet(path);
    // Compared with the CSV of the same cups: 47 of them, eleven oxides.
    QVERIFY(table.rows() >= 47);
    QVERIFY(table.columnCount() >= 11);
  }

  void damagedWorkbooks() {
    const auto path = folder_.path("good.xlsx");
    makeWorkbook(path, "XLSX");
    const std::string good = InputFile(path).readAll();
    for (const std::size_t size : {std::size_t{4}, std::size_t{40}, good.size() / 2}) {
      const auto bad = folder_.write(good.substr(0, size), "bad.xlsx");
      QCOMPARE(errorOf([&] { readSpreadsheet(bad); }).key(), std::string("spreadsheet.unreadable"));
    }
    const auto text = folder_.write("a,b\n1,2\n", "text.xlsx");
    QCOMPARE(errorOf([&] { readSpreadsheet(text); }).key(), std::string("spreadsheet.unreadable"));
  }

  // GDAL gives the rows it could read before the damage, without a word.
  void sheetThatEndsEarlyIsRefused_data() {
    const auto path = folder_.path("whole.xlsx");
    makeWorkbook(path, "XLSX");
    const std::string whole = sheetOf(path);
    const std::size_t middle = whole.size() / 2;
    QTest::addColumn<QByteArray>("sheet");
    QTest::newRow("cut") << QByteArray::fromStdString(whole.substr(0, middle));
    QTest::newRow("broken") << QByteArray::fromStdString(whole.substr(0, middle) + "<<<" +
                                                         whole.substr(middle));
    QTest::newRow("row far away") << QByteArray(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>"
        "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row></sheetData></worksheet>");
    QTest::newRow("row beyond numbers") << QByteArray(
        "<worksheet><sheetData><row r=\"9223372036854775808\"><c r=\"A1\"><v>1</v></c>"
        "</row></sheetData></worksheet>");
  }

  void sheetThatEndsEarlyIsRefused() {
    QFETCH(QByteArray, sheet);
    const auto path = folder_.path("early.xlsx");
    replaceSheet(folder_.path("whole.xlsx"), path, sheet.toStdString());
    const Error error = errorOf([&] { readSpreadsheet(path); });
    QCOMPARE(error.key(), std::string("spreadsheet.unreadable"));
    QVERIFY(error.found().find("no reason") == std::string::npos);
  }

  void sheetInASoundArchiveIsRead() {
    const auto path = folder_.path("copy.xlsx");
    const auto whole = folder_.path("sound.xlsx");
    makeWorkbook(whole, "XLSX");
    replaceSheet(whole, path, sheetOf(whole));
    QCOMPARE(readSpreadsheet(path).rows(), seededRows().size());
  }
};

QTEST_APPLESS_MAIN(SpreadsheetTest)
#include "spreadsheet_test.moc"
