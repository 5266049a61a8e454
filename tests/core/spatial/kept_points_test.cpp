// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kept_points.h"

#include <QTemporaryDir>
#include <QtTest>
#include <vector>

#include "core/base/error.h"
#include "core/spatial/sampled_points.h"
#include "tests/core/spatial/point_rows.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

// Counts how often it is asked.
class Counted : public PointSource {
 public:
  explicit Counted(PlanarPoints points) : points_(points) {}
  std::size_t features() const override { return points_.features(); }
  std::size_t blocks() const override { return points_.blocks(); }
  Points block(std::size_t index, std::vector<float>& room) const override {
    ++asked;
    return points_.block(index, room);
  }
  mutable std::atomic<int> asked{0};

 private:
  PlanarPoints points_;
};

}  // namespace

class KeptPointsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { qputenv("XDG_CACHE_HOME", folder_.path().toUtf8()); }

  void sameNumbersInMemoryAndOnDisk() {
    const test::PointRows rows = test::clouds(1000, 3, 4, 1);
    const auto source = std::make_shared<Counted>(rows.source(64));
    const std::vector<float> expected = test::valuesOf(*source);
    for (const bool memory : {true, false}) {
      source->asked = 0;
      const KeptPoints kept(source, 1000, {}, memory ? KeptPoints::kMostInMemory : 100);
      QCOMPARE(kept.place(), memory ? KeptPoints::Place::memory : KeptPoints::Place::disk);
      QCOMPARE(kept.count(), std::size_t{1000});
      QCOMPARE(kept.blocks(), std::size_t{16});
      QCOMPARE(test::valuesOf(kept), expected);
      QCOMPARE(test::valuesOf(kept), expected);
      QCOMPARE(source->asked.load(), 16);
    }
  }

  void memoryIsGivenBack() {
    const std::size_t before = memoryReserved();
    {
      const test::PointRows rows = test::clouds(1000, 3, 4, 1);
      const KeptPoints kept(std::make_shared<PlanarPoints>(rows.source()), 1000, {});
      QCOMPARE(memoryReserved(), before + 12000);
    }
    QCOMPARE(memoryReserved(), before);
  }

  void madeAnewWithoutADrive() {
    const test::PointRows rows = test::clouds(100, 2, 4, 1);
    const auto source = std::make_shared<Counted>(rows.source());
    QStringList said;
    Context context;
    context.log = [&](Context::Severity severity, std::string_view line) {
      if (severity == Context::Severity::warning) said << QString::fromUtf8(line.data());
    };
    // More than any drive holds.
    const KeptPoints kept(source, std::uint64_t{1} << 58, context);
    QCOMPARE(kept.place(), KeptPoints::Place::nowhere);
    QCOMPARE(said.size(), 1);
    QCOMPARE(test::valuesOf(kept), test::valuesOf(*source));
    QVERIFY(source->asked > 2);
  }

  void samplesAreOfThePoints() {
    const test::PointRows rows = test::clouds(5000, 3, 4, 2);
    const KeptPoints kept(std::make_shared<PlanarPoints>(rows.source(64)), 5000, {});
    const SampledPoints some(kept, 700, 3, {}), again(kept, 700, 3, {}), other(kept, 700, 4, {});
    const std::vector<float> values = test::valuesOf(some);
    QCOMPARE(values.size(), std::size_t{2100});
    QCOMPARE(test::valuesOf(again), values);
    QVERIFY(test::valuesOf(other) != values);
    // In their order, each one of the points, and from all over.
    std::size_t at = 0, last = 0;
    for (std::size_t i = 0; i < 700; ++i, ++at) {
      while (at < 5000 &&
             (rows.planes[at] != values[i] || rows.planes[5000 + at] != values[700 + i] ||
              rows.planes[10000 + at] != values[1400 + i])) {
        ++at;
      }
      QVERIFY(at < 5000);
      last = at;
    }
    QVERIFY(last > 4900);
    const SampledPoints everything(kept, 6000, 3, {});
    QCOMPARE(test::valuesOf(everything), rows.planes);
  }

 private:
  QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(KeptPointsTest)
#include "kept_points_test.moc"
