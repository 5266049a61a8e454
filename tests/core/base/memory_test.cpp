// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <QtTest>

#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

class MemoryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { setMemoryBudget(1000); }

  void reservationsAddUpAndEnd() {
    {
      MemoryReservation first = reserveMemory(600, "a table");
      QCOMPARE(memoryReserved(), std::size_t(600));
      MemoryReservation moved = std::move(first);
      QCOMPARE(memoryReserved(), std::size_t(600));
      moved = reserveMemory(400, "another");  // both are held until the old one goes
    }
    QCOMPARE(memoryReserved(), std::size_t(0));
  }

  void saysHowMuchIsMissing() {
    const MemoryReservation held = reserveMemory(700, "a table");
    const MemoryReservation exact = reserveMemory(300, "the rest");
    try {
      const MemoryReservation more = reserveMemory(2'500'000'000, "the matrix");
      QFAIL("it fits");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("memory.budget"));
      QVERIFY(error.asked().find("the matrix") != std::string::npos);
      QVERIFY(error.found().find("2.5 GB") != std::string::npos);
    }
    QCOMPARE(memoryReserved(), std::size_t(1000));
    // Sums that overflow are too much as well.
    QCOMPARE(keyOf([] { (void)reserveMemory(SIZE_MAX, "all"); }), std::string("memory.budget"));
    setMemoryBudget(10);  // less than is held already
    QCOMPARE(keyOf([] { (void)reserveMemory(1, "one"); }), std::string("memory.budget"));
  }

  void bytesForPeople() {
    QCOMPARE(bytesText(0), std::string("0 bytes"));
    QCOMPARE(bytesText(999), std::string("999 bytes"));
    QCOMPARE(bytesText(1000), std::string("1.0 kB"));
    QCOMPARE(bytesText(1.34e9), std::string("1.3 GB"));
    QCOMPARE(bytesText(999.6e6), std::string("1.0 GB"));
    QCOMPARE(bytesText(512e6), std::string("512 MB"));
  }
};

QTEST_APPLESS_MAIN(MemoryTest)
#include "memory_test.moc"
