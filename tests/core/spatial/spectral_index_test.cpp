// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/spectral_index.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/spatial/band_formula.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

std::vector<RasterBand> at(const std::vector<std::pair<const char*, double>>& all) {
  std::vector<RasterBand> bands;
  for (const auto& [name, wavelength] : all) {
    RasterBand& band = bands.emplace_back();
    band.name = name;
    band.wavelength = wavelength;
  }
  return bands;
}

const std::vector<RasterBand> kSentinel2 = at({{"B2", 490},
                                               {"B3", 560},
                                               {"B4", 665},
                                               {"B5", 705},
                                               {"B8", 842},
                                               {"B8A", 865},
                                               {"B11", 1610},
                                               {"B12", 2190}});
const std::vector<RasterBand> kAster = at({{"B1", 560},
                                           {"B2", 660},
                                           {"B3N", 810},
                                           {"B4", 1650},
                                           {"B5", 2165},
                                           {"B6", 2205},
                                           {"B7", 2260}});

}  // namespace

class SpectralIndexTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void findsBandsByTheirWavelengths() {
    QCOMPARE(formulaOf("iron-oxide", kSentinel2), std::string("[B4] / [B2]"));
    QCOMPARE(formulaOf("ferrous-iron", kSentinel2), std::string("[B11] / [B8]"));
    QCOMPARE(formulaOf("clay", kSentinel2), std::string("[B11] / [B12]"));
    QCOMPARE(formulaOf("ndvi", kSentinel2), std::string("([B8] - [B4]) / ([B8] + [B4])"));
  }

  void anotherFormWhereABandIsMissing() {
    QCOMPARE(formulaOf("iron-oxide", kAster), std::string("[B2] / [B1]"));
    QCOMPARE(formulaOf("clay", kAster), std::string("[B4] / [B6]"));
  }

  void allAreFormulas() {
    for (const SpectralIndex& index : spectralIndices()) {
      const BandFormula formula(formulaOf(index.id, kSentinel2), kSentinel2);
      QVERIFY(!formula.bands().empty());
    }
  }

  void saysWhichBandIsMissing() {
    try {
      formulaOf("clay", at({{"B2", 490}, {"B4", 665}}));
      QFAIL("an index was made without its bands");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("index.bands"));
      QVERIFY(error.found().find("1.6") != std::string::npos);
    }
    QVERIFY_EXCEPTION_THROWN(formulaOf("no-such", kSentinel2), Error);
  }
};

QTEST_APPLESS_MAIN(SpectralIndexTest)
#include "spectral_index_test.moc"
