// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/tile_cache.h"

#include <QtTest>
#include <algorithm>

using namespace lineament;
using namespace lineament::views;

namespace {

const RasterGrid kGrid{1000, 600};

MapPicture pictureFor(const TileKey& key) {
  auto cells = std::make_shared<MapCells>();
  cells->window = windowOf(key, kGrid);
  cells->columns = cells->rows = 16;
  cells->values.resize(cells->count());
  return {cells, nullptr, QImage(16, 16, QImage::Format_ARGB32_Premultiplied)};
}

const std::size_t kBytes = pictureFor({}).bytes();

}  // namespace

class TileCacheTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void levelsFitTheScreen() {
    QCOMPARE(levelFor(8), 0);
    QCOMPARE(levelFor(1), 0);
    QCOMPARE(levelFor(0.6), 0);
    QCOMPARE(levelFor(0.5), 1);
    QCOMPARE(levelFor(0.26), 1);
    QCOMPARE(levelFor(0.25), 2);
    QCOMPARE(levelFor(1.0 / 1024), 10);
    QCOMPARE(levelFor(0), 0);
  }

  void tilesEndWithTheGrid() {
    const RasterWindow inner = windowOf({1, 0, 0}, kGrid), last = windowOf({1, 1, 1}, kGrid);
    QCOMPARE(inner.columns, 512);
    QCOMPARE(last.column, 512);
    QCOMPARE(last.columns, 488);
    QCOMPARE(last.rows, 88);
  }

  void tilesCoverWhatIsSeen() {
    QCOMPARE(tilesOver(QRectF(0, 0, 1000, 600), 0, sizeOf(kGrid)).size(), 12u);
    QCOMPARE(tilesOver(QRectF(0, 0, 1000, 600), 2, sizeOf(kGrid)).size(), 1u);
    QCOMPARE(tilesOver(QRectF(0, 0, 256, 256), 0, sizeOf(kGrid)).size(), 1u);
    QCOMPARE(tilesOver(QRectF(255.5, 0, 1, 1), 0, sizeOf(kGrid)).size(), 2u);
    QVERIFY(tilesOver(QRectF(), 0, sizeOf(kGrid)).empty());
  }

  void theMiddleComesFirst() {
    const auto keys = tilesOver(QRectF(0, 0, 760, 600), 0, sizeOf(kGrid));
    QVERIFY(keys.front() == (TileKey{0, 1, 1}));
  }

  void readsTheTilesOwnWindow() {
    std::vector<float> values(1000 * 600);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i % 1000);
    const Raster raster = Raster::of(kGrid, {RasterBand()}, values);
    const MapCells fine = readTile(raster, {0}, {0, 3, 2});
    QCOMPARE(fine.columns, 232);
    QCOMPARE(fine.rows, 88);
    QCOMPARE(fine.values[0], 768.0f);
    const MapCells coarse = readTile(raster, {0}, {1, 0, 0});
    QCOMPARE(coarse.columns, 256);
    QCOMPARE(coarse.values[10], 20.5f);  // the mean of columns 20 and 21
    QCOMPARE(coarse.pixelsPerCell(), 2.0);
  }

  void theOneThatWaitedLongestGoes() {
    TileCache cache(3 * kBytes);
    for (int i = 0; i < 3; ++i) cache.put({0, i, 0}, pictureFor({0, i, 0}));
    QVERIFY(cache.find({0, 0, 0}));  // used again
    cache.put({0, 3, 0}, pictureFor({0, 3, 0}));
    QCOMPARE(cache.size(), 3u);
    QVERIFY(cache.peek({0, 0, 0}) && !cache.peek({0, 1, 0}) && cache.peek({0, 2, 0}));
    QCOMPARE(cache.bytes(), 3 * kBytes);
  }

  void lookingIsNotUsing() {
    TileCache cache(2 * kBytes);
    cache.put({0, 0, 0}, pictureFor({0, 0, 0}));
    cache.put({0, 1, 0}, pictureFor({0, 1, 0}));
    QVERIFY(cache.peek({0, 0, 0}));
    cache.put({0, 2, 0}, pictureFor({0, 2, 0}));
    QVERIFY(!cache.peek({0, 0, 0}));
  }

  void replacingCountsOnce() {
    TileCache cache(10 * kBytes);
    cache.put({0, 0, 0}, pictureFor({0, 0, 0}));
    cache.put({0, 0, 0}, pictureFor({0, 0, 0}));
    QCOMPARE(cache.size(), 1u);
    QCOMPARE(cache.bytes(), kBytes);
    cache.clear();
    QCOMPARE(cache.bytes(), 0u);
    cache.put({0, 0, 0}, pictureFor({0, 0, 0}));
    QVERIFY(cache.peek({0, 0, 0}));
  }

  void coarserTilesStandInFirst() {
    TileCache cache(10 * kBytes);
    for (const TileKey& key :
         {TileKey{0, 0, 0}, TileKey{2, 0, 0}, TileKey{1, 0, 0}, TileKey{1, 1, 0}}) {
      cache.put(key, pictureFor(key));
    }
    const auto over = cache.over(QRectF(0, 0, 100, 100), 0);
    QCOMPARE(over.size(), 3u);  // one of level 1 is elsewhere
    QCOMPARE(over[0]->cells->window.columns, 1000);
    QCOMPARE(over[2]->cells->window.columns, 256);
    QCOMPARE(cache.over(QRectF(0, 0, 100, 100), 1).size(), 2u);  // none finer
  }
};

QTEST_GUILESS_MAIN(TileCacheTest)
#include "tile_cache_test.moc"
