// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/raster_stack.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "tests/core/data/raster_fixture.h"

using namespace lineament;
using namespace lineament::spatial;
using lineament::testing::fourByFour;
using lineament::testing::gridOf;

namespace {

// Its value is a plane over the map, so that every sampling can be worked out.
Raster plane(RasterGrid grid, const char* name) {
  std::vector<float> values;
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    for (std::int64_t column = 0; column < grid.columns; ++column) {
      const auto place = grid.toMap(double(column) + 0.5, double(row) + 0.5);
      values.push_back(float((place[0] - 706269) / 10 + (3496063 - place[1])));
    }
  }
  RasterBand band;
  band.name = name;
  return Raster::of(std::move(grid), {band}, std::move(values));
}

// Pixels `factor` times as large, from a place on.
RasterGrid coarse(std::int64_t columns, std::int64_t rows, double factor, double x = 0,
                  double y = 0) {
  RasterGrid grid = gridOf(columns, rows);
  grid.transform[1] *= factor;
  grid.transform[5] *= factor;
  grid.transform[0] += x;
  grid.transform[3] -= y;
  return grid;
}

std::vector<float> bandOf(const Raster& raster, std::size_t band) {
  return raster.values(raster.whole(), band);
}

}  // namespace

class RasterStackTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void oneIsItself() {
    const Raster raster = plane(gridOf(3, 2), "B1");
    QCOMPARE(bandOf(stack({raster}, Resampling::nearest, {}), 0), bandOf(raster, 0));
  }

  void qualityBandsAreNotMixed() {
    const Raster fine = plane(gridOf(8, 6), "B2");
    RasterBand band;
    band.name = "SCL";
    std::vector<float> classes;
    for (int i = 0; i < 12; ++i) classes.push_back(i % 2 == 0 ? 4.0f : 9.0f);
    const Raster rough = Raster::of(coarse(4, 3, 2), {band}, classes);
    for (const float value : bandOf(stack({fine, rough}, Resampling::bilinear, {}), 1)) {
      QVERIFY(value == 4 || value == 9);
    }
  }

  void takesTheFinestGrid() {
    const Raster fine = plane(gridOf(8, 6), "B2"), rough = plane(coarse(4, 3, 2), "B11");
    const Raster both = stack({rough, fine}, Resampling::nearest, {});
    QVERIFY(both.grid().sameAs(fine.grid()));
    QCOMPARE(both.bands()[0].name, std::string("B11"));
    QCOMPARE(bandOf(both, 1), bandOf(fine, 0));
    const std::vector<float> found = bandOf(both, 0), there = bandOf(rough, 0);
    for (std::size_t row = 0; row < 6; ++row) {
      for (std::size_t column = 0; column < 8; ++column) {
        QCOMPARE(found[row * 8 + column], there[row / 2 * 4 + column / 2]);
      }
    }
  }

  void bilinearFollowsAPlane() {
    const Raster fine = plane(gridOf(20, 20), "a"), rough = plane(coarse(8, 8, 3, -60, -60), "b");
    const Raster both = stack({fine, rough}, Resampling::bilinear, {});
    const std::vector<float> exact = bandOf(both, 0), found = bandOf(both, 1);
    const std::int64_t columns = both.columns();
    int inner = 0;
    for (std::int64_t row = 2; row + 2 < both.rows(); ++row) {
      for (std::int64_t column = 2; column + 2 < columns; ++column) {
        const auto at = static_cast<std::size_t>(row * columns + column);
        QVERIFY(std::abs(found[at] - exact[at]) < 1e-2);
        ++inner;
      }
    }
    QVERIFY(inner > 100);
  }

  void cutsToWhatAllCover() {
    const Raster left = plane(gridOf(10, 10), "a"), right = plane(coarse(10, 10, 1, 120, 60), "b");
    const Raster both = stack({left, right}, Resampling::nearest, {});
    QCOMPARE(both.columns(), 6);
    QCOMPARE(both.rows(), 8);
    QCOMPARE(bandOf(both, 0), bandOf(both, 1));  // the same plane at the same places
  }

  void readsWindowsAndReductions() {
    const Raster fine = plane(gridOf(64, 64), "a"), rough = plane(coarse(32, 32, 2), "b");
    const Raster both = stack({fine, rough}, Resampling::nearest, {});
    const std::vector<float> all = bandOf(both, 1), part = both.values({10, 7, 5, 3}, 1);
    for (std::size_t row = 0; row < 3; ++row) {
      for (std::size_t column = 0; column < 5; ++column) {
        QCOMPARE(part[row * 5 + column], all[(row + 7) * 64 + column + 10]);
      }
    }
    std::vector<float> reduced(2 * 4 * 4);
    const std::array<std::size_t, 2> bands{0, 1};
    both.read(both.whole(), bands, 4, 4, reduced);
    for (std::size_t i = 0; i < 16; ++i) QVERIFY(std::abs(reduced[i] - reduced[16 + i]) < 20);
  }

  void withoutAPlaceTheSizeDecides() {
    RasterGrid nowhere;
    nowhere.columns = 4;
    nowhere.rows = 3;
    const Raster mask = plane(nowhere, "mask"), here = plane(gridOf(4, 3), "a");
    const Raster both = stack({here, mask}, Resampling::nearest, {});
    QVERIFY(both.grid().sameAs(here.grid()));
    QCOMPARE(bandOf(both, 1), bandOf(mask, 0));
    QVERIFY_EXCEPTION_THROWN(stack({plane(gridOf(5, 3), "b"), mask}, Resampling::nearest, {}),
                             Error);
  }

  void namesDiffer() {
    const Raster one = plane(gridOf(2, 2), "B1");
    const Raster both = stack({one, one}, Resampling::nearest, {});
    QCOMPARE(both.bands()[1].name, std::string("B1 (2)"));
  }

  void refusesWhatDoesNotFit() {
    const Raster here = plane(gridOf(4, 4), "a"), there = plane(coarse(4, 4, 1, 9000, 0), "b");
    QVERIFY_EXCEPTION_THROWN(stack({here, there}, Resampling::nearest, {}), Error);
    RasterGrid other = gridOf(4, 4);
    other.crs.wkt = other.crs.name = "another";
    QVERIFY_EXCEPTION_THROWN(stack({here, plane(other, "b")}, Resampling::nearest, {}), Error);
    QVERIFY_EXCEPTION_THROWN(stack({fourByFour()}, Resampling::nearest, {}), Error);
  }
};

QTEST_APPLESS_MAIN(RasterStackTest)
#include "raster_stack_test.moc"
