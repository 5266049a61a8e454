// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/raster_stack.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/io/geographic.h"
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

const Crs kUtm39{
    "PROJCS[\"WGS 84 / UTM zone 39N\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\","
    "6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],"
    "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],"
    "PARAMETER[\"central_meridian\",51],PARAMETER[\"scale_factor\",0.9996],"
    "PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1]]",
    "WGS 84 / UTM zone 39N", "m", false, 1};
const Crs kDegrees{
    "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],"
    "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]",
    "WGS 84", "°", true, 111'000};

// Its value is a function of the map that bilinear sampling keeps.
template <class Value>
Raster valued(const RasterGrid& grid, const char* name, const Value& value) {
  std::vector<float> values;
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    for (std::int64_t column = 0; column < grid.columns; ++column) {
      const auto place = grid.toMap(double(column) + 0.5, double(row) + 0.5);
      values.push_back(float(value(place[0], place[1])));
    }
  }
  RasterBand band;
  band.name = name;
  return Raster::of(grid, {band}, std::move(values));
}

// 60 x 50 pixels of 100 m far from the central meridian, where grid north is not north, and degrees
// around it.
Raster inMetres() {
  return valued({60, 50, {700'000, 100, 0, 3'200'000, 0, -100}, kUtm39}, "metres",
                [](double x, double) { return x - 700'000; });
}
Raster inDegrees(double pixel = 0.002) {
  const auto side = std::int64_t(0.12 / pixel);
  return valued({side, side, {53.03, pixel, 0, 28.96, 0, -pixel}, kDegrees}, "degrees",
                [](double x, double y) { return 1000 * (x - 53) + 300 * (y - 28.9); });
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

  // Each pixel has the value at its own place in the other system.
  void otherSystemsAreReprojected() {
    const Raster both = stack({inMetres(), inDegrees()}, Resampling::bilinear, {});
    QCOMPARE(both.grid().crs.name, kUtm39.name);
    QCOMPARE(both.grid().pixelWidth(), 100.0);
    QVERIFY(both.columns() > 40 && both.rows() > 40);
    const std::vector<float> metres = bandOf(both, 0), degrees = bandOf(both, 1);
    const io::Geographic geographic(kUtm39);
    int looked = 0;
    for (std::int64_t i = 0; i < both.columns() * both.rows(); ++i) {
      const auto [x, y] =
          both.grid().toMap(double(i % both.columns()) + 0.5, double(i / both.columns()) + 0.5);
      QCOMPARE(metres[std::size_t(i)], float(x - 700'000));
      if (std::isnan(degrees[std::size_t(i)])) continue;
      const auto [longitude, latitude] = geographic.lonLat(x, y).value();
      const double expected = 1000 * (longitude - 53) + 300 * (latitude - 28.9);
      QVERIFY2(std::abs(double(degrees[std::size_t(i)]) - expected) < 2e-3,
               qPrintable(QString("%1 for %2").arg(degrees[std::size_t(i)]).arg(expected)));
      ++looked;
    }
    QVERIFY(looked > 1500);
  }

  void reprojectedValuesDoNotDependOnBlocks() {
    for (const Resampling resampling : {Resampling::nearest, Resampling::bilinear}) {
      for (const double pixel : {0.003, 0.0003}) {  // coarser and finer than the stack's
        const Raster both = stack({inMetres(), inDegrees(pixel)}, resampling, {});
        const std::vector<float> whole = bandOf(both, 1);
        const std::int64_t side = 7;
        for (std::int64_t row = 0; row < both.rows(); row += side) {
          for (std::int64_t column = 0; column < both.columns(); column += side) {
            const RasterWindow block{column, row, std::min(side, both.columns() - column),
                                     std::min(side, both.rows() - row)};
            const std::vector<float> part = both.values(block, 1);
            for (std::int64_t i = 0; i < block.columns * block.rows; ++i) {
              const std::int64_t at =
                  (row + i / block.columns) * both.columns() + column + i % block.columns;
              const float a = part[std::size_t(i)], b = whole[std::size_t(at)];
              QVERIFY(a == b || (std::isnan(a) && std::isnan(b)));
            }
          }
        }
      }
    }
  }

  void aRasterIsBroughtToAnotherSystem() {
    const Raster brought = reprojected(inDegrees(), kUtm39);
    QCOMPARE(brought.grid().crs.name, kUtm39.name);
    QVERIFY(std::abs(double(brought.columns()) - 60) < 8);
    const std::vector<float> values = bandOf(brought, 0);
    const io::Geographic geographic(kUtm39);
    int looked = 0;
    for (std::int64_t i = 0; i < brought.columns() * brought.rows(); ++i) {
      if (std::isnan(values[std::size_t(i)])) continue;
      const auto [x, y] = brought.grid().toMap(double(i % brought.columns()) + 0.5,
                                               double(i / brought.columns()) + 0.5);
      const auto [longitude, latitude] = geographic.lonLat(x, y).value();
      const double expected = 1000 * (longitude - 53) + 300 * (latitude - 28.9);
      // Where a part of the four pixels is missing, at the edge, the mean of the others counts.
      QVERIFY(std::abs(double(values[std::size_t(i)]) - expected) < 1.5);
      ++looked;
    }
    QVERIFY(looked > 3000);
    Crs nowhere;
    nowhere.wkt = nowhere.name = "nowhere";
    QVERIFY_EXCEPTION_THROWN(reprojected(inDegrees(), nowhere), Error);
  }

  void theLogSaysSo() {
    std::vector<std::string> notes;
    Context context;
    context.log = [&notes](Context::Severity, std::string_view line) { notes.emplace_back(line); };
    stack({inDegrees(), inMetres()}, Resampling::nearest, context);
    QVERIFY(!notes.empty());
    QCOMPARE(notes.front(),
             std::string("'metres' is reprojected from WGS 84 / UTM zone 39N to WGS 84"));
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
