// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/pcd.h"

#include <QtTest>
#include <cmath>
#include <cstring>

#include "core/base/memory.h"
#include "core/io/lzf.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

// Three points (1, 0, 2), (1, 0, 4), (1, 0, 8), field after field, as LZF: worked out by hand.
const QByteArray kPacked = QByteArray::fromHex(
    "030000803f"
    "c00300"
    "00"
    "e002000b"
    "00000040"
    "00008040"
    "00000041");

QByteArray headOf(const QByteArray& data, int points = 3) {
  const QByteArray count = QByteArray::number(points);
  return "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\n"
         "TYPE F F F\nCOUNT 1 1 1\nWIDTH " +
         count + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + count + "\nDATA " + data + "\n";
}

template <class T>
void put(QByteArray& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

QByteArray binary() {
  QByteArray bytes = headOf("binary");
  for (const float z : {2.0F, 4.0F, 8.0F}) {
    put(bytes, 1.0F);
    put(bytes, 0.0F);
    put(bytes, z);
  }
  return bytes;
}

QByteArray compressed(const QByteArray& packed, std::uint32_t unpacked) {
  QByteArray bytes = headOf("binary_compressed");
  put(bytes, static_cast<std::uint32_t>(packed.size()));
  put(bytes, unpacked);
  return bytes + packed;
}

}  // namespace

class PcdTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  PointCloud cloudOf(const QByteArray& bytes, const QString& name = "a.pcd") {
    const auto path = scratch_.write(name, bytes);
    return readFile(path).require<PointCloud>();
  }
  QString keyOf(const QByteArray& bytes) {
    return errorKey([&] { cloudOf(bytes); });
  }

 private Q_SLOTS:
  void readsThreeKindsOfBody_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("ascii") << headOf("ascii") + "1 0 2\n1 0 4\n1 0 8\n";
    QTest::newRow("ascii, last line open") << headOf("ascii") + "1 0 2\r\n1 0 4\r\n1 0 8";
    QTest::newRow("binary") << binary();
    QTest::newRow("compressed") << compressed(kPacked, 36);
  }
  void readsThreeKindsOfBody() {
    QFETCH(QByteArray, bytes);
    const auto path = scratch_.write("cloud.txt", bytes);
    QCOMPARE(readerFor(path).id(), std::string_view("pcd"));  // never a table
    const PointCloud cloud = cloudOf(bytes);
    QCOMPARE(cloud.points(), std::size_t(3));
    const std::vector<float> wanted{1, 0, 2, 1, 0, 4, 1, 0, 8};
    for (std::size_t i = 0; i < wanted.size(); ++i) QCOMPARE(cloud.positions[i], wanted[i]);
    QVERIFY(cloud.attributes.empty());
  }

  void readsEveryTypeOfField() {
    QByteArray bytes =
        "VERSION .7\nFIELDS X Y Z a b c d e f _ n\nSIZE 8 8 8 1 1 2 2 4 8 3 4\n"
        "TYPE F F F I U I U U I U F\nCOUNT 1 1 1 1 1 1 1 1 1 1 2\nWIDTH 1\nPOINTS 1\n"
        "DATA binary\n";
    bytes.replace("8 3 4\n", "8 1 4\n");
    put(bytes, 289814.15);
    put(bytes, 4320978.61);
    put(bytes, 170.76);
    put<std::int8_t>(bytes, -5);
    put<std::uint8_t>(bytes, 250);
    put<std::int16_t>(bytes, -300);
    put<std::uint16_t>(bytes, 60000);
    put<std::uint32_t>(bytes, 70000);
    put<std::int64_t>(bytes, -8);
    put<std::uint8_t>(bytes, 99);
    put(bytes, 0.5F);
    put(bytes, 0.25F);
    const PointCloud cloud = cloudOf(bytes);
    QCOMPARE(cloud.origin[1], 4320979.0);
    QVERIFY(std::abs(cloud.origin[1] + double(cloud.positions[1]) - 4320978.61) < 1e-6);
    const std::vector<std::pair<std::string, float>> wanted{
        {"a", -5.0F},    {"b", 250.0F}, {"c", -300.0F}, {"d", 60000.0F},
        {"e", 70000.0F}, {"f", -8.0F},  {"n 0", 0.5F},  {"n 1", 0.25F}};
    QCOMPARE(cloud.attributes.size(), wanted.size());
    for (const auto& [name, value] : wanted) QCOMPARE(cloud.find(name)->values[0], value);
  }

  // 255, 128, 0 is 16744448, and as the bits of a float 2.3463969e-38.
  void coloursAreBits() {
    QByteArray head = headOf("ascii", 2);
    head.replace("x y z\n", "x y z rgb\n").replace("4 4 4\n", "4 4 4 4\n");
    head.replace("F F F\n", "F F F F\n").replace("1 1 1\n", "1 1 1 1\n");
    const PointCloud cloud = cloudOf(head + "0 0 0 2.3463969e-38\n1 1 1 16744448\n");
    for (const std::size_t i : {0, 1}) {
      QCOMPARE(cloud.find("red")->values[i], 255.0F);
      QCOMPARE(cloud.find("green")->values[i], 128.0F);
      QCOMPARE(cloud.find("blue")->values[i], 0.0F);
    }
  }

  void pointsWithoutAPositionAreLeftOut() {
    const PointCloud cloud = cloudOf(headOf("ascii") + "1 0 2\nnan nan nan\n1 0 8\n");
    QCOMPARE(cloud.points(), std::size_t(2));
    QCOMPARE(cloud.positions[5], 8.0F);
    QCOMPARE(cloudOf(headOf("ascii", 0)).points(), std::size_t(0));
  }

  void wrongHeadersNameTheirLine_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("line");
    QTest::newRow("type") << QByteArray("TYPE F F F") << QByteArray("TYPE F F Q") << "line 5";
    QTest::newRow("size") << QByteArray("SIZE 4 4 4") << QByteArray("SIZE 4 4 3") << "line 4";
    QTest::newRow("count") << QByteArray("COUNT 1 1 1") << QByteArray("COUNT 1 1 0") << "line 6";
    QTest::newRow("fewer") << QByteArray("SIZE 4 4 4") << QByteArray("SIZE 4 4") << "line 4";
    QTest::newRow("huge") << QByteArray("POINTS 3") << QByteArray("POINTS 9223372036854775808")
                          << "line 10";
    QTest::newRow("unlike") << QByteArray("WIDTH 3") << QByteArray("WIDTH 4") << "line 11";
    QTest::newRow("body") << QByteArray("DATA ascii") << QByteArray("DATA zip") << "line 11";
    QTest::newRow("twice") << QByteArray("HEIGHT 1") << QByteArray("WIDTH 3") << "line 8";
    QTest::newRow("order") << QByteArray("FIELDS x y z") << QByteArray("# nothing") << "line 4";
    QTest::newRow("half float") << QByteArray("SIZE 4 4 4") << QByteArray("SIZE 4 4 2")
                                << "line 11";
  }
  void wrongHeadersNameTheirLine() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, line);
    QByteArray bytes = headOf("ascii") + "1 0 2\n1 0 4\n1 0 8\n";
    bytes.replace(from, to);
    const auto path = scratch_.write("bad.pcd", bytes);
    try {
      readFile(path);
      QFAIL("it was read");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("pcd.header"));
      QCOMPARE(QString::fromStdString(error.where()), line);
    }
  }

  void wrongBodiesAreRefused() {
    QCOMPARE(keyOf(headOf("ascii") + "1 0 2\n1 0 4\n1 0 x\n"), QString("pcd.value"));
    QCOMPARE(keyOf(headOf("ascii") + "1000 0 2\n1000 0 4\n1 0\n"), QString("pcd.value"));
    QCOMPARE(keyOf(headOf("ascii", 2'000'000'000) + "1 0 2\n"), QString("pcd.size"));
    QCOMPARE(keyOf(headOf("binary", 2'000'000'000) + "1 0 2\n"), QString("pcd.size"));
    QCOMPARE(keyOf(binary().chopped(1)), QString("pcd.size"));
    QCOMPARE(keyOf(compressed(kPacked, 35)), QString("pcd.compressed"));
    QCOMPARE(keyOf(compressed(kPacked.chopped(1), 36)), QString("pcd.compressed"));
    QCOMPARE(keyOf(headOf("binary_compressed")), QString("pcd.compressed"));
    QByteArray flat = headOf("ascii");
    flat.replace("x y z", "x y t");
    QCOMPARE(keyOf(flat + "1 0 2\n1 0 4\n1 0 8\n"), QString("pcd.no_position"));
  }

  // What a budget has no room for is refused, and nothing of it stays taken: records that are not
  // mapped (36 bytes), then the indices (12) and numbers of the points.
  void budgetIsAskedFor() {
    const QByteArray text = headOf("ascii") + "1 0 2\n1 0 4\n1 0 8\n";
    const auto asked = [this](const QByteArray& bytes, std::size_t budget) {
      setMemoryBudget(budget);
      QString found;
      try {
        cloudOf(bytes);
      } catch (const Error& error) {
        found = QString::fromStdString(error.key() + ": " + error.asked());
      }
      setMemoryBudget(0);
      return found;
    };
    const QString records = "memory.budget: Make room for the points of a.pcd";
    const QString points = "memory.budget: Make room for the cloud a.pcd";
    for (const QByteArray& good : {compressed(kPacked, 36), text}) {
      QCOMPARE(asked(good, 30), records);
      QCOMPARE(asked(good, 40), points);
      QCOMPARE(asked(good, 60), points);
    }
    QCOMPARE(asked(binary(), 10), points);
    QCOMPARE(asked(binary(), 20), points);
    QCOMPARE(asked(binary(), 47), points);
    QCOMPARE(asked(binary(), 48), QString());
    QCOMPARE(memoryReserved(), std::size_t{0});
  }

  // A table that begins like other tables stays one.
  void tablesAreNoClouds() {
    const auto path = scratch_.write("t.csv", "VERSION ,b\n1,2\n3,4\n");
    QCOMPARE(readerFor(path).id(), std::string_view("csv"));
  }

  void lzfStaysInside() {
    std::vector<std::byte> out(36);
    const auto in = std::as_bytes(std::span(kPacked.constData(), std::size_t(kPacked.size())));
    QVERIFY(decodeLzf(in, out));
    QVERIFY(!decodeLzf(in, std::span(out).first(35)));
    QVERIFY(!decodeLzf(in.first(in.size() - 1), out));
    const std::byte far[] = {std::byte{0x20}, std::byte{0x00}};  // from before the beginning
    QVERIFY(!decodeLzf(far, std::span(out).first(3)));
    QVERIFY(decodeLzf({}, {}));
  }

  void survivesAttacks() {
    for (const QByteArray& good : {binary(), compressed(kPacked, 36)}) {
      readablePrefixes(good, "cut.pcd");
      readableFlips(good, "flipped.pcd");
      QCOMPARE(keyOf(good), QString());
      QVERIFY(!keyOf(good.chopped(4)).isEmpty());
    }
  }
};

QTEST_APPLESS_MAIN(PcdTest)
#include "pcd_test.moc"
