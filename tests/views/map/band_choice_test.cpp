// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/band_choice.h"

#include <QtTest>
#include <limits>
#include <string>

using namespace lineament;
using namespace lineament::views;

namespace {

Raster withBands(const std::vector<double>& wavelengths) {
  std::vector<RasterBand> bands;
  for (const double nm : wavelengths) {
    RasterBand band;
    band.name = "B" + std::to_string(bands.size() + 1);
    band.wavelength = nm;
    bands.push_back(band);
  }
  const std::size_t count = bands.size();
  return Raster::of({1, 1}, std::move(bands), std::vector<float>(count));
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kLandsat8{443, 482, 561, 655, 865, 1609, 2201};

}  // namespace

class BandChoiceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void landsatHasAllComposites() {
    const Raster raster = withBands(kLandsat8);
    QCOMPARE(bandsOf(raster, Composite::trueColour), (BandChoice{3, 2, 1}));
    QCOMPARE(bandsOf(raster, Composite::falseColour), (BandChoice{4, 3, 2}));
    QCOMPARE(bandsOf(raster, Composite::shortWave), (BandChoice{6, 5, 3}));
    QCOMPARE(usualBands(raster), (BandChoice{3, 2, 1}));
  }

  void farBandsAreNotTaken() {
    const Raster raster = withBands({1000, 1650, 2200, 10900});
    QVERIFY(!bandsOf(raster, Composite::trueColour));
    QCOMPARE(usualBands(raster), (BandChoice{0, 1, 2}));
    // One band is not two colours, however near it is to both: 525 nm is green and blue.
    QVERIFY(!bandsOf(withBands({525, 665}), Composite::trueColour));
  }

  void withoutWavelengthsTheFirstThree() {
    QCOMPARE(usualBands(withBands({kNone, kNone, kNone, kNone})), (BandChoice{0, 1, 2}));
    QCOMPARE(usualBands(withBands({kNone, kNone})), (BandChoice{0}));
    QCOMPARE(usualBands(Raster()), BandChoice{});
    const Raster classes = withBands(kLandsat8).withClasses({{1, "a", {}}});
    QCOMPARE(usualBands(classes), (BandChoice{0}));
  }

  void namesAreFound() {
    const Raster raster = withBands(kLandsat8);
    QCOMPARE(bandsNamed(raster, {"B7", "B1", "B1"}), (BandChoice{6, 0, 0}));
    QCOMPARE(bandsNamed(raster, {"B2"}), (BandChoice{1}));
    QVERIFY(!bandsNamed(raster, {"B2", "B3"}));
    QVERIFY(!bandsNamed(raster, {"B2", "B3", "B8"}));
  }

  void bandsOfOneNameAreToldApart() {
    std::vector<RasterBand> bands(4);
    bands[1].name = bands[3].name = "grey";
    bands[2].name = "depth";
    const Raster raster = Raster::of({1, 1}, bands, std::vector<float>(4));
    QCOMPARE(bandKey(raster, 0), std::string("#1"));
    QCOMPARE(bandKey(raster, 2), std::string("depth"));
    for (std::size_t band = 0; band < 4; ++band) {
      QCOMPARE(bandsNamed(raster, {bandKey(raster, band)}), (BandChoice{band}));
    }
  }

  void labelsSayWhatTheyKnow() {
    std::vector<RasterBand> bands(3);
    bands[0].name = "B4";
    bands[0].title = "Red";
    bands[1].name = "B5";
    const Raster raster = Raster::of({1, 1}, bands, std::vector<float>(3));
    QCOMPARE(bandLabel(raster, 0), QString("B4 Red"));
    QCOMPARE(bandLabel(raster, 1), QString("B5"));
    QCOMPARE(bandLabel(raster, 2), QString("band 3"));
  }
};

QTEST_GUILESS_MAIN(BandChoiceTest)
#include "band_choice_test.moc"
