// SPDX-License-Identifier: GPL-3.0-or-later
// map.polygons, map.rasterize and map.assess with vector layers, on maps whose answer is known.
#include <QtTest>
#include <cmath>

#include "core/analyses/all.h"
#include "core/analyses/rock_scene.h"
#include "core/analysis/run.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
using NamedInputs = std::vector<std::pair<std::string, Data>>;

RunResult runOf(const std::string& id, const NamedInputs& given, const Settings& settings,
                const Context& context = {}) {
  const Analysis& analysis = allAnalyses().require(id);
  Inputs inputs;
  for (const auto& [name, data] : given) inputs.add(name, data);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     context);
}

template <class T>
const T& outputOf(const RunResult& result, const char* id) {
  return result.outputs.find(id)->require<T>();
}

// A coordinate system as far as these tests need one.
Crs projected() {
  return rockScene(1, 1, 1).scene.grid().crs;
}

RasterGrid fourByFour(Crs crs, std::array<double, 6> transform = {706269, 30, 0, 3496063, 0, -30}) {
  RasterGrid grid;
  grid.columns = grid.rows = 4;
  grid.transform = transform;
  grid.crs = std::move(crs);
  return grid;
}

// Four patches of three classes, and a pixel without one.
Data worked(const RasterGrid& grid) {
  RasterBand band;
  band.name = "class";
  return Data(Raster::ofLabels(
      grid, band, std::vector<std::uint8_t>{1, 1, 2, 2, 1, 255, 2, 2, 3, 3, 3, 2, 3, 3, 1, 1},
      {{1, "Sand", {230, 200, 60}}, {2, "Clay", {120, 60, 20}}, {3, "Salt", {250, 250, 250}}}));
}

std::vector<double> numbers(const RunResult& result, const char* column) {
  return outputOf<Features>(result, "polygons").attributes().require(column).numbers();
}

QString failure(const std::string& id, const NamedInputs& given, const Settings& settings) {
  try {
    const Analysis& analysis = allAnalyses().require(id);
    Inputs inputs;
    for (const auto& [name, data] : given) inputs.add(name, data);
    analysis.run(inputs, Parameters::fromText(analysis.declaration(), settings), {});
  } catch (const Error& error) {
    return QString::fromStdString(error.key());
  }
  return {};
}

}  // namespace

class MapVectorsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void workedExample() {
    const RunResult result =
        runOf("map.polygons", {{"labels", worked(fourByFour(projected()))}}, {});
    QCOMPARE(numbers(result, "cluster"), (std::vector<double>{1, 1, 2, 3}));
    QCOMPARE(numbers(result, "area_m2"), (std::vector<double>{2700, 1800, 4500, 4500}));
    QCOMPARE(result.outputs.metrics.at("polygons"), 4.0);
    QCOMPARE(result.outputs.metrics.at("classes"), 3.0);
    QCOMPARE(result.outputs.metrics.at("area_m2"), 13500.0);
    const auto& layer = outputOf<Features>(result, "polygons");
    QCOMPARE(layer.crs(), projected());
    QCOMPARE(layer.typeText(), std::string("polygon"));
    QCOMPARE(layer.attributes().require("name").text(2), std::string("Clay"));
    QCOMPARE(layer.attributes().require("colour").text(2), std::string("#783c14"));
    QCOMPARE(layer.geometries().extent(), (Extent{706269, 3496063 - 120, 706269 + 120, 3496063}));
    const auto& classes = outputOf<Table>(result, "classes");
    QCOMPARE(classes.require("polygons").numbers(), (std::vector<double>{2, 1, 1}));
    QCOMPARE(classes.require("area_m2").numbers(), (std::vector<double>{4500, 4500, 4500}));
  }

  void smallPatchesJoinTheirNeighbours() {
    const RunResult result =
        runOf("map.polygons", {{"labels", worked(fourByFour(projected()))}}, {{"sieve", "3"}});
    QCOMPARE(numbers(result, "cluster"), (std::vector<double>{1, 2, 3}));
    QCOMPARE(numbers(result, "area_m2"), (std::vector<double>{2700, 4500, 6300}));
  }

  void southUpAndTurnedGrids() {
    for (const std::array<double, 6>& transform :
         {std::array<double, 6>{706269, 30, 0, 3496063, 0, 30},
          std::array<double, 6>{706269, 0, 30, 3496063, 30, 0},
          std::array<double, 6>{706269, 24, 18, 3496063, 18, -24}}) {
      const RunResult result =
          runOf("map.polygons", {{"labels", worked(fourByFour(projected(), transform))}}, {});
      const std::vector<double> areas = numbers(result, "area_m2");
      for (std::size_t i = 0; i < areas.size(); ++i) {
        QVERIFY(std::abs(areas[i] - std::vector<double>{2700, 1800, 4500, 4500}[i]) < 1e-6);
      }
      const auto grid = fourByFour({}, transform);
      const auto corner = grid.toMap(4, 4);  // of the lone patch
      const Extent extent = outputOf<Features>(result, "polygons").geometries().extentOf(1);
      QVERIFY(corner[0] <= extent.high_x + 1e-6 && corner[0] >= extent.low_x - 1e-6);
      QVERIFY(corner[1] <= extent.high_y + 1e-6 && corner[1] >= extent.low_y - 1e-6);
    }
  }

  void withoutACrsPixelsAreCounted() {
    const RunResult result = runOf("map.polygons", {{"labels", worked(fourByFour({}))}}, {});
    QCOMPARE(numbers(result, "pixels"), (std::vector<double>{3, 2, 5, 5}));
    QVERIFY(!outputOf<Features>(result, "polygons").attributes().find("area_m2"));
    QVERIFY(!result.outputs.metrics.contains("area_m2"));
    const RunResult bare =
        runOf("map.polygons", {{"labels", worked(fourByFour({}, {0, 1, 0, 0, 0, 1}))}}, {});
    QCOMPARE(outputOf<Features>(bare, "polygons").geometries().extent(), (Extent{0, 0, 4, 4}));
  }

  void valuesWithoutNames() {
    RasterBand band;
    band.name = "unit";
    const Raster plain = Raster::of(fourByFour({}), {band},
                                    std::vector<float>{300, 300, -2, -2, 300, 300, -2, -2, 300, 300,
                                                       -2, -2, 300, 300, -2, std::nanf("")});
    const RunResult result = runOf("map.polygons", {{"labels", Data(plain)}}, {});
    QCOMPARE(numbers(result, "cluster"), (std::vector<double>{-2, 300}));
    QCOMPARE(outputOf<Features>(result, "polygons").attributes().require("name").text(1),
             std::string("300"));
  }

  void valuesThatAreNoClass() {
    RasterBand band;
    band.name = "class";
    const Raster labels = Raster::of(
        fourByFour({}), {band}, std::vector<float>{1, 1, 1, 1, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1},
        {{1, "Sand", {230, 200, 60}}});
    const RunResult result = runOf("map.polygons", {{"labels", Data(labels)}}, {});
    QCOMPARE(numbers(result, "cluster"), (std::vector<double>{1, 1}));
  }

  void refusesWhatIsNoMap() {
    RasterBand band;
    band.name = "B1";
    const auto raster = [&](std::vector<float> values) {
      return Data(Raster::of(fourByFour({}), {band}, std::move(values)));
    };
    const auto keyOf = [](Data data) {
      return failure("map.polygons", {{"labels", std::move(data)}}, {});
    };
    QCOMPARE(keyOf(raster(std::vector<float>(16, 0.5f))), QString("classes.values"));
    QCOMPARE(keyOf(raster(std::vector<float>(16, INFINITY))), QString("classes.values"));
    QCOMPARE(keyOf(raster(std::vector<float>(16, std::nanf("")))), QString("classes.none"));
    QCOMPARE(keyOf(Data(rockScene(1, 4, 4).scene)), QString("classes.bands"));
    RasterGrid wide;
    wide.columns = 256;
    wide.rows = 1;
    std::vector<float> all(256);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<float>(i);
    QCOMPARE(keyOf(Data(Raster::of(wide, {band}, all))), QString("classes.values"));
    all[255] = 0;
    QVERIFY(keyOf(Data(Raster::of(wide, {band}, all))).isEmpty());
  }

  void stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    const RunResult result =
        runOf("map.polygons", {{"labels", worked(fourByFour({}))}}, {}, context);
    QCOMPARE(result.record.outcome, std::string("cancelled"));
    QVERIFY(result.outputs.data.empty());
  }

  void polygonsAsPixelsAgain() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult polygons = runOf("map.polygons", {{"labels", Data(scene.units)}}, {});
    const Data layer = *polygons.outputs.find("polygons");
    const RunResult pixels = runOf(
        "map.rasterize", {{"features", layer}, {"grid", Data(scene.scene)}}, {{"unit", "cluster"}});
    const auto& back = outputOf<Raster>(pixels, "labels");
    QVERIFY(back.grid() == scene.scene.grid());
    QCOMPARE(back.values(back.whole()), scene.units.values(scene.units.whole()));
    QCOMPARE(pixels.outputs.metrics.at("pixels"), 120 * 100.0);
    // The usual attribute is the name, with the colours of the map.
    const RunResult named =
        runOf("map.rasterize", {{"features", layer}, {"grid", Data(scene.scene)}}, {});
    for (const RasterClass& one : outputOf<Raster>(named, "labels").classes()) {
      const auto& known = scene.units.classes();
      QVERIFY(std::any_of(known.begin(), known.end(), [&](const RasterClass& unit) {
        return unit.name == one.name && unit.colour == one.colour;
      }));
    }
  }

  // The same answer from a raster of units and from the same units as areas.
  void aMapAgainstAreas() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult clusters =
        runOf("map.cluster", {{"raster", Data(scene.scene)}}, {{"k", "6"}, {"smoothing", "3"}});
    const Data labels = *clusters.outputs.find("labels");
    const RunResult areas = runOf("map.polygons", {{"labels", Data(scene.units)}}, {});
    const Data layer = *areas.outputs.find("polygons");
    const RunResult by_raster =
        runOf("map.assess", {{"labels", labels}, {"reference", Data(scene.units)}}, {});
    const RunResult by_areas = runOf("map.assess", {{"labels", labels}, {"reference", layer}}, {});
    QVERIFY(by_raster.outputs.metrics.at("accuracy") > 0.9);
    for (const char* metric : {"accuracy", "kappa", "adjusted_rand", "pixels"}) {
      QCOMPARE(by_areas.outputs.metrics.at(metric), by_raster.outputs.metrics.at(metric));
    }
    const auto& units = outputOf<Table>(by_areas, "units");
    QVERIFY(units.rows() >= 5);
    QCOMPARE(failure("map.assess", {{"labels", labels}, {"reference", layer}}, {{"unit", "none"}}),
             QString("table.no_column"));
  }
};

QTEST_APPLESS_MAIN(MapVectorsTest)
#include "map_vectors_test.moc"
