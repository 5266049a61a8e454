// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <QtTest>
#include <atomic>

#include "core/base/random.h"
#include "tests/core/base/caught.h"

using namespace lineament;
using test::keyOf;

namespace {

constexpr ErrorText kText{"test.key", "Work", "it failed", "", ""};

// A sum whose bytes depend on the order of adding.
double sumOf(const std::vector<double>& values, int threads) {
  const ThreadLimit limit(threads);
  return reduceBlocks<double>(
      values.size(), 37, {},
      [&](std::size_t begin, std::size_t end) {
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i) sum += values[i];
        return sum;
      },
      [](double& left, const double& right) { left += right; });
}

}  // namespace

class ParallelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyIndexOnceInFixedBlocks() {
    for (const std::size_t count : {0u, 1u, 9u, 10u, 11u, 1000u}) {
      std::vector<std::atomic<int>> seen(count);
      forBlocks(count, 10, {}, [&](std::size_t begin, std::size_t end) {
        QVERIFY(begin % 10 == 0 && begin < end && end <= count && end - begin <= 10);
        for (std::size_t i = begin; i < end; ++i) ++seen[i];
      });
      for (const auto& times : seen) QCOMPARE(times.load(), 1);
    }
  }

  void theSameBytesAtAnyThreadCount() {
    Random random(5);
    std::vector<double> values(10'001);
    for (double& value : values) value = random.normal() * std::exp(20 * random.normal());
    const double one = sumOf(values, 1);
    QCOMPARE(std::bit_cast<std::uint64_t>(sumOf(values, 2)), std::bit_cast<std::uint64_t>(one));
    QCOMPARE(std::bit_cast<std::uint64_t>(sumOf(values, 4)), std::bit_cast<std::uint64_t>(one));
    QCOMPARE(sumOf({}, 2), 0.0);
  }

  // ((0+1)+(2+3))+4, whatever finishes first.
  void addsInAFixedTree() {
    const auto text = reduceBlocks<std::string>(
        5, 1, {}, [](std::size_t begin, std::size_t) { return std::to_string(begin); },
        [](std::string& left, const std::string& right) { left = "(" + left + right + ")"; });
    QCOMPARE(text, std::string("(((01)(23))4)"));
  }

  void stopsAndFailsWithTheOriginalError() {
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    std::atomic<int> ran = 0;
    QCOMPARE(keyOf([&] {
               forBlocks(100'000, 1, context, [&](std::size_t, std::size_t) {
                 if (++ran == 10) stop.request_stop();
               });
             }),
             std::string("(cancelled)"));
    QVERIFY(ran < 100'000);
    QCOMPARE(keyOf([&] { forBlocks(1, 1, context, [](std::size_t, std::size_t) {}); }),
             std::string("(cancelled)"));
    QCOMPARE(keyOf([&] {
               forBlocks(100, 1, {}, [](std::size_t begin, std::size_t) {
                 if (begin == 42) throw Error(kText);
               });
             }),
             std::string("test.key"));
  }

  void nests() {
    std::atomic<int> count = 0;
    forBlocks(8, 1, {}, [&](std::size_t, std::size_t) {
      forBlocks(8, 1, {}, [&](std::size_t, std::size_t) { ++count; });
    });
    QCOMPARE(count.load(), 64);
    QVERIFY(hardwareThreads() >= 1);
  }
};

QTEST_APPLESS_MAIN(ParallelTest)
#include "parallel_test.moc"
