// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/scalers_reader.h"
#include "tests/core/io/csv_fixture.h"

using namespace lineament;
using namespace lineament::io;
using lineament::io::testing::errorOf;
using lineament::io::testing::Folder;
using lineament::io::testing::inWords;

class ScalersTest : public QObject {
  Q_OBJECT

  Folder folder_;

 private Q_SLOTS:
  void publishedScalers() {
    const Table table = readScalers(std::filesystem::path(LINEAMENT_REAL_DATA) /
                                    "checkpoints/pile_ppv/scalers.json");
    QCOMPARE(table.rows(), std::size_t(8));
    QCOMPARE(table.columnCount(), std::size_t(4));
    QCOMPARE(table.require("name").text(0), std::string("pile size (mm)"));
    QCOMPARE(table.require("role").text(6), std::string("input"));
    QCOMPARE(table.require("mean").number(4), 27.241375545851533);
    QCOMPARE(table.require("name").text(7), std::string("peak particle velocity"));
    QCOMPARE(table.require("role").text(7), std::string("output"));
    QCOMPARE(table.require("scale").number(7), 1.472601639632284);
  }

  void namesMayBeLeftOut() {
    const Table table = readScalers(folder_.write(
        R"({"inputs": {"mean": [1, 2], "scale": [3, 4]}, "output": {"mean": [0], "scale": [1]}})"));
    QCOMPARE(inWords(table),
             std::string("name:text=input 1,input 2,output 1;role:text=input,input,output;"
                         "mean:real=1,2,0;scale:real=3,4,1"));
  }

  void badFiles_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("where");
    const auto row = [](const char* name, const char* inputs, const char* key, const char* where) {
      const QByteArray content =
          QByteArray(R"({"inputs": )") + inputs + R"(, "output": {"mean": [0], "scale": [1]}})";
      QTest::newRow(name) << content << QByteArray(key) << QByteArray(where);
    };
    row("lengths", R"({"mean": [1, 2], "scale": [3]})", "scalers.lengths", "inputs.scale");
    row("zero", R"({"mean": [1], "scale": [0]})", "scalers.scale", "inputs.scale[0]");
    row("negative", R"({"mean": [1, 1], "scale": [1, -2]})", "scalers.scale", "inputs.scale[1]");
    row("null", R"({"mean": [null], "scale": [1]})", "scalers.value", "inputs.mean[0]");
    row("text", R"({"mean": ["1"], "scale": [1]})", "scalers.value", "inputs.mean[0]");
    row("no mean", R"({"scale": [1]})", "scalers.member", "inputs.mean");
    row("no list", R"({"mean": 1, "scale": [1]})", "scalers.member", "inputs.mean");
    row("no features", R"({"mean": [], "scale": []})", "scalers.member", "inputs.mean");
    row("no object", "3", "scalers.member", "inputs.mean");
    row("NaN", R"({"mean": [1], "scale": [NaN]})", "scalers.json", "byte 36");
    row("beyond doubles", R"({"mean": [1], "scale": [1e999]})", "scalers.json", "byte 0");
  }

  void badFiles() {
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, where);
    const Error error = errorOf([&] { readScalers(folder_.write(content.toStdString())); });
    QCOMPARE(QByteArray::fromStdString(error.key()), key);
    QCOMPARE(QByteArray::fromStdString(error.where()), where);
  }

  void wrongNumberOfNames() {
    const auto path = folder_.write(
        R"({"inputs": {"mean": [1], "scale": [3]}, "output": {"mean": [0], "scale": [1]},
            "input_order": ["a", "b"]})");
    QCOMPARE(errorOf([&] { readScalers(path); }).key(), std::string("scalers.lengths"));
  }

  void filesCutAnywhere() {
    const std::string good =
        R"({"inputs": {"mean": [1, 2], "scale": [3, 4]}, "output": {"mean": [0], "scale": [1]}})";
    for (std::size_t size = 0; size < good.size(); ++size) {
      const auto path = folder_.write(good.substr(0, size));
      QCOMPARE(errorOf([&] { readScalers(path); }).key(), std::string("scalers.json"));
    }
  }
};

QTEST_APPLESS_MAIN(ScalersTest)
#include "scalers_test.moc"
