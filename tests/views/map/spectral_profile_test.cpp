// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/spectral_profile.h"

#include <QImage>
#include <QtTest>

#include "views/common/colour_map.h"

using namespace lineament;
using namespace lineament::views;

namespace {

Raster threeBands(bool wavelengths) {
  std::vector<RasterBand> bands(3);
  const double nm[] = {865, 482, 561};
  for (std::size_t i = 0; i < 3 && wavelengths; ++i) bands[i].wavelength = nm[i];
  return Raster::of({1, 1}, bands, std::vector<float>(3));
}

}  // namespace

class SpectralProfileTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void bandsLieAtTheirWavelengths() {
    QVERIFY(spectralAxis(threeBands(true)).wavelengths);
    QCOMPARE(spectralAxis(threeBands(true)).at, (std::vector<double>{865, 482, 561}));
    QVERIFY(!spectralAxis(threeBands(false)).wavelengths);
    QCOMPARE(spectralAxis(threeBands(false)).at, (std::vector<double>{1, 2, 3}));
  }

  void aFewPixelsAreKept() {
    SpectralProfile profile;
    profile.setRaster(threeBands(true));
    QVERIFY(profile.isHidden());
    profile.add({0, 0, {1, 2}});  // of another raster
    QVERIFY(profile.pixels().empty());
    for (int i = 0; i < 7; ++i) profile.add({i, 0, {1, 2, 3}});
    QCOMPARE(profile.pixels().size(), SpectralProfile::kMostPixels);
    QCOMPARE(profile.pixels().front().column, 2);
    QVERIFY(!profile.isHidden());
    profile.clear();
    QVERIFY(profile.isHidden());
  }

  void copiesWithAllDigits() {
    SpectralProfile profile;
    profile.setRaster(threeBands(true));
    profile.add({4, 7, {0.1f, 2, 3}});
    QCOMPARE(profile.copied(), QString("wavelength_nm\t4_7\n865\t0.1\n482\t2\n561\t3\n"));
  }

  void classesAreCopiedWithTheirSpread() {
    SpectralProfile profile;
    profile.setRaster(threeBands(true));
    profile.add({4, 7, {0.5f, 2, 3}});
    profile.setClasses(
        {{1, "Dune sand", QColor(230, 200, 120), {{1, 2, 3}, {0.5, 0, 1}, 90, false}}});
    QCOMPARE(profile.copied(), QString("wavelength_nm\t4_7\tDune sand_mean\tDune sand_sd\n"
                                       "865\t0.5\t1\t0.5\n482\t2\t2\t0\n561\t3\t3\t1\n"));
    profile.clear();
    QVERIFY(profile.classes().empty());
  }

  // A class is a line in its colour, with a paler band that is as wide as its spread.
  void aClassHasItsColourAndItsSpread() {
    const QColor red(200, 30, 30);
    const auto drawn = [&](double spread) {
      QImage image(400, 200, QImage::Format_RGB32);
      image.fill(Qt::white);
      QPainter painter(&image);
      const std::vector<double> around(3, spread);
      // The pixel holds the range of the values, whatever the spread is.
      drawSpectra(painter, image.size(), threeBands(true), {{0, 0, {0, 5, 10}}},
                  {{1, "Claystone", red, {{5, 5, 5}, around, 1000, false}}}, figureTheme());
      painter.end();
      int line = 0, band = 0;
      for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
          const QColor colour = image.pixelColor(x, y);
          line += colour == red;
          band += colour.red() > 230 && colour.green() > 180 && colour.green() < 230 &&
                  colour.green() == colour.blue();
        }
      }
      return std::pair(line, band);
    };
    const auto [line, narrow] = drawn(1);
    QVERIFY2(line > 150, qPrintable(QString::number(line)));
    const int wide = drawn(2).second;
    QVERIFY2(narrow > 1000, qPrintable(QString::number(narrow)));
    QVERIFY2(std::abs(wide / double(narrow) - 2) < 0.25, qPrintable(QString::number(wide)));
  }

  void linesHaveTheirColours() {
    QImage image(400, 200, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    drawSpectra(painter, image.size(), threeBands(true), {{0, 0, {1, 2, 3}}, {1, 0, {3, 2, 1}}}, {},
                figureTheme());
    painter.end();
    for (const int line : {0, 1}) {
      const QColor wanted = categoricalColour(line, false);
      int seen = 0;
      for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) seen += image.pixelColor(x, y) == wanted;
      }
      QVERIFY2(seen > 60, qPrintable(QString::number(seen)));
    }
  }
};

QTEST_MAIN(SpectralProfileTest)
#include "spectral_profile_test.moc"
