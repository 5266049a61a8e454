// SPDX-License-Identifier: GPL-3.0-or-later
// The map analyses on published scenes.
#include <QtTest>
#include <cmath>

#include "core/analyses/all.h"
#include "core/io/raster_file.h"

using namespace lineament;

namespace {

const std::filesystem::path kScenes = std::filesystem::path(LINEAMENT_REAL_DATA) / "multispectral";

Outputs runOf(const char* id, const std::vector<Raster>& rasters,
              const std::vector<std::pair<std::string, std::string>>& settings) {
  const Analysis& analysis = allAnalyses().require(id);
  Inputs inputs;
  for (const Raster& raster : rasters) inputs.add("raster", Data(raster));
  return analysis.run(inputs, Parameters::fromText(analysis.declaration(), settings), {});
}

}  // namespace

class RealMapsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // scikit-learn 1.9.1 on the same features: inertia 3658.08 at the end of a run without tolerance,
  // Calinski-Harabasz 392137, Davies-Bouldin 0.829, silhouette 0.384 of 5,000 pixels.
  void playaInSevenClasses() {
    const Raster scene =
        io::readRaster(kScenes / "playa_landsat8" / "Playa_Image.tif", "landsat-oli", {});
    const Outputs found = runOf("map.cluster", {scene}, {{"k", "7"}});
    QVERIFY(std::abs(found.metrics.at("inertia") - 3658.2) < 0.3);
    QVERIFY(std::abs(found.metrics.at("calinski_harabasz") - 392137) < 100);
    QVERIFY(std::abs(found.metrics.at("davies_bouldin") - 0.829) < 0.002);
    QVERIFY(std::abs(found.metrics.at("silhouette") - 0.384) < 0.01);
    const auto& map = found.find("labels")->require<Raster>();
    QCOMPARE(map.grid().crs.name, std::string("WGS 84 / UTM zone 39N"));
    QCOMPARE(map.classes().size(), std::size_t(7));
  }

  // The published notebook for Landsat 8 ends its first network at a loss of about 6.5e-4, on
  // another scene of seven bands.
  void playaByStackedAutoencoders() {
    const Raster scene =
        io::readRaster(kScenes / "playa_landsat8" / "Playa_Image.tif", "landsat-oli", {});
    const Outputs found = runOf("map.reduce", {scene}, {{"features", "stacked-autoencoder"}});
    const auto& losses = found.find("losses")->require<Series>();
    QCOMPARE(losses.curves.size(), std::size_t(3));
    const double last = losses.curves[0].y[losses.curves[0].y.size() - 1];
    QVERIFY(last > 4e-4 && last < 9e-4);
    QVERIFY(found.metrics.at("residual") < 0.02);
    QCOMPARE(found.find("features")->require<Raster>().bands().size(), std::size_t(2));
  }

  void sentinelBandsOfThreeResolutions() {
    std::vector<Raster> bands;
    for (const char* band : {"B01", "B02", "B03", "B04", "B05", "B08"}) {
      bands.push_back(io::readRaster(
          kScenes / "sentinel2_20181013" / (std::string("S2B_L1C_") + band + ".tiff"), "auto", {}));
    }
    const Outputs index = runOf("map.index", bands, {{"index", "ndvi"}});
    QVERIFY(index.metrics.at("lowest") >= -1 && index.metrics.at("highest") <= 1);
    const Outputs map = runOf("map.cluster", bands, {{"k", "5"}, {"features", "pca"}});
    QCOMPARE(map.find("labels")->require<Raster>().classes().size(), std::size_t(5));
  }

  // Every pixel of a map of rock units is in one polygon, and comes back from it.
  void rockUnitsAsPolygons() {
    const Raster units = io::readRaster(
        kScenes / "wilcannia_rock_units" / "Wilcannia_RockUnits_30m.tif", "none", {});
    const Analysis& polygons = allAnalyses().require("map.polygons");
    Inputs map;
    map.add("labels", Data(units));
    const Outputs made = polygons.run(map, Parameters::fromText(polygons.declaration(), {}), {});
    const std::vector<float> values = units.values(units.whole());
    const auto none =
        std::count_if(values.begin(), values.end(), [](float value) { return std::isnan(value); });
    const auto pixels = static_cast<double>(values.size()) - static_cast<double>(none);
    QCOMPARE(made.metrics.at("area_m2"), 900 * pixels);
    QCOMPARE(made.metrics.at("classes"), 15.0);
    const Analysis& rasterize = allAnalyses().require("map.rasterize");
    Inputs layer;
    layer.add("features", *made.find("polygons"));
    layer.add("grid", Data(units));
    const Outputs back = rasterize.run(
        layer, Parameters::fromText(rasterize.declaration(), {{"unit", "cluster"}}), {});
    const auto& again = back.find("labels")->require<Raster>();
    const std::vector<float> found = again.values(again.whole());
    for (std::size_t i = 0; i < values.size(); ++i) {
      QVERIFY(found[i] == values[i] || (std::isnan(found[i]) && std::isnan(values[i])));
    }
  }
};

QTEST_APPLESS_MAIN(RealMapsTest)
#include "real_maps_test.moc"
