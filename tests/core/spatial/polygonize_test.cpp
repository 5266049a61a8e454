// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/polygonize.h"

#include <QtTest>
#include <cmath>

#include "core/base/random.h"
#include "core/spatial/label_filter.h"
#include "core/spatial/polygon_area.h"
#include "core/spatial/rasterize.h"
#include "tests/core/data/features_fixture.h"
#include "tests/core/data/raster_fixture.h"

using namespace lineament;
using namespace lineament::spatial;
using lineament::testing::gridOf;

namespace {

using Labels = std::vector<std::uint8_t>;

// One attribute that is the label of each polygon.
Features layerOf(const LabelPolygons& polygons) {
  std::vector<std::int64_t> values(polygons.labels.begin(), polygons.labels.end());
  std::vector<Column> columns;
  columns.emplace_back("cluster", std::move(values));
  return Features("map", {}, polygons.geometries, Table(std::move(columns)));
}

Labels labelsOf(const Raster& raster) {
  Labels labels;
  for (const float value : raster.values(raster.whole())) {
    labels.push_back(std::isnan(value) ? kNoLabel : static_cast<std::uint8_t>(value));
  }
  return labels;
}

// Counted by filling each patch.
std::size_t patchesIn(Labels labels, std::size_t columns) {
  std::size_t count = 0;
  for (std::size_t start = 0; start < labels.size(); ++start) {
    if (labels[start] == kNoLabel) continue;
    const std::uint8_t label = labels[start];
    std::vector<std::size_t> open{start};
    labels[start] = kNoLabel;
    ++count;
    while (!open.empty()) {
      const std::size_t pixel = open.back();
      open.pop_back();
      const auto visit = [&](bool there, std::size_t other) {
        if (!there || labels[other] != label) return;
        labels[other] = kNoLabel;
        open.push_back(other);
      };
      visit(pixel % columns > 0, pixel - 1);
      visit(pixel % columns + 1 < columns, pixel + 1);
      visit(pixel >= columns, pixel - columns);
      visit(pixel + columns < labels.size(), pixel + columns);
    }
  }
  return count;
}

Labels drawn(std::size_t count, int kinds, std::uint64_t seed) {
  Random random(seed);
  Labels labels(count);
  for (std::uint8_t& label : labels) {
    const auto one = static_cast<int>(random.uniform() * (kinds + 1));
    label = one == kinds ? kNoLabel : static_cast<std::uint8_t>(one);
  }
  return labels;
}

RasterGrid placed(std::int64_t columns, std::int64_t rows, std::array<double, 6> transform) {
  RasterGrid grid = gridOf(columns, rows);
  grid.transform = transform;
  return grid;
}

}  // namespace

class PolygonizeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void holesAndCorners() {
    // A ring of 0 around a 1, and a 2 that touches the ring at a corner alone.
    const Labels labels{0,   0,   0,   255,  //
                        0,   1,   0,   255,  //
                        0,   0,   0,   255,  //
                        255, 255, 255, 0};
    const LabelPolygons found = polygonize(labels, gridOf(4, 4), {});
    QCOMPARE(found.labels, (Labels{0, 0, 1}));
    QCOMPARE(found.geometries.ringsOf(0).size(), std::size_t(2));
    QCOMPARE(planarArea(found.geometries, 0), 8 * 900.0);
    QCOMPARE(planarArea(found.geometries, 1), 900.0);
    QCOMPARE(found.geometries.extentOf(2),
             (Extent{706269 + 30, 3496063 - 60, 706269 + 60, 3496063 - 30}));
  }

  // Drawn back on the pixels, the polygons are the map again, wherever its grid lies.
  void thereAndBack() {
    const std::vector<std::array<double, 6>> transforms{
        {706269, 30, 0, 3496063, 0, -30},  // north up
        {706269, 30, 0, 3496063, 0, 30},   // south up
        {1000, 20, 10, 5000, 10, -20},     // turned
        {-5, 0, 0.25, 60, 0.5, 0},         // columns run north
        {0, 1, 0, 0, 0, 1},                // no place at all
        {51.5, 1e-4, 0, 31.25, 0, -1e-4}};
    for (const auto& transform : transforms) {
      for (const std::uint64_t seed : {1u, 2u, 3u}) {
        const RasterGrid grid = placed(23, 17, transform);
        const Labels labels = drawn(23 * 17, 3, seed);
        const LabelPolygons found = polygonize(labels, grid, {});
        QCOMPARE(found.labels.size(), patchesIn(labels, 23));
        QVERIFY(std::is_sorted(found.labels.begin(), found.labels.end()));
        QCOMPARE(labelsOf(rasterize(layerOf(found), grid, "cluster", {})), labels);
        double area = 0;
        for (std::size_t i = 0; i < found.labels.size(); ++i)
          area += planarArea(found.geometries, i);
        const auto pixels = static_cast<double>(labels.size()) -
                            static_cast<double>(std::count(labels.begin(), labels.end(), kNoLabel));
        QVERIFY(std::abs(area / grid.pixelArea() - pixels) < 1e-6 * pixels);
      }
    }
  }

  void nothingToTrace() {
    QCOMPARE(polygonize(Labels(6, kNoLabel), gridOf(3, 2), {}).labels.size(), std::size_t(0));
    QVERIFY_EXCEPTION_THROWN(polygonize(Labels(5, 1), gridOf(3, 2), {}), Error);
    QVERIFY_EXCEPTION_THROWN(polygonize({}, gridOf(0, 0), {}), Error);
  }

  void stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(polygonize(Labels(6, 1), gridOf(3, 2), context), Cancelled);
  }

  void saysHowFarItIs() {
    std::vector<double> told;
    Context context;
    context.progress = [&](double fraction, std::string_view) { told.push_back(fraction); };
    polygonize(drawn(400 * 400, 2, 1), gridOf(400, 400), context);
    QVERIFY(told.size() > 100);
    QVERIFY(std::is_sorted(told.begin(), told.end()));
  }
};

QTEST_APPLESS_MAIN(PolygonizeTest)
#include "polygonize_test.moc"
