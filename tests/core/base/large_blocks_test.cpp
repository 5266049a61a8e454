// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cstdint>
#include <new>
#include <vector>

#include "core/base/memory.h"  // links the library whose memory it is

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
int handled = 0;

void giveUp() {
  ++handled;
  std::set_new_handler(nullptr);
}

}  // namespace

class LargeBlocksTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void largeBlocksBeginWhereHugePagesDo() {
    QCOMPARE(lineament::memoryReserved(), std::size_t{0});
    for (const std::size_t bytes : {2 * kHugePage, 3 * kHugePage + 5}) {
      std::vector<std::byte> block(bytes, std::byte{7});
      QCOMPARE(reinterpret_cast<std::uintptr_t>(block.data()) % kHugePage, std::uintptr_t{0});
      QCOMPARE(block.back(), std::byte{7});
    }
  }

  void smallOnesAreAsTheyWere() {
    std::vector<void*> blocks;
    for (std::size_t bytes = 0; bytes < 1000; bytes += 37) blocks.push_back(::operator new(bytes));
    for (void* block : blocks) {
      QVERIFY(block != nullptr);
      ::operator delete(block);
    }
    ::operator delete(nullptr);
  }

  void whatCannotBeHadIsAnException() {
    std::set_new_handler(giveUp);
    QVERIFY_THROWS_EXCEPTION(std::bad_alloc, ::operator delete(::operator new(SIZE_MAX)));
    QCOMPARE(handled, 1);
    QVERIFY_THROWS_EXCEPTION(std::bad_alloc, ::operator delete(::operator new(SIZE_MAX / 2)));
  }
};

QTEST_APPLESS_MAIN(LargeBlocksTest)
#include "large_blocks_test.moc"
