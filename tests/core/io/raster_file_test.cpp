// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/raster_file.h"

#include <QtTest>
#include <thread>

#include "core/io/geotiff_writer.h"
#include "tests/core/data/raster_fixture.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;
using lineament::testing::fourByFour;
using lineament::testing::gridOf;
using lineament::testing::twoBands;

namespace {

Raster large(std::int64_t columns, std::int64_t rows) {
  std::vector<float> values(static_cast<std::size_t>(columns * rows));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 9973);
  RasterBand band;
  band.name = "B1";
  return Raster::of(gridOf(columns, rows), {band}, std::move(values));
}

}  // namespace

// Reading what writeGeoTiff() wrote: both are tested here.
class RasterFileTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Raster through(const Raster& raster, const char* name = "a.tif") {
    writeGeoTiff(raster, scratch_.path(name), {});
    return io::readFile(scratch_.path(name)).require<Raster>();
  }

 private Q_SLOTS:
  void bandsComeBack() {
    const Raster raster = through(twoBands());
    QCOMPARE(raster.grid().transform, twoBands().grid().transform);
    QCOMPARE(raster.bands().size(), std::size_t(2));
    QCOMPARE(raster.bands()[0].name, std::string("B4"));
    QCOMPARE(raster.bands()[0].wavelength, 655.0);
    QVERIFY(std::isnan(raster.bands()[1].wavelength));
    QCOMPARE(raster.bands()[1].unit, std::string("W"));
    QCOMPARE(raster.values(raster.whole(), 0), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    QVERIFY(std::isnan(raster.values({0, 1, 1, 1}, 1)[0]));
    QCOMPARE(raster.values({1, 1, 1, 1}, 1)[0], 50.0f);
  }

  void classesComeBack() {
    const Raster raster = through(fourByFour());
    QCOMPARE(raster.classes(), fourByFour().classes());
    QCOMPARE(raster.bands()[0].type, DType::u8);
    QCOMPARE(raster.values({0, 0, 4, 1}), (std::vector<float>{0, 0, 1, 1}));
    QVERIFY(std::isnan(raster.values({3, 3, 1, 1})[0]));
  }

  void overviewsAreMade() {
    const Raster raster = through(large(1100, 700), "large.tif");
    std::vector<float> reduced(11 * 7);
    const std::size_t band = 0;
    raster.read(raster.whole(), std::span(&band, 1), 11, 7, reduced);
    for (const float value : reduced) QVERIFY(value > 3000 && value < 7000);  // means, near 4986
  }

  void threadsReadSideBySide() {
    const Raster raster = through(large(600, 600), "side.tif");
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&raster, &wrong, t] {
        for (std::int64_t row = t; row < 600; row += 4) {
          const std::vector<float> values = raster.values({0, row, 600, 1});
          for (std::int64_t i = 0; i < 600; ++i) {
            wrong += values[static_cast<std::size_t>(i)] != float((row * 600 + i) % 9973);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    QCOMPARE(wrong.load(), 0);
  }

  void aRunThatIsStoppedLeavesNothing() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(writeGeoTiff(fourByFour(), scratch_.path("none.tif"), context),
                             Cancelled);
    QVERIFY(!std::filesystem::exists(scratch_.path("none.tif")));
    for (const auto& entry :
         std::filesystem::directory_iterator(scratch_.path("none.tif").parent_path())) {
      QVERIFY2(entry.path().filename().string().find("none") == std::string::npos,
               entry.path().c_str());
    }
  }

  void aFolderThatIsNotThere() {
    QVERIFY_EXCEPTION_THROWN(writeGeoTiff(fourByFour(), scratch_.path("no/none.tif"), {}), Error);
  }

  void cutShort() {
    const QByteArray whole = [&] {
      writeGeoTiff(large(300, 300), scratch_.path("whole.tif"), {});
      return bytesOf(scratch_.path("whole.tif"));
    }();
    int failures = 0;
    for (qsizetype length = 0; length < whole.size(); length += 37 + length / 9) {
      const std::filesystem::path path = scratch_.write("cut.tif", whole.left(length));
      try {
        const Data data = io::readFile(path);
        const auto& raster = data.require<Raster>();
        raster.values(raster.whole());
      } catch (const Error&) {
        ++failures;
      }
    }
    QVERIFY(failures > 10);
  }

  void changedBytes() {
    writeGeoTiff(fourByFour(), scratch_.path("good.tif"), {});
    const QByteArray good = bytesOf(scratch_.path("good.tif"));
    for (qsizetype at = 0; at < good.size(); ++at) {
      QByteArray bad = good;
      bad[at] = static_cast<char>(~bad[at]);
      const std::filesystem::path path = scratch_.write("bad.tif", bad);
      try {
        const Data data = io::readFile(path);
        const auto* raster = data.as<Raster>();
        if (raster && raster->columns() * raster->rows() < (1 << 20)) {
          raster->values(raster->whole());
        }
      } catch (const Error&) {
        continue;  // what is asked for is a clear word, or a raster
      }
    }
  }

  void namesTheInstrument() {
    const Raster six =
        Raster::of(gridOf(1, 1), std::vector<RasterBand>(6), std::vector<float>{1, 2, 3, 4, 5, 6});
    writeGeoTiff(six, scratch_.path("LE7_stack.tif"), {});
    QCOMPARE(readRaster(scratch_.path("LE7_stack.tif"), "auto", {}).bands()[5].wavelength, 2220.0);
    QCOMPARE(readRaster(scratch_.path("LE7_stack.tif"), "none", {}).bands()[5].name,
             std::string("Band 6"));
    QCOMPARE(readRaster(scratch_.path("LE7_stack.tif"), "landsat-oli", {}).bands()[0].title,
             std::string("Blue"));
  }
};

QTEST_APPLESS_MAIN(RasterFileTest)
#include "raster_file_test.moc"
