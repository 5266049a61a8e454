// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/growing_bytes.h"

#include <QtTest>
#include <algorithm>
#include <cstring>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::io;

class GrowingBytesTest : public QObject {
  Q_OBJECT

  // Appends pieces of that many numbers, which count up from 0, until there are `count`.
  static SharedArray<std::uint64_t> collected(std::size_t count, std::size_t most_in_piece,
                                              std::size_t expected) {
    Random random(count);
    GrowingBytes bytes;
    bytes.expect(expected * sizeof(std::uint64_t));
    for (std::uint64_t next = 0; next < count;) {
      const std::size_t piece =
          std::min<std::size_t>(1 + random.below(most_in_piece), count - next);
      auto* place = reinterpret_cast<std::uint64_t*>(bytes.extend(piece * sizeof(std::uint64_t)));
      for (std::size_t i = 0; i < piece; ++i) place[i] = next++;
    }
    return bytes.share<std::uint64_t>();
  }

 private Q_SLOTS:
  // From nothing over small memory, small pages and huge pages, foreseen or not.
  void keepsWhatWasPut() {
    for (const std::size_t count : {0, 1, 1000, 131072, 131073, 400'000, 3'000'000}) {
      for (const double foreseen : {0.0, 0.3, 1.0, 4.0}) {
        const auto expected = static_cast<std::size_t>(static_cast<double>(count) * foreseen);
        const SharedArray<std::uint64_t> values = collected(count, 70'000, expected);
        QCOMPARE(values.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
          if (values[i] != i) QCOMPARE(values[i], i);
        }
      }
    }
  }

  void movesWithItsMemory() {
    GrowingBytes first;
    std::memset(first.extend(5 << 20), 7, 5 << 20);
    GrowingBytes second = std::move(first);
    first = GrowingBytes();
    QCOMPARE(second.size(), std::size_t(5 << 20));
    QVERIFY(std::all_of(second.data(), second.data() + second.size(),
                        [](std::byte byte) { return byte == std::byte{7}; }));
  }

  // A damaged file may promise anything: room is set aside only as far as addresses cost nothing.
  void survivesWildExpectations() {
    const auto values = collected(300'000, 9999, std::size_t{1} << 58);
    QCOMPARE(values[299'999], std::uint64_t{299'999});
  }
};

QTEST_APPLESS_MAIN(GrowingBytesTest)
#include "growing_bytes_test.moc"
