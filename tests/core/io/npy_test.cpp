// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npy.h"

#include <QtTest>

#include "core/data/data.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

// An .npy file as NumPy lays it out: the header padded to a multiple of 64.
QByteArray npy(const QByteArray& descr, const QByteArray& shape, const QByteArray& data,
               bool fortran = false) {
  QByteArray literal = "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + shape + ", }";
  while ((10 + literal.size() + 1) % 64 != 0) literal += ' ';
  literal += '\n';
  QByteArray file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(literal.size() & 0xff);
  file += static_cast<char>(literal.size() >> 8);
  return file + literal + data;
}

template <class T>
QByteArray raw(std::initializer_list<T> values) {
  QByteArray bytes;
  for (const T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

QByteArray smallFile() {
  return npy("'<f4'", "(2, 3)", raw<float>({1, 2, 3, 4, 5, 6}));
}

}  // namespace

class NpyTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& bytes) { return readFile(scratch_.write("a.npy", bytes)); }
  QString keyOf(const QByteArray& bytes) {
    return errorKey([&] { readBytes(bytes); });
  }

 private Q_SLOTS:
  // The bytes that NumPy writes for np.array([[1,2,3],[4,5,6]], '<f4').
  void readsWhatNumPyWrites() {
    const QByteArray file = smallFile();
    QCOMPARE(file.size(), 152);
    QCOMPARE(file.left(10), QByteArray::fromHex("934e554d505901007600"));
    const Data data = readBytes(file);
    const Tensor& tensor = data.require<Tensor>();
    QCOMPARE(tensor.shape(), (std::vector<std::uint64_t>{2, 3}));
    QVERIFY(tensor.dtype() == DType::f32);
    QCOMPARE(tensor.numbers(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  }

  void transposesFortranOrder() {
    const Data data = readBytes(npy("'<i2'", "(2, 3)", raw<qint16>({1, 4, 2, 5, 3, 6}), true));
    QCOMPARE(data.require<Tensor>().numbers(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  }

  // Element (i, j, k) of a Fortran-ordered array lies at i + 2 j + 6 k.
  void transposesThreeDimensions() {
    QByteArray bytes;
    for (qint32 at = 0; at < 24; ++at) bytes += raw<qint32>({at});
    const Data data = readBytes(npy("'<i4'", "(2, 3, 4)", bytes, true));
    const Tensor& tensor = data.require<Tensor>();
    std::size_t index = 0;
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 3; ++j) {
        for (int k = 0; k < 4; ++k) QCOMPARE(tensor.number(index++), double(i + 2 * j + 6 * k));
      }
    }
  }

  void swapsBigEndian() {
    QCOMPARE(readBytes(npy("'>i4'", "(2,)", QByteArray::fromHex("00000001fffffffe")))
                 .require<Tensor>()
                 .numbers(),
             (std::vector<double>{1, -2}));
    const Data complex = readBytes(npy("'>c8'", "()", QByteArray::fromHex("3f80000040000000")));
    const auto& bytes = complex.require<Tensor>().bytes();
    QCOMPARE(QByteArray(reinterpret_cast<const char*>(bytes.data()), 8), raw<float>({1, 2}));
  }

  void readsScalarsAndOldHeaders() {
    const QByteArray scalar = npy("'<f8'", "()", raw<double>({3.5}));
    QCOMPARE(scalar.size(), 136);
    QCOMPARE(readBytes(scalar).require<Tensor>().numbers(), std::vector<double>{3.5});
    const Data old = readBytes(npy("'<i8'", "(3L,)", raw<qint64>({1, 2, 3})));
    QCOMPARE(old.require<Tensor>().elements(), std::size_t(3));
  }

  void readsEveryNumberType() {
    const std::pair<const char*, QByteArray> cases[] = {
        {"'|b1'", raw<quint8>({1})},   {"'|i1'", raw<qint8>({1})},
        {"'|u1'", raw<quint8>({1})},   {"'<i2'", raw<qint16>({1})},
        {"'<u2'", raw<quint16>({1})},  {"'<i4'", raw<qint32>({1})},
        {"'<u4'", raw<quint32>({1})},  {"'<i8'", raw<qint64>({1})},
        {"'<u8'", raw<quint64>({1})},  {"'<f2'", raw<quint16>({0x3c00})},
        {"'<f4'", raw<float>({1})},    {"'=f8'", raw<double>({1})},
        {"'<c8'", raw<float>({1, 0})}, {"'<c16'", raw<double>({1, 0})}};
    for (const auto& [descr, bytes] : cases) {
      const Data data = readBytes(npy(descr, "(1,)", bytes));
      QCOMPARE(data.require<Tensor>().number(0), 1.0);
    }
  }

  // [('x','<f4'),('k','<i4',(3,))], two records of 16 bytes.
  void readsRecordsAsTable() {
    const QByteArray file = npy(
        "[('x', '<f4'), ('k', '<i4', (3,))]", "(2,)",
        raw<float>({0.5f}) + raw<qint32>({1, 2, 3}) + raw<float>({-2}) + raw<qint32>({4, 5, 6}));
    QCOMPARE(file.size(), 160);
    const Data data = readBytes(file);
    const Table& table = data.require<Table>();
    QCOMPARE(table.rows(), std::size_t(2));
    QCOMPARE(table.columnCount(), std::size_t(4));
    QCOMPARE(table.require("x").number(1), -2.0);
    QCOMPARE(table.require("k[2]").number(1), 6.0);
    QVERIFY(table.require("k[0]").type() == Column::Type::integer);
  }

  void readsNestedAndPaddedRecords() {
    const QByteArray descr =
        "[(('a title', 'a'), '>i2'), ('', '|V2'), ('p', [('z', '<c8'), ('t', '|S3')])]";
    const Data data = readBytes(
        npy(descr, "(1,)",
            QByteArray::fromHex("0102ffff") + raw<float>({1, -1}) + QByteArray("ab\0", 3)));
    const Table& table = data.require<Table>();
    QCOMPARE(table.columnCount(), std::size_t(4));
    QCOMPARE(table.require("a").number(0), 258.0);
    QCOMPARE(table.require("p.z.im").number(0), -1.0);
    QCOMPARE(table.require("p.t").text(0), std::string("ab"));
  }

  void readsTextAsTable() {
    // U+00FC and U+1F600, then a shorter word padded with NUL.
    const QByteArray letters = raw<quint32>({0xfc, 0x1f600, 'a', 0});
    const Data data = readBytes(npy("'<U2'", "(2,)", letters));
    const Column& column = data.require<Table>().column(0);
    QCOMPARE(column.text(0), std::string("\xc3\xbc\xf0\x9f\x98\x80"));
    QCOMPARE(column.text(1), std::string("a"));
    const Data wide = readBytes(npy("'|S1'", "(2, 2)", "abcd", true));
    QCOMPARE(wide.require<Table>().column(1).text(0), std::string("c"));
  }

  void readsDates() {
    const Data days = readBytes(npy("'<M8[D]'", "(2,)", raw<qint64>({20780, LLONG_MIN})));
    const Column& column = days.require<Table>().column(0);
    QCOMPARE(column.text(0), std::string("2026-11-23"));
    QVERIFY(column.missing(1));
    const Data nanoseconds = readBytes(npy("'<M8[ns]'", "(1,)", raw<qint64>({-1})));
    QCOMPARE(nanoseconds.require<Table>().column(0).text(0),
             std::string("1969-12-31T23:59:59.999999Z"));
    const Data months = readBytes(npy("'<M8[M]'", "(1,)", raw<qint64>({-1})));
    QCOMPARE(months.require<Table>().column(0).text(0), std::string("1969-12-01"));
  }

  // The lowest number of all, which has no opposite.
  void datesBeyondAllCalendarsAreMissing() {
    for (const char* unit : {"'<M8[2D]'", "'<M8[2M]'", "'<M8[2Y]'", "'<M8[2W]'"}) {
      const Data data = readBytes(npy(unit, "(1,)", raw<qint64>({LLONG_MIN / 2})));
      QVERIFY2(data.require<Table>().column(0).missing(0), unit);
    }
  }

  void offersBfloat16() {
    const QByteArray file = npy("'<V2'", "(2,)", QByteArray::fromHex("803f4940"));
    QCOMPARE(keyOf(file), QString("npy.raw"));
    const Reader& reader = *findReader("npy");
    const Data data = reader.read(
        scratch_.path("a.npy"), Parameters::fromText(reader.options(), {{"bfloat16", "true"}}), {});
    QCOMPARE(data.require<Tensor>().numbers(), (std::vector<double>{1, 3.140625}));
  }

  void refusesWithTheRightKey() {
    const QByteArray data(64, '\0');
    QCOMPARE(keyOf(npy("'|O'", "(1,)", data)), QString("npy.objects"));
    QCOMPARE(keyOf(npy("[('a', '<f4'), ('b', '|O')]", "(1,)", data)), QString("npy.objects"));
    QCOMPARE(keyOf(npy("'<f16'", "(1,)", data)), QString("npy.type"));
    QCOMPARE(keyOf(npy("'<f4'", "(17,)", data)), QString("npy.truncated"));
    QCOMPARE(keyOf(npy("'<f4'", "(9223372036854775807, 3)", data)), QString("npy.shape"));
    QCOMPARE(keyOf(npy("'<f4'", "(18446744073709551616,)", data)), QString("npy.header"));
    QCOMPARE(keyOf(npy("'<f4'", "(-1,)", data)), QString("npy.header"));
    QCOMPARE(keyOf(npy("'<U0'", "(4611686018427387904,)", data)), QString("npy.shape"));
    QCOMPARE(keyOf(npy("'<f4'", "(1,), 'more': 1", data)), QString("npy.header"));
    QCOMPARE(keyOf(npy("'<f4'", "(1,), 'shape': (2,)", data)), QString("npy.header"));
    QCOMPARE(keyOf(npy("__import__('os')", "(1,)", data)), QString("npy.header"));
    QByteArray version = npy("'<f4'", "(1,)", data);
    version[6] = 9;
    QCOMPARE(keyOf(version), QString("npy.version"));
    QCOMPARE(keyOf(npy("'<f4'", QByteArray(100000, '('), data)), QString("npy.header"));
  }

  void survivesCutsAndFlips() {
    QCOMPARE(readablePrefixes(smallFile(), "a.npy"), 0);
    readableFlips(smallFile(), "a.npy");
    readableFlips(npy("[('x', '<f4'), ('k', '|S2')]", "(1,)", raw<float>({1}) + "ab"), "a.npy");
  }

  void writesWhatItReads() {
    const Tensor tensor = Tensor::of({2, 0, 3}, std::vector<float>{});
    writeNpy(tensor, scratch_.path("empty.npy"));
    QCOMPARE(readFile(scratch_.path("empty.npy")).require<Tensor>().shape(), tensor.shape());
    writeNpy(Tensor::of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}), scratch_.path("small.npy"));
    QCOMPARE(bytesOf(scratch_.path("small.npy")), smallFile());
    QCOMPARE(errorKey([&] {
               writeNpy(Tensor(DType::bf16, {1}, std::vector<std::byte>(2)),
                        scratch_.path("b.npy"));
             }),
             QString("npy.dtype"));
  }
};

QTEST_APPLESS_MAIN(NpyTest)
#include "npy_test.moc"
