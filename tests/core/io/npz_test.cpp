// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npz.h"

#include <QtTest>

#include "core/io/explanation_file.h"
#include "core/io/npy.h"
#include "tests/core/io/attacks.h"
#include "tests/core/io/zip_bytes.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

QByteArray npy(std::string_view descr, const std::vector<std::uint64_t>& shape,
               const QByteArray& data) {
  return QByteArray::fromStdString(npyHeaderText(descr, shape)) + data;
}

QByteArray reals(std::initializer_list<double> values) {
  QByteArray bytes;
  for (const double value : values) put(bytes, value);
  return bytes;
}

Explanation explanation(Table data) {
  Explanation made;
  made.method = "exact";
  made.output_name = "PPV \xc3\xbc";
  made.output_unit = "mm/s";
  made.features = {"distance", "it's"};
  made.base_value = 0.1;
  made.values = std::vector<double>{1, 2, 3, 4, 5, 1e-300};
  made.predictions = std::vector<double>{7, 8, 9};
  made.source_rows = std::vector<std::uint64_t>{2, 3, 5};
  made.additivity_error = 1e-13;
  made.data = std::move(data);
  return made;
}

Table realData() {
  std::vector<Column> columns;
  columns.emplace_back("distance", std::vector<double>{0.1, 0.2, 0.3}, SharedArray<std::uint8_t>{},
                       "m");
  columns.emplace_back("it's", std::vector<double>{4, 5, 6});
  return Table(std::move(columns));
}

Table mixedData() {
  TextBuilder words;
  for (const char* word : {"x", "", "\xf0\x9f\x98\x80z"}) words.add(word);
  std::vector<Column> columns;
  columns.emplace_back("distance", std::vector<double>{0.1, 0.2, 0.3},
                       std::vector<std::uint8_t>{0, 1, 0}, "m");
  columns.emplace_back("it's", words.finish());
  return Table(std::move(columns));
}

void compare(const Explanation& read, const Explanation& made) {
  QCOMPARE(read.method, made.method);
  QCOMPARE(read.output_name, made.output_name);
  QCOMPARE(read.output_unit, made.output_unit);
  QCOMPARE(read.features, made.features);
  QCOMPARE(read.base_value, made.base_value);
  QCOMPARE(read.additivity_error, made.additivity_error);
  QVERIFY(std::ranges::equal(read.values, made.values));
  QVERIFY(std::ranges::equal(read.predictions, made.predictions));
  QVERIFY(std::ranges::equal(read.source_rows, made.source_rows));
  QCOMPARE(read.data.columnCount(), made.data.columnCount());
  for (std::size_t j = 0; j < made.data.columnCount(); ++j) {
    const Column &left = read.data.column(j), &right = made.data.column(j);
    QCOMPARE(left.name(), right.name());
    QCOMPARE(left.unit(), right.unit());
    QVERIFY(left.type() == right.type());
    for (std::size_t row = 0; row < right.size(); ++row) {
      QCOMPARE(left.missing(row), right.missing(row));
      QCOMPARE(left.text(row), right.text(row));
    }
  }
}

}  // namespace

class NpzTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& bytes) { return readFile(scratch_.write("a.npz", bytes)); }
  QString keyOf(const QByteArray& bytes) {
    return errorKey([&] { readBytes(bytes); });
  }

 private Q_SLOTS:
  void readsStoredAndDeflatedArrays() {
    const QByteArray numbers = npy("'<f8'", {2}, reals({1, -2}));
    const Data data = readBytes(zipOf({{"a.npy", numbers}, {"g/b.npy", numbers, true}}));
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries().size(), std::size_t(2));
    QCOMPARE(checkpoint.tensor("a").numbers(), (std::vector<double>{1, -2}));
    QCOMPARE(checkpoint.tensor("g/b").numbers(), (std::vector<double>{1, -2}));
  }

  void listsWhatIsNoTensor() {
    const Data data = readBytes(zipOf({{"a.npy", npy("'<f8'", {1}, reals({1}))},
                                       {"t.npy", npy("'|S1'", {1}, "x")},
                                       {"o.npy", npy("'|O'", {1}, "x")}}));
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.entries()[1].note, std::string("text"));
    QCOMPARE(errorKey([&] { checkpoint.tensor("t"); }), QString("npz.no_tensor"));
    QCOMPARE(errorKey([&] { checkpoint.tensor("o"); }), QString("npz.no_tensor"));
  }

  void refusesWithTheRightKey() {
    QCOMPARE(keyOf(zipOf({{"o.npy", npy("'|O'", {1}, "x")}})), QString("npy.objects"));
    QCOMPARE(keyOf(zipOf({{"a.txt", "x"}})), QString("npz.members"));
    QCOMPARE(keyOf("PK\x03\x04"), QString("zip.directory"));
    const Data data = readBytes(zipOf({{"a.npy", npy("'<f8'", {9}, reals({1}))}}));
    QCOMPARE(errorKey([&] { useAll(data); }), QString("npy.truncated"));
  }

  void survivesCutsAndFlips() {
    const QByteArray good = zipOf({{"a.npy", npy("'<f8'", {2}, reals({1, -2})), true}});
    QCOMPARE(readablePrefixes(good, "a.npz"), 0);
    readableFlips(good, "a.npz");
  }

  void writesWhatItReads() {
    writeNpz({{"a", Tensor::of({2, 1}, std::vector<float>{1, 2})}, {"b", Tensor()}},
             scratch_.path("w.npz"));
    const Data data = readFile(scratch_.path("w.npz"));
    const auto& checkpoint = data.require<Checkpoint>();
    QCOMPARE(checkpoint.tensor("a").numbers(), (std::vector<double>{1, 2}));
    QCOMPARE(checkpoint.entries()[1].shape, std::vector<std::uint64_t>{0});
  }

  void explanationsComeBack() {
    for (const Table& table : {realData(), mixedData()}) {
      const Explanation made = explanation(table);
      writeExplanation(made, scratch_.path("e.npz"));
      const Data data = readFile(scratch_.path("e.npz"));
      compare(data.require<Explanation>(), made);
    }
  }

  void explanationsSurviveCuts() {
    writeExplanation(explanation(realData()), scratch_.path("e.npz"));
    QCOMPARE(readablePrefixes(bytesOf(scratch_.path("e.npz")), "c.npz"), 0);
  }
};

QTEST_APPLESS_MAIN(NpzTest)
#include "npz_test.moc"
