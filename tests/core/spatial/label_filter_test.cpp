// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/label_filter.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/base/random.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

using Labels = std::vector<std::uint8_t>;

Labels drawn(std::size_t count, int classes, double missing, std::uint64_t seed) {
  Random random(seed);
  Labels labels(count);
  for (std::uint8_t& label : labels) {
    label = random.uniform() < missing ? kNoLabel
                                       : static_cast<std::uint8_t>(random.uniform(0, classes));
  }
  return labels;
}

}  // namespace

class LabelFilterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // A fixed point of the filter whose border pixels decide it (worked out with SciPy's
  // generic_filter and mode).
  void bordersAreMirrored() {
    const Labels labels{0, 0, 1, 1, 0, 2, 1, 1, 2, 2, 2, 1, 2, 2, 0, 0};
    QCOMPARE(majorityFilter(labels, 4, 4, 3, {}), labels);
  }

  void lonelyPixelsGo() {
    const Labels labels{1, 1, 1, 1, 0, 1, 1, 1, 1};
    QCOMPARE(majorityFilter(labels, 3, 3, 3, {}), Labels(9, 1));
    QCOMPARE(majorityFilter(labels, 3, 3, 1, {}), labels);
  }

  void tiesGoToTheSmallest() {
    QCOMPARE(majorityFilter({2, 1}, 2, 1, 3, {}), (Labels{2, 1}));
    QCOMPARE(majorityFilter({3, 1, 3, 1}, 4, 1, 5, {})[2], std::uint8_t(1));
  }

  void agreesWithCountingEachWindow() {
    struct Size {
      std::int64_t columns, rows;
    };
    for (const Size& size : {Size{1, 1}, {1, 9}, {17, 1}, {5, 3}, {67, 130}}) {
      for (const int window : {1, 3, 7, 11}) {
        const Labels labels = drawn(static_cast<std::size_t>(size.columns * size.rows), 5, 0.1, 4);
        QCOMPARE(majorityFilter(labels, size.columns, size.rows, window, {}),
                 majorityFilterReference(labels, size.columns, size.rows, window));
      }
    }
  }

  void missingPixelsStayMissing() {
    const Labels labels{kNoLabel, 1, 1, kNoLabel};
    QCOMPARE(majorityFilter(labels, 4, 1, 3, {}), labels);
    QCOMPARE(majorityFilter(Labels(6, kNoLabel), 3, 2, 3, {}), Labels(6, kNoLabel));
    QCOMPARE(majorityFilter({}, 0, 0, 3, {}), Labels());
  }

  void windowsAreOdd() {
    QVERIFY_EXCEPTION_THROWN(majorityFilter({1}, 1, 1, 4, {}), Error);
    QVERIFY_EXCEPTION_THROWN(majorityFilter({1}, 1, 1, 0, {}), Error);
  }

  void smallPatchesJoinTheirLargestNeighbour() {
    // The 2 touches both; the patch of 1 is larger.
    const Labels labels{0, 0, 1, 1,  //
                        0, 2, 1, 1,  //
                        1, 1, 1, 1};
    const Labels expected{0, 0, 1, 1,  //
                          0, 1, 1, 1,  //
                          1, 1, 1, 1};
    QCOMPARE(sieve(labels, 4, 3, 2, {}), expected);
    QCOMPARE(sieve(labels, 4, 3, 1, {}), labels);
    QCOMPARE(sieve(labels, 4, 3, 4, {}), Labels(12, 1));
  }

  void cornersDoNotConnect() {
    const Labels labels{0, 1, 1, 0};  // a checkerboard of 2 x 2: four patches of a pixel
    const Labels found = sieve(labels, 2, 2, 2, {});
    QVERIFY(std::all_of(found.begin(), found.end(),
                        [&](std::uint8_t label) { return label == found[0]; }));
  }

  // The lone 1 1 lies beside a 3 and a 2 of five pixels each, and meets the 3 first.
  void equallyLargeNeighbours() {
    const Labels labels{1, 1, 2, 2, 1, kNoLabel, 2, 2, 3, 3, 3, 2, 3, 3, 1, 1};
    Labels expected = labels;
    expected[14] = expected[15] = 3;
    QCOMPARE(sieve(labels, 4, 4, 3, {}), expected);
  }

  void patchesAloneStay() {
    const Labels labels{kNoLabel, 3, kNoLabel};
    QCOMPARE(sieve(labels, 3, 1, 100, {}), labels);
  }

  void noSmallPatchIsLeft() {
    for (const std::int64_t least : {2, 5, 30}) {
      const Labels labels = drawn(60 * 40, 4, 0, 8);
      const Labels found = sieve(labels, 60, 40, least, {});
      QCOMPARE(sieve(found, 60, 40, least, {}), found);
      // Counted by filling each patch.
      std::vector<bool> seen(found.size());
      for (std::size_t start = 0; start < found.size(); ++start) {
        if (seen[start]) continue;
        std::vector<std::size_t> open{start};
        seen[start] = true;
        std::int64_t size = 0;
        while (!open.empty()) {
          const std::size_t pixel = open.back();
          open.pop_back();
          ++size;
          const auto visit = [&](bool there, std::size_t other) {
            if (!there || seen[other] || found[other] != found[pixel]) return;
            seen[other] = true;
            open.push_back(other);
          };
          visit(pixel % 60 > 0, pixel - 1);
          visit(pixel % 60 < 59, pixel + 1);
          visit(pixel >= 60, pixel - 60);
          visit(pixel + 60 < found.size(), pixel + 60);
        }
        QVERIFY(size >= least);
      }
    }
  }
};

QTEST_APPLESS_MAIN(LabelFilterTest)
#include "label_filter_test.moc"
