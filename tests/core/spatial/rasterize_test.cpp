// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/rasterize.h"

#include <QtTest>
#include <cmath>
#include <map>

#include "core/io/gdal.h"
#include "core/spatial/reproject.h"
#include "tests/core/data/features_fixture.h"

using namespace lineament;
using namespace lineament::spatial;
using lineament::testing::addRing;
using lineament::testing::Corners;

namespace {

Crs crsOfCode(int code) {
  OGRSpatialReference reference;
  reference.importFromEPSG(code);
  return io::crsOf(&reference);
}

RasterGrid unitGrid(std::int64_t columns, std::int64_t rows) {
  RasterGrid grid;
  grid.columns = columns;
  grid.rows = rows;
  grid.transform = {0, 1, 0, static_cast<double>(rows), 0, -1};
  return grid;
}

struct Area {
  const char* unit;
  std::vector<std::pair<double, double>> corners;
};

Features layerOf(const std::vector<Area>& areas, Crs crs = {}) {
  GeometryBuilder builder;
  TextBuilder units;
  for (const auto& [unit, corners] : areas) {
    units.add(unit);
    builder.feature(GeometryType::polygon);
    builder.part();
    builder.ring();
    for (const auto& [x, y] : corners) builder.vertex(x, y);
  }
  std::vector<Column> columns;
  columns.emplace_back("unit", units.finish());
  return Features("areas", std::move(crs), builder.finish(), Table(std::move(columns)));
}

std::vector<std::pair<double, double>> box(double x, double y, double width, double height) {
  return {{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}, {x, y}};
}

// The names of the classes, row by row; "." where there is none.
std::string picture(const Raster& raster) {
  std::string letters;
  for (const float value : raster.values(raster.whole())) {
    letters += std::isnan(value) ? '.' : raster.findClass(std::int64_t(value))->name[0];
  }
  return letters;
}

QString keyOf(const Features& features, const RasterGrid& grid, std::string_view attribute = {}) {
  try {
    rasterize(features, grid, attribute, {});
  } catch (const Error& error) {
    return QString::fromStdString(error.key());
  }
  return {};
}

struct Heard {
  QStringList lines;
  Context context() {
    Context made;
    made.log = [this](Context::Severity, std::string_view line) {
      lines << QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size()));
    };
    return made;
  }
};

}  // namespace

class RasterizeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void centresCount() {
    const Features layer = layerOf(
        {{"sand", box(0, 0, 1.4, 3)}, {"clay", box(1.6, 0, 0.8, 1)}, {"far", box(9, 9, 1, 1)}});
    const Raster drawn = rasterize(layer, unitGrid(3, 3), "", {});
    QCOMPARE(picture(drawn), std::string("s..s..s.."));
    const Features wider = layerOf({{"sand", box(0, 0, 1.6, 3)}, {"clay", box(1.6, 0, 1, 1)}});
    QCOMPARE(picture(rasterize(wider, unitGrid(3, 3), "", {})), std::string("ss.ss.ssc"));
    QCOMPARE(drawn.classes().size(), std::size_t(2));  // "clay" may be there, "far" is not
  }

  void theLastOneCounts() {
    const Features layer = layerOf({{"a", box(0, 0, 2, 1)}, {"b", box(1, 0, 2, 1)}});
    QCOMPARE(picture(rasterize(layer, unitGrid(3, 1), "unit", {})), std::string("abb"));
  }

  void holesStayOpen() {
    GeometryBuilder builder;
    builder.feature(GeometryType::polygon);
    builder.part();
    addRing(builder, {{0, 0}, {3, 0}, {3, 3}, {0, 3}, {0, 0}});
    addRing(builder, {{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}});
    std::vector<Column> columns;
    columns.emplace_back("code", std::vector<std::int64_t>{7});
    const Features layer("a", {}, builder.finish(), Table(std::move(columns)));
    const Raster drawn = rasterize(layer, unitGrid(3, 3), "", {});
    QCOMPARE(picture(drawn), std::string("7777.7777"));
    QCOMPARE(drawn.classes()[0].value, std::int64_t(7));
  }

  // Lines that begin and end far away: what lies on the grid is drawn, each piece of it.
  void linesFromFarAway() {
    GeometryBuilder builder;
    builder.feature(GeometryType::line);
    builder.part();
    addRing(builder, {{-1e12, 1.5}, {1e12, 1.5}});
    builder.feature(GeometryType::line);
    builder.part();
    addRing(builder, {{-50, -40}, {0.5, -40}, {0.5, 0.5}, {-60, 0.5}, {-60, 2.5}, {0.5, 2.5}});
    std::vector<Column> columns;
    columns.emplace_back("code", std::vector<std::int64_t>{1, 2});
    const Features layer("a", {}, builder.finish(), Table(std::move(columns)));
    QCOMPARE(picture(rasterize(layer, unitGrid(3, 3), "", {})), std::string("2..1112.."));
  }

  void linesAndPoints() {
    GeometryBuilder builder;
    builder.feature(GeometryType::line);
    builder.part();
    addRing(builder, {{0.5, 0.5}, {2.5, 0.5}});
    builder.feature(GeometryType::point);
    builder.point(1.5, 2.5);
    std::vector<Column> columns;
    columns.emplace_back("code", std::vector<std::int64_t>{1, 2});
    const Features layer("a", {}, builder.finish(), Table(std::move(columns)));
    QCOMPARE(picture(rasterize(layer, unitGrid(3, 3), "", {})), std::string(".2....111"));
  }

  void withoutAUnitNothingIsDrawn() {
    TextBuilder units;
    units.add("a");
    units.add("");
    std::vector<Column> columns;
    columns.emplace_back("unit", units.finish(), std::vector<std::uint8_t>{0, 1});
    const Features layer = layerOf({{"x", box(0, 0, 1, 1)}, {"y", box(1, 0, 1, 1)}})
                               .withAttributes(Table(std::move(columns)));
    QCOMPARE(picture(rasterize(layer, unitGrid(2, 1), "", {})), std::string("a."));
  }

  void otherCoordinateSystems() {
    // A zone's middle and the equator: 3 by 3 pixels of 1000 m, the unit given in degrees.
    RasterGrid grid = unitGrid(3, 3);
    grid.transform = {500000, 1000, 0, 3000, 0, -1000};
    grid.crs = crsOfCode(32639);
    const Features layer =
        layerOf({{"a", box(51, 0, 1000 / 111276.0, 0.05)}, {"b", box(51.018, 0, 0.02, 0.05)}},
                crsOfCode(4326));
    QCOMPARE(picture(rasterize(layer, grid, "", {})), std::string("a.ba.ba.b"));
    const Features there = reproject(layer, grid.crs, {});
    QVERIFY(std::abs(there.geometries().ring(0)[0] - 500000) < 1e-3);
    QVERIFY(std::abs(there.geometries().ring(0)[1]) < 1e-3);
    const Features back = reproject(there, layer.crs(), {});
    for (std::size_t i = 0; i < back.geometries().arrays().coordinates.size(); ++i) {
      QVERIFY(std::abs(back.geometries().arrays().coordinates[i] -
                       layer.geometries().arrays().coordinates[i]) < 1e-9);
    }
  }

  void placesThatAreNone() {
    GeometryBuilder builder;
    for (const double y : {0.0, 900.0}) {
      builder.feature(GeometryType::point);
      builder.point(51, y);
    }
    Heard heard;
    const Features there = reproject(Features("p", crsOfCode(4326), builder.finish()),
                                     crsOfCode(32639), heard.context());
    QVERIFY(there.geometries().type(0) == GeometryType::point);
    QVERIFY(there.geometries().type(1) == GeometryType::none);
    QCOMPARE(heard.lines.filter("no place").size(), 1);
  }

  void aCrsThatIsMissing() {
    RasterGrid grid = unitGrid(2, 1);
    grid.crs = crsOfCode(32639);
    Heard heard;
    const Features layer = layerOf({{"a", box(0, 0, 1, 1)}});
    QCOMPARE(picture(rasterize(layer, grid, "", heard.context())), std::string("a."));
    QCOMPARE(heard.lines.filter("layer has no coordinate system").size(), 1);
    const Features known = layerOf({{"a", box(0, 0, 1, 1)}}, crsOfCode(32639));
    rasterize(known, unitGrid(2, 1), "", heard.context());
    QCOMPARE(heard.lines.filter("raster has no coordinate system").size(), 1);
    try {
      reproject(layer, grid.crs, {});
      QFAIL("an Error was expected");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("reproject.crs"));
    }
  }

  void whatCannotBeDrawn() {
    const Features layer = layerOf({{"a", box(0, 0, 1, 1)}});
    QCOMPARE(keyOf(layer.withAttributes({}), unitGrid(2, 2)), QString("rasterize.attribute"));
    QCOMPARE(keyOf(layer, unitGrid(2, 2), "none"), QString("table.no_column"));
    QCOMPARE(keyOf(layerOf({{"a", box(50, 50, 1, 1)}}), unitGrid(2, 2)),
             QString("rasterize.apart"));
    QCOMPARE(keyOf(layerOf({{"a", box(-1e300, -1e300, 1, 1)}}), unitGrid(2, 2)),
             QString("rasterize.apart"));
  }

  void manyClasses() {
    std::vector<std::string> names;
    for (int i = 0; i < 300; ++i) names.push_back("u" + std::to_string(i));
    std::vector<Area> areas;
    for (int i = 0; i < 300; ++i) areas.push_back({names[std::size_t(i)].c_str(), box(i, 0, 1, 1)});
    QCOMPARE(keyOf(layerOf(areas), unitGrid(300, 1)), QString("rasterize.classes"));
    const Raster some = rasterize(layerOf(areas), unitGrid(200, 1), "", {});
    QVERIFY(some.classes().size() >= 200 && some.classes().size() <= 201);
    QCOMPARE(some.findClass(150)->name, std::string("u150"));
  }

  void larger() {
    const Features layer = layerOf({{"a", box(-1e12, -1e12, 2e12, 2e12)}});
    QCOMPARE(picture(rasterize(layer, unitGrid(2, 1), "", {})), std::string("aa"));
  }
};

QTEST_APPLESS_MAIN(RasterizeTest)
#include "rasterize_test.moc"
