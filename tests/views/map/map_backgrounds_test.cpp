// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_backgrounds.h"

#include <QtTest>

#include "tests/views/map/small_rasters.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

Surroundings::Item item(std::int64_t id, const RasterGrid& grid) {
  const auto pixels = static_cast<std::size_t>(grid.columns * grid.rows);
  const Raster raster = Raster::of(grid, std::vector<RasterBand>(1), std::vector<float>(pixels));
  return {id, QString::number(id), std::to_string(id), summaryOf(Data(raster))};
}

QList<std::int64_t> found(const QList<Surroundings::Item>& items, const RasterGrid& own) {
  QList<std::int64_t> ids;
  for (const auto& one : backgroundsFor(items, own, "1")) ids << one.id;
  return ids;
}

}  // namespace

class MapBackgroundsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatOverlapsIsOffered() {
    const RasterGrid own = utmGrid(100, 80);
    RasterGrid finer = utmGrid(50, 50, 10), far = utmGrid(100, 80), zone = utmGrid(100, 80);
    far.transform[0] += 100 * 30;  // begins where the other ends
    zone.crs.name = "WGS 84 / UTM zone 40N";
    RasterGrid unplaced{100, 80, {0, 1, 0, 0, 0, 1}, {}}, small{10, 10, {0, 1, 0, 0, 0, 1}, {}};
    const QList<Surroundings::Item> all{item(1, own),  item(2, finer),    item(3, far),
                                        item(4, zone), item(5, unplaced), item(6, small)};
    QCOMPARE(found(all, own), (QList<std::int64_t>{2, 4, 5}));
    QCOMPARE(found(all, unplaced), (QList<std::int64_t>{3, 4, 5}));
  }

  void strangeSummariesAreNone() {
    const RasterGrid own = utmGrid(100, 80);
    const QList<Surroundings::Item> all{{2, "a", "2", {}},
                                        {3, "b", "3", {{"columns", "many"}}},
                                        {4, "c", "4", nlohmann::json::array()}};
    QVERIFY(found(all, own).isEmpty());
  }
};

QTEST_APPLESS_MAIN(MapBackgroundsTest)
#include "map_backgrounds_test.moc"
