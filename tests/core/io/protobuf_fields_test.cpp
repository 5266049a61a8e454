// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/protobuf_fields.h"

#include <QTest>

#include "tests/core/io/attacks.h"

namespace lineament::io {

namespace {

std::vector<ProtobufField> fieldsOf(const std::string& message) {
  ProtobufFields fields(std::as_bytes(std::span(message)), "test");
  std::vector<ProtobufField> all;
  while (const auto field = fields.next()) all.push_back(*field);
  return all;
}

QString keyOf(const std::string& message) {
  return testing::errorKey([&] { fieldsOf(message); });
}

class ProtobufFieldsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void kinds() {
    // 1: 150; 2: "hi"; 3: 1.5 in single precision; 16: eight bytes.
    const std::string message("\x08\x96\x01\x12\x02hi\x1D\0\0\xC0\x3F\x81\x01\1\0\0\0\0\0\0\0", 22);
    const auto fields = fieldsOf(message);
    QCOMPARE(fields.size(), std::size_t{4});
    QCOMPARE(fields[0].value, std::uint64_t{150});
    QCOMPARE(fields[1].text(), std::string_view("hi"));
    QCOMPARE(fields[2].real(), 1.5F);
    QCOMPARE(fields[3].number, 16U);
    QCOMPARE(fields[3].value, std::uint64_t{1});
    QVERIFY(fieldsOf("").empty());
  }

  void largestNumber() {
    const std::string nine(9, '\xFF');
    QCOMPARE(fieldsOf("\x08" + nine + "\x01").front().value, ~std::uint64_t{0});
    QCOMPARE(keyOf("\x08" + nine + "\x02"), QString("protobuf.field"));
    QCOMPARE(keyOf("\x08" + nine + "\x81"), QString("protobuf.field"));
  }

  void broken() {
    QCOMPARE(keyOf("\x08"), QString("file.cut_short"));
    QCOMPARE(keyOf("\x12\x03hi"), QString("file.cut_short"));
    QCOMPARE(keyOf("\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), QString("file.cut_short"));
    QCOMPARE(keyOf("\x1D\x01"), QString("file.cut_short"));
    QCOMPARE(keyOf(std::string("\0\1", 2)), QString("protobuf.field"));
    QCOMPARE(keyOf("\x0B"), QString("protobuf.field"));  // a group
  }
};

}  // namespace

}  // namespace lineament::io

QTEST_GUILESS_MAIN(lineament::io::ProtobufFieldsTest)
#include "protobuf_fields_test.moc"
