// SPDX-License-Identifier: GPL-3.0-or-later
// map.cluster and map.index on scenes whose answer is known.
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/analyses/all.h"
#include "core/analyses/rock_scene.h"
#include "core/analysis/run.h"
#include "core/base/random.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult runOf(const std::string& id, const std::vector<Raster>& rasters, const Settings& settings,
                const Context& context = {}) {
  const Analysis& analysis = allAnalyses().require(id);
  Inputs inputs;
  for (const Raster& raster : rasters) inputs.add("raster", Data(raster));
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     context);
}

template <class T>
const T& outputOf(const RunResult& result, const char* id) {
  return result.outputs.find(id)->require<T>();
}

std::vector<float> valuesOf(const Raster& raster) {
  return raster.values(raster.whole());
}

// The share of labelled pixels whose class is the most frequent unit of that class.
double purity(const std::vector<float>& labels, const std::vector<float>& units) {
  std::map<float, std::map<float, int>> counts;
  double all = 0, best = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::isnan(labels[i])) continue;
    ++counts[labels[i]][units[i]];
    ++all;
  }
  for (const auto& [label, of_units] : counts) {
    int most = 0;
    for (const auto& [unit, count] : of_units) most = std::max(most, count);
    best += most;
  }
  return best / all;
}

}  // namespace

class MapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void findsKnownUnits() {
    const RockScene scene = rockScene(1, 240, 200);
    for (const char* features : {"bands", "pca"}) {
      const RunResult result =
          runOf("map.cluster", {scene.scene},
                {{"k", "6"}, {"features", features}, {"smoothing", "3"}, {"variance", "0.99"}});
      const auto& map = outputOf<Raster>(result, "labels");
      QCOMPARE(map.classes().size(), std::size_t(6));
      QVERIFY(map.grid() == scene.scene.grid());
      QVERIFY(purity(valuesOf(map), valuesOf(scene.units)) > 0.97);
      QVERIFY(result.outputs.metrics.at("silhouette") > 0.6);
    }
  }

  void findsKnownUnitsByLearntFeatures() {
    const RockScene scene = rockScene(1, 240, 200);
    for (const char* features :
         {"mnf", "autoencoder", "stacked-autoencoder", "stacked-autoencoder-tuned"}) {
      const RunResult result =
          runOf("map.cluster", {scene.scene},
                {{"k", "6"}, {"features", features}, {"smoothing", "3"}, {"variance", "0.99"}});
      const double found =
          purity(valuesOf(outputOf<Raster>(result, "labels")), valuesOf(scene.units));
      QVERIFY2(found > 0.95, qPrintable(QString("%1: %2").arg(features).arg(found)));
      const bool learnt = QString(features) != "mnf";
      QCOMPARE(result.outputs.find("losses") != nullptr, learnt);
      QCOMPARE(result.outputs.find("network") != nullptr, learnt);
    }
  }

  // Two units of the same mean, one smooth, one rough: only their texture tells them apart.
  void findsUnitsByTheirTexture() {
    RasterGrid grid;
    grid.columns = 60;
    grid.rows = 40;
    Random random(3);
    std::vector<float> values, units;
    for (int i = 0; i < 2 * 60 * 40; ++i) {
      const bool rough = i % 60 >= 30;
      values.push_back(static_cast<float>(100 + (rough ? 10 : 1) * random.normal()));
      if (i < 60 * 40) units.push_back(rough ? 1 : 0);
    }
    RasterBand red, infrared;
    red.name = "B4";
    red.wavelength = 665;
    infrared.name = "B8";
    infrared.wavelength = 842;
    const Raster scene = Raster::of(grid, {red, infrared}, std::move(values));
    const auto purityWith = [&](const char* texture) {
      const RunResult made =
          runOf("map.cluster", {scene},
                {{"k", "2"}, {"bands", "B4, B8"}, {"texture", texture}, {"texture_window", "6"}});
      const auto& spectra = outputOf<Series>(made, "spectra");
      const std::vector<double> wavelengths{665, 842};
      if (std::vector<double>(spectra.curves[0].x.begin(), spectra.curves[0].x.end()) !=
          wavelengths) {
        return 0.0;
      }
      return purity(valuesOf(outputOf<Raster>(made, "labels")), units);
    };
    QVERIFY(purityWith("deviation") > 0.95);
    QVERIFY(purityWith("none") < 0.8 && purityWith("none") > 0);
    const RunResult all = runOf("map.reduce", {scene}, {{"features", "bands"}, {"texture", "all"}});
    const auto& features = outputOf<Raster>(all, "features");
    QCOMPARE(features.bands().size(), std::size_t{8});
    QCOMPARE(features.bands()[4].name, std::string("B4 range 5x5"));
  }

  void findsKnownUnitsAsGaussianComponents() {
    const RockScene scene = rockScene(1, 240, 200);
    const RunResult result = runOf("map.cluster", {scene.scene},
                                   {{"k", "6"}, {"method", "gaussian"}, {"smoothing", "3"}});
    QVERIFY(purity(valuesOf(outputOf<Raster>(result, "labels")), valuesOf(scene.units)) > 0.97);
    QVERIFY(result.outputs.metrics.contains("log_likelihood"));
    QVERIFY(!result.outputs.metrics.contains("inertia"));
    const std::vector<double> pixels =
        outputOf<Table>(result, "legend").require("pixels").numbers();
    QVERIFY(pixels[0] > pixels[5]);
  }

  void featuresAsBands() {
    const RockScene scene = rockScene(1, 120, 100);
    const std::vector<float> values = valuesOf(scene.scene);
    for (const char* kind : {"pca", "mnf", "bands"}) {
      const RunResult result =
          runOf("map.reduce", {scene.scene}, {{"features", kind}, {"variance", "0.99"}});
      const auto& features = outputOf<Raster>(result, "features");
      QVERIFY(features.grid() == scene.scene.grid());
      QCOMPARE(result.outputs.metrics.at("features"), double(features.bands().size()));
      const std::vector<float> first = valuesOf(features);
      double sum = 0, squares = 0, count = 0;
      for (std::size_t i = 0; i < first.size(); ++i) {
        QCOMPARE(std::isnan(first[i]), std::isnan(values[i]));
        if (std::isnan(first[i])) continue;
        sum += double(first[i]);
        squares += double(first[i]) * double(first[i]);
        ++count;
      }
      if (QString(kind) == "bands") continue;
      const auto& components = outputOf<Table>(result, "components");
      const double variance = components.require("variance").numbers()[0];
      QVERIFY(std::abs(sum / count) < 1e-3 * std::sqrt(variance));
      QVERIFY(std::abs(squares / (count - 1) / variance - 1) < 1e-3);
      QVERIFY(result.outputs.metrics.at("held") >= 0.99);
    }
  }

  void learntFeaturesAsBands() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult result = runOf("map.reduce", {scene.scene},
                                   {{"features", "autoencoder"}, {"code", "3"}, {"hidden", "9"}});
    const auto& features = outputOf<Raster>(result, "features");
    QCOMPARE(features.bands().size(), std::size_t(3));
    QCOMPARE(features.bands()[2].name, std::string("code 3"));
    const std::vector<float> residuals = valuesOf(outputOf<Raster>(result, "residuals"));
    double squares = 0, count = 0;
    for (const float residual : residuals) {
      if (std::isnan(residual)) continue;
      squares += double(residual) * double(residual);
      ++count;
    }
    QVERIFY(std::abs(std::sqrt(squares / count) / result.outputs.metrics.at("residual") - 1) <
            1e-5);
    // A part of the raster says what the whole does.
    const RasterWindow part{30, 20, 50, 40};
    const std::vector<float> cut = features.values(part, 1),
                             all = features.values(features.whole(), 1);
    for (std::int64_t r = 0; r < 40; ++r) {
      for (std::int64_t c = 0; c < 50; ++c) {
        const float one = cut[std::size_t(r * 50 + c)];
        const float other = all[std::size_t((20 + r) * features.columns() + 30 + c)];
        QVERIFY(one == other || (std::isnan(one) && std::isnan(other)));
      }
    }
    const auto& network = outputOf<Model>(result, "network");
    QCOMPARE(network.type, std::string("autoencoder"));
    QVERIFY(network.tensors.contains("autoencoder.layer0.weight"));
  }

  void sampledTrainingAndOddLayers() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult result = runOf("map.reduce", {scene.scene},
                                   {{"features", "stacked-autoencoder-tuned"},
                                    {"training_pixels", "2000"},
                                    {"hidden", " 12,7 , 5"},
                                    {"code", "1"},
                                    {"epochs", "3"},
                                    {"batch", "100"}});
    QCOMPARE(outputOf<Series>(result, "losses").curves.size(), std::size_t(5));
    QCOMPARE(outputOf<Series>(result, "losses").curves.back().y.size(), std::size_t(3));
    for (const char* hidden : {"six", "6,,4", "0", "6 4", "5000", "1,1,1,1,1,1,1,1,1"}) {
      try {
        const Analysis& analysis = allAnalyses().require("map.reduce");
        Inputs inputs;
        inputs.add("raster", Data(scene.scene));
        analysis.run(inputs,
                     Parameters::fromText(analysis.declaration(),
                                          {{"features", "autoencoder"}, {"hidden", hidden}}),
                     {});
        QFAIL(hidden);
      } catch (const Error& error) {
        QCOMPARE(std::string(error.key()), std::string("code.hidden"));
      }
    }
  }

  // Six units, shaded, which splits of a unit by its shade gain some Calinski-Harabasz from.
  void numbersOfClassesOfAKnownScene() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult result =
        runOf("map.choose-k", {scene.scene}, {{"lowest", "2"}, {"highest", "10"}, {"runs", "4"}});
    const auto& measures = outputOf<Table>(result, "measures");
    QCOMPARE(measures.rows(), std::size_t(9));
    QCOMPARE(result.outputs.metrics.at("silhouette"), 6.0);
    QCOMPARE(result.outputs.metrics.at("davies_bouldin"), 6.0);
    const std::vector<double> inertia = measures.require("inertia").numbers();
    QVERIFY(std::is_sorted(inertia.rbegin(), inertia.rend()));
    const std::vector<double> stability = measures.require("stability").numbers();
    QVERIFY(stability[4] > 0.9);
    for (const double value : stability) QVERIFY(value > 0 && value <= 1);
    const std::vector<double> smallest = measures.require("smallest").numbers();
    QVERIFY(smallest[0] <= 0.5 && smallest[8] < smallest[0]);
    QCOMPARE(outputOf<Series>(result, "curves").curves.size(), std::size_t(6));
  }

  void qualityBandsHideClouds() {
    const RockScene scene = rockScene(2, 60, 50);
    RasterBand band;
    band.name = "QA_PIXEL";
    std::vector<float> quality(60 * 50, 21824);
    for (std::size_t i = 600; i < 1200; ++i) quality[i] = 22280;  // under a cloud
    const Raster mask = Raster::of(scene.scene.grid(), {band}, quality);
    const auto hidden = [&](const Settings& settings) {
      const RunResult result = runOf("map.cluster", {scene.scene, mask}, settings);
      const std::vector<float> labels = valuesOf(outputOf<Raster>(result, "labels"));
      return std::count_if(labels.begin() + 600, labels.begin() + 1200,
                           [](float label) { return std::isnan(label); });
    };
    QCOMPARE(hidden({{"k", "4"}}), std::ptrdiff_t{600});
    QVERIFY(hidden({{"k", "4"}, {"clouds", "keep"}}) < 600);
  }

  void cloudsStayWithoutAClass() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult result = runOf("map.cluster", {scene.scene}, {{"k", "4"}});
    const std::vector<float> labels = valuesOf(outputOf<Raster>(result, "labels"));
    const std::vector<float> values = valuesOf(scene.scene);
    int clouds = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      QCOMPARE(std::isnan(labels[i]), std::isnan(values[i]));
      clouds += std::isnan(labels[i]);
    }
    QVERIFY(clouds > 50);
  }

  void classesAreSortedAndCounted() {
    const RockScene scene = rockScene(2, 120, 100);
    const RunResult result = runOf("map.cluster", {scene.scene}, {{"k", "5"}, {"smoothing", "1"}});
    const std::vector<float> labels = valuesOf(outputOf<Raster>(result, "labels"));
    const auto& legend = outputOf<Table>(result, "legend");
    const std::vector<double> pixels = legend.require("pixels").numbers();
    QVERIFY(std::is_sorted(pixels.rbegin(), pixels.rend()));
    for (std::size_t k = 0; k < 5; ++k) {
      QCOMPARE(double(std::count(labels.begin(), labels.end(), float(k))), pixels[k]);
    }
    // Mean of a band over the pixels of a class, counted here.
    const std::vector<float> red = scene.scene.values(scene.scene.whole(), 2);
    double sum = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) sum += labels[i] == 1 ? red[i] : 0;
    QVERIFY(std::abs(legend.require("mean B4").numbers()[1] - sum / pixels[1]) < 1e-6);
    QVERIFY(std::abs(legend.require("area").numbers()[0] - pixels[0] * 1e-4) < 1e-9);
    const auto& spectra = outputOf<Series>(result, "spectra");
    QCOMPARE(spectra.curves.size(), std::size_t(5));
    QCOMPARE(spectra.curves[0].x[0], 490.0);
  }

  void threadsGiveTheSameBytes() {
    const RockScene scene = rockScene(3, 300, 260);
    const Settings settings{{"k", "6"}, {"restarts", "2"}};
    Context one;
    one.threads = 1;
    const RunResult alone = runOf("map.cluster", {scene.scene}, settings, one);
    const RunResult all = runOf("map.cluster", {scene.scene}, settings);
    const auto bytes = [](const RunResult& result) {
      std::vector<float> labels = valuesOf(outputOf<Raster>(result, "labels"));
      for (float& label : labels) label = std::isnan(label) ? -1 : label;
      return labels;
    };
    QCOMPARE(bytes(alone), bytes(all));
    QCOMPARE(alone.outputs.metrics.at("inertia"), all.outputs.metrics.at("inertia"));
  }

  void algorithmsOfKMeans() {
    const RockScene scene = rockScene(1, 240, 200);
    const auto run = [&scene](const char* algorithm) {
      return runOf(
          "map.cluster", {scene.scene},
          {{"k", "6"}, {"restarts", "3"}, {"algorithm", algorithm}, {"mini_batch", "3000"}});
    };
    const RunResult lloyd = run("lloyd"), bounded = run("hamerly"), batches = run("mini-batch");
    const double inertia = lloyd.outputs.metrics.at("inertia");
    QCOMPARE(bounded.outputs.metrics.at("inertia"), inertia);
    const double near = batches.outputs.metrics.at("inertia");
    QVERIFY(near != inertia && near < 1.05 * inertia);
    QVERIFY(purity(valuesOf(outputOf<Raster>(batches, "labels")), valuesOf(scene.units)) > 0.95);
  }

  void refusesWhatCannotBe() {
    RasterBand band;
    band.name = "B1";
    RasterGrid grid;
    grid.columns = 4;
    grid.rows = 1;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto raster = [&](std::vector<float> values) {
      return Raster::of(grid, {band}, std::move(values));
    };
    const auto keyOf = [&](const Raster& input, const Settings& settings) {
      try {
        const Analysis& analysis = allAnalyses().require("map.cluster");
        Inputs inputs;
        inputs.add("raster", Data(input));
        analysis.run(inputs, Parameters::fromText(analysis.declaration(), settings), {});
      } catch (const Error& error) {
        return error.key();
      }
      return std::string();
    };
    QCOMPARE(keyOf(raster({nan, nan, nan, nan}), {}), std::string("pixels.none"));
    QCOMPARE(keyOf(raster({2, 2, 2, 2}), {}), std::string("pixels.constant"));
    QCOMPARE(keyOf(raster({1, 2, 1, 2}), {{"k", "3"}}), std::string("kmeans.distinct"));
    QCOMPARE(keyOf(raster({1, 2, 1, 2}), {{"bands", "B7"}}), std::string("raster.no_band"));
    QCOMPARE(keyOf(rockScene(1, 5, 5).units, {{"k", "2"}}), std::string("stack.classes"));
    QVERIFY(keyOf(raster({1, 2, 1, nan}), {{"k", "2"}}).empty());
  }

  void stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    const RunResult result = runOf("map.cluster", {rockScene(1, 50, 50).scene}, {}, context);
    QCOMPARE(result.record.outcome, std::string("cancelled"));
    QVERIFY(result.outputs.data.empty());
  }

  void aMapAgainstItsUnits() {
    const RockScene scene = rockScene(1, 240, 200);
    const RunResult clusters =
        runOf("map.cluster", {scene.scene}, {{"k", "6"}, {"smoothing", "3"}});
    const Analysis& assess = allAnalyses().require("map.assess");
    Inputs inputs;
    inputs.add("labels", *clusters.outputs.find("labels"));
    inputs.add("reference", Data(scene.units));
    const Outputs found = assess.run(inputs, {}, {});
    QVERIFY(found.metrics.at("accuracy") > 0.97);
    QVERIFY(found.metrics.at("kappa") > 0.95);
    QVERIFY(found.metrics.at("adjusted_rand") > 0.93);
    const auto& units = found.find("units")->require<Table>();
    QCOMPARE(units.rows(), std::size_t(6));
    QCOMPARE(units.require("unit").text(3), std::string("Basalt"));
    const auto& confusion = found.find("confusion")->require<Table>();
    double all = 0;
    for (std::size_t i = 1; i < confusion.columnCount(); ++i) {
      for (const double count : confusion.column(i).numbers()) all += count;
    }
    QCOMPARE(all, found.metrics.at("pixels"));
  }

  void indicesOfAKnownScene() {
    const RockScene scene = rockScene(1, 120, 100);
    const RunResult result = runOf("map.index", {scene.scene}, {{"index", "ndvi"}});
    const std::vector<float> found = valuesOf(outputOf<Raster>(result, "index"));
    const std::vector<float> units = valuesOf(scene.units);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (std::isnan(found[i])) continue;
      QCOMPARE(found[i] > 0.5f, units[i] == 5.0f);  // plants, and nothing else
    }
    const RunResult own = runOf("map.index", {scene.scene},
                                {{"index", "formula"}, {"formula", "(B8 - B4) / (B8 + B4)"}});
    QCOMPARE(own.outputs.metrics.at("mean"), result.outputs.metrics.at("mean"));
  }
};

QTEST_APPLESS_MAIN(MapTest)
#include "map_test.moc"
