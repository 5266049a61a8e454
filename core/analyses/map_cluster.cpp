// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>

#include "core/analyses/scene_code.h"
#include "core/analyses/scene_features.h"
#include "core/base/parallel.h"
#include "core/data/feature_legend.h"
#include "core/spatial/cluster_quality.h"
#include "core/spatial/gaussian_mixture.h"
#include "core/spatial/kmeans.h"
#include "core/spatial/label_filter.h"

namespace lineament {

namespace {

using spatial::kNoLabel;
constexpr std::int64_t kMostClusters = 250;  // labels are bytes, some of them spoken for

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "map.cluster";
  declaration.title = "Cluster a scene";
  declaration.summary =
      "Groups the pixels of a satellite scene by their bands, without training areas, and makes a "
      "map of the groups: k-means on the bands, on their components or on features that "
      "autoencoders "
      "learn from them, then a majority filter. Pixels without a value in some band stay without a "
      "class.";
  declaration.source =
      "Nagar, Farahbakhsh, Awange and Chandra (2024), Remote sensing framework for geological "
      "mapping via stacked autoencoders and clustering; Lloyd (1982); Arthur and Vassilvitskii "
      "(2007); Hamerly (2010), Making k-means even faster; Sculley (2010), Web-scale k-means "
      "clustering; Dempster, Laird and Rubin (1977)";
  declaration.inputs = {sceneInput()};
  declaration.parameters = {{.id = "k",
                             .title = "Classes",
                             .type = Type::integer,
                             .fallback = std::int64_t{7},
                             .help = "How many groups",
                             .lowest = 1,
                             .highest = static_cast<double>(kMostClusters)},
                            {.id = "method",
                             .title = "Method",
                             .type = Type::choice,
                             .fallback = std::string("kmeans"),
                             .help = "How pixels are grouped",
                             .choices = {{"kmeans", "k-means", "To the nearest centre"},
                                         {"gaussian", "Gaussian mixture",
                                          "To the likeliest of components that may be long, tilted "
                                          "and of other sizes; begins where k-means ends"}}}};
  for (Parameter& parameter : featureParameters()) {
    declaration.parameters.push_back(std::move(parameter));
  }
  declaration.parameters.push_back({.id = "smoothing",
                                    .title = "Majority filter",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{7},
                                    .help = "Side of the window in which the most frequent class "
                                            "wins; 1 leaves the map as it is",
                                    .unit = "pixels",
                                    .lowest = 1,
                                    .highest = 99});
  declaration.parameters.push_back({.id = "smallest_area",
                                    .title = "Smallest area",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{1},
                                    .help = "Patches of fewer pixels join their largest neighbour",
                                    .unit = "pixels",
                                    .lowest = 1,
                                    .highest = 1e9,
                                    .advanced = true});
  declaration.parameters.push_back({.id = "restarts",
                                    .title = "Restarts",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{10},
                                    .help = "Runs from other starting centres; the one of the "
                                            "smallest inertia counts",
                                    .lowest = 1,
                                    .highest = 1000,
                                    .advanced = true});
  declaration.parameters.push_back({.id = "iterations",
                                    .title = "Most iterations",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{300},
                                    .help = "Of each run",
                                    .lowest = 1,
                                    .highest = 1e6,
                                    .advanced = true});
  declaration.parameters.push_back(
      {.id = "algorithm",
       .title = "Algorithm of k-means",
       .type = Type::choice,
       .fallback = std::string("fastest"),
       .help = "How its centres are found",
       .choices =
           {{"fastest", "The faster exact one", "Lloyd's below 32 classes, else Hamerly's"},
            {"lloyd", "Lloyd", "Every pixel is compared with every centre in each iteration"},
            {"hamerly", "Lloyd with Hamerly's bounds",
             "Only pixels that may change their class are compared; the same map"},
            {"mini-batch", "Mini-batches",
             "An iteration looks at some pixels only: quick on large scenes, near the others"}},
       .advanced = true});
  declaration.parameters.push_back({.id = "mini_batch",
                                    .title = "Mini-batch",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{10'000},
                                    .help = "Pixels that an iteration of mini-batches draws",
                                    .unit = "pixels",
                                    .lowest = 1,
                                    .highest = 1e7,
                                    .advanced = true});
  declaration.parameters.push_back(silhouetteParameter(5000));
  declaration.outputs = {
      {"labels", Kind::raster, "Map", "The class of each pixel, behind the majority filter"},
      {"legend", Kind::table, "Classes", "Name, colour, size and mean band values of each class"},
      {"quality", Kind::table, "Quality", "Measures of the clusters, before the filter"},
      {"spectra", Kind::series, "Spectra", "Mean band values of each class"},
      {"losses", Kind::series, "Losses", "Of learnt features, epoch by epoch", false},
      {"network", Kind::model, "Autoencoder", "Its layers and how bands are scaled for it", false},
      {"figure_map", Kind::figure, "Figure: map", ""},
      {"figure_sheet", Kind::figure, "Figure: printed sheet", ""},
      {"figure_spectra", Kind::figure, "Figure: spectra", ""}};
  declaration.metrics = {
      {"inertia", "Inertia", "", "Of k-means: sum of squared distances to the nearest centre"},
      {"log_likelihood", "Log-likelihood", "", "Of Gaussian components: mean over the pixels"},
      {"bic", "BIC", "", "Of Gaussian components: smaller is better, among the same features"},
      {"silhouette", "Silhouette", "", "Mean over a sample: -1 to 1, larger is better"},
      {"calinski_harabasz", "Calinski-Harabasz", "", "Larger is better; grows with the scene"},
      {"davies_bouldin", "Davies-Bouldin", "", "0 is best"}};
  return declaration;
}

spatial::Algorithm algorithmOf(const std::string& choice) {
  if (choice == "lloyd") return spatial::Algorithm::lloyd;
  if (choice == "hamerly") return spatial::Algorithm::hamerly;
  return choice == "mini-batch" ? spatial::Algorithm::mini_batch : spatial::Algorithm::fastest;
}

// What was found, however: the classes in the order of their sizes, the largest first, so that runs
// from other seeds look alike.
struct Clusters {
  std::size_t classes = 0;
  std::vector<std::uint8_t> labels;  // of each pixel; those that are no points keep kNoLabel
  int iterations = 0;
  double inertia = std::numeric_limits<double>::quiet_NaN();
  double log_likelihood = std::numeric_limits<double>::quiet_NaN();
  double bic = std::numeric_limits<double>::quiet_NaN();
};

// Places of the clusters when the largest comes first.
std::vector<std::uint8_t> placesBySize(const std::vector<std::uint64_t>& counts) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::vector<std::uint8_t> places(counts.size());
  for (std::size_t i = 0; i < order.size(); ++i) places[order[i]] = static_cast<std::uint8_t>(i);
  return places;
}

// `assign` gives all points to clusters, block by block, and says how many each got.
std::vector<std::uint8_t> labelsOf(
    const SceneFeatures& features, std::int64_t columns,
    const std::function<std::vector<std::uint64_t>(const spatial::StoreLabels&)>& assign) {
  std::vector<std::uint8_t> all = features.missing;
  const std::vector<std::uint64_t> counts =
      assign([&](std::size_t block, std::span<const std::uint16_t> labels) {
        const RasterWindow window = features.pixels->windowOf(block);
        std::uint8_t* pixel = all.data() + window.row * columns;
        for (const std::uint16_t label : labels) {
          while (*pixel == kNoLabel) ++pixel;
          *pixel++ = static_cast<std::uint8_t>(label);
        }
      });
  const std::vector<std::uint8_t> places = placesBySize(counts);
  for (std::uint8_t& label : all) {
    if (label != kNoLabel) label = places[label];
  }
  return all;
}

// Sizes and mean band values of the classes of a map.
struct ClassMeans {
  std::vector<double> pixels;
  std::vector<double> sums;  // [class][band]

  explicit ClassMeans(std::size_t classes = 0, std::size_t bands = 0)
      : pixels(classes), sums(classes * bands) {}
};

ClassMeans classMeans(const Raster& scene, const std::vector<std::uint8_t>& labels,
                      std::size_t classes, const spatial::PixelFeatures& pixels,
                      const Context& context) {
  const std::size_t bands = scene.bands().size();
  return reduceBlocks<ClassMeans>(
      pixels.blocks(), 1, context,
      [&](std::size_t block, std::size_t) {
        ClassMeans means(classes, bands);
        const RasterWindow window = pixels.windowOf(block);
        const std::uint8_t* label = labels.data() + window.row * scene.columns();
        for (std::size_t band = 0; band < bands; ++band) {
          const std::vector<float> values = scene.values(window, band);
          for (std::size_t i = 0; i < values.size(); ++i) {
            if (label[i] == kNoLabel) continue;
            means.sums[label[i] * bands + band] += values[i];
            if (band == 0) ++means.pixels[label[i]];
          }
        }
        return means;
      },
      [](ClassMeans& left, const ClassMeans& right) {
        std::transform(left.sums.begin(), left.sums.end(), right.sums.begin(), left.sums.begin(),
                       std::plus<>());
        std::transform(left.pixels.begin(), left.pixels.end(), right.pixels.begin(),
                       left.pixels.begin(), std::plus<>());
      });
}

std::vector<RasterClass> classesOf(std::size_t count) {
  std::vector<RasterClass> classes;
  for (std::size_t i = 0; i < count; ++i) {
    classes.push_back(
        {static_cast<std::int64_t>(i), fmt::format("Class {}", i + 1), classColour(i)});
  }
  return classes;
}

// Square kilometres where lengths are metres, pixels otherwise.
double areaOf(const RasterGrid& grid) {
  return grid.pixelArea() * grid.crs.metres * grid.crs.metres * 1e-6;
}

Table legendOf(const Raster& scene, const Raster& map, const ClassMeans& means) {
  const std::size_t bands = scene.bands().size();
  const double all = std::accumulate(means.pixels.begin(), means.pixels.end(), 0.0);
  const bool measured = scene.grid().crs.known() && !scene.grid().crs.geographic;
  TextBuilder names, colours;
  std::vector<std::int64_t> values, pixels;
  std::vector<double> shares, areas;
  std::vector<std::vector<double>> of_bands(bands);
  for (std::size_t i = 0; i < map.classes().size(); ++i) {
    const RasterClass& one = map.classes()[i];
    values.push_back(one.value);
    names.add(one.name);
    colours.add(colourText(one.colour));
    pixels.push_back(static_cast<std::int64_t>(means.pixels[i]));
    shares.push_back(means.pixels[i] / all);
    areas.push_back(means.pixels[i] * areaOf(scene.grid()));
    for (std::size_t b = 0; b < bands; ++b) {
      of_bands[b].push_back(means.sums[i * bands + b] / means.pixels[i]);
    }
  }
  const SharedArray<std::uint8_t> all_there;
  std::vector<Column> columns;
  columns.emplace_back("value", std::move(values));
  columns.emplace_back("class", names.finish());
  columns.emplace_back("colour", colours.finish());
  columns.emplace_back("pixels", std::move(pixels));
  columns.emplace_back("share", std::move(shares));
  if (measured) columns.emplace_back("area", std::move(areas), all_there, "km²");
  for (std::size_t b = 0; b < bands; ++b) {
    const RasterBand& band = scene.bands()[b];
    columns.emplace_back("mean " + band.name, std::move(of_bands[b]), all_there, band.unit);
  }
  return Table(std::move(columns));
}

// Over the wavelengths of the bands that have one (textures have none); over all bands' numbers
// where those are no spectrum.
Series spectraOf(const Raster& scene, const Raster& map, const ClassMeans& means) {
  const std::size_t bands = scene.bands().size();
  std::vector<std::size_t> order(bands);
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::size_t> known;
  std::copy_if(order.begin(), order.end(), std::back_inserter(known),
               [&](std::size_t band) { return std::isfinite(scene.bands()[band].wavelength); });
  const bool by_wavelength = known.size() > 1;
  Series series{"Mean spectra",
                {by_wavelength ? "Wavelength" : "Band", by_wavelength ? "nm" : ""},
                {"Mean value", ""},
                {},
                {}};
  if (by_wavelength) {
    order = std::move(known);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return scene.bands()[a].wavelength < scene.bands()[b].wavelength;
    });
  }
  for (std::size_t i = 0; i < map.classes().size(); ++i) {
    std::vector<double> x, y;
    for (const std::size_t b : order) {
      x.push_back(by_wavelength ? scene.bands()[b].wavelength : static_cast<double>(b + 1));
      y.push_back(means.sums[i * bands + b] / means.pixels[i]);
    }
    series.curves.push_back(
        {map.classes()[i].name, std::move(x), std::move(y), Series::Style::line_and_points, {}});
  }
  return series;
}

class MapCluster : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.checkpoint(0, "Reading the scene");
    const Raster scene = sceneOf(inputs, parameters, context);
    const SceneFeatures features = sceneFeatures(scene, parameters, context.part(0, 0.4));
    Clusters found = clustersOf(features, scene.columns(), parameters, context.part(0.4, 0.8));
    context.checkpoint(0.8, "Measuring the clusters");
    const spatial::ClusterQuality quality = qualityOf(*features.points, found, parameters, context);
    context.checkpoint(0.9, "Smoothing the map");
    found.labels = smoothed(std::move(found.labels), scene, parameters, context.part(0.9, 0.97));
    return outputsOf(scene, features, std::move(found), quality, context);
  }

 private:
  static spatial::KMeansResult clustered(const spatial::KeptPoints& points,
                                         const Parameters& parameters, const Context& context) {
    spatial::KMeansOptions options;
    options.clusters = static_cast<std::size_t>(parameters.integer("k"));
    options.restarts = static_cast<int>(parameters.integer("restarts"));
    options.iterations = static_cast<int>(parameters.integer("iterations"));
    options.seed = context.seed;
    options.algorithm = algorithmOf(parameters.text("algorithm"));
    options.batch = static_cast<std::size_t>(parameters.integer("mini_batch"));
    // A pass over a file costs more than the better start of k-means++ is worth. By the size alone,
    // so that what else lies in memory does not change the result.
    if (points.count() * points.features() * sizeof(float) > spatial::KeptPoints::kMostInMemory) {
      options.seeding = spatial::Seeding::parallel;
    }
    return spatial::fitKMeans(points, options, context);
  }

  static Clusters clustersOf(const SceneFeatures& features, std::int64_t columns,
                             const Parameters& parameters, const Context& context) {
    const bool gaussian = parameters.text("method") == "gaussian";
    const spatial::KeptPoints& points = *features.points;
    const spatial::KMeansResult means =
        clustered(points, parameters, context.part(0, gaussian ? 0.4 : 0.9));
    Clusters found;
    found.classes = means.clusters;
    if (!gaussian) {
      found.iterations = means.iterations;
      found.inertia = means.inertia;
      found.labels = labelsOf(features, columns, [&](const spatial::StoreLabels& store) {
        return spatial::assign(points, means.centres, context.part(0.9, 1), store).counts;
      });
      return found;
    }
    const spatial::GaussianMixture mixture =
        spatial::fitMixture(points, means, {}, context.part(0.4, 0.9));
    found.iterations = mixture.iterations;
    found.log_likelihood = mixture.log_likelihood;
    found.bic = mixture.bic;
    found.labels = labelsOf(features, columns, [&](const spatial::StoreLabels& store) {
      return spatial::assignMixture(points, mixture, context.part(0.9, 1), store);
    });
    return found;
  }

  static spatial::ClusterQuality qualityOf(const spatial::PointSource& points,
                                           const Clusters& found, const Parameters& parameters,
                                           const Context& context) {
    std::vector<std::uint8_t> labels;
    std::copy_if(found.labels.begin(), found.labels.end(), std::back_inserter(labels),
                 [](std::uint8_t label) { return label != kNoLabel; });
    return spatial::clusterQuality(
        points, labels, found.classes,
        static_cast<std::size_t>(parameters.integer("silhouette_sample")), context.seed, context);
  }

  static std::vector<std::uint8_t> smoothed(std::vector<std::uint8_t> map, const Raster& scene,
                                            const Parameters& parameters, const Context& context) {
    const auto window = static_cast<int>(parameters.integer("smoothing"));
    if (window > 1) {
      map = spatial::majorityFilter(map, scene.columns(), scene.rows(), window, context);
    }
    if (const std::int64_t least = parameters.integer("smallest_area"); least > 1) {
      map = spatial::sieve(map, scene.columns(), scene.rows(), least, context);
    }
    return map;
  }

  static Outputs outputsOf(const Raster& scene, const SceneFeatures& features, Clusters found,
                           const spatial::ClusterQuality& quality, const Context& context) {
    const ClassMeans means =
        classMeans(scene, found.labels, found.classes, *features.pixels, context.part(0.97, 1));
    RasterBand band;
    band.name = "class";
    const Raster map = Raster::ofLabels(scene.grid(), band, std::move(found.labels),
                                        classesOf(found.classes), kNoLabel);
    Outputs outputs;
    outputs.add("labels", Data(map));
    outputs.add("legend", Data(legendOf(scene, map, means)));
    outputs.add("quality", Data(qualityTable(found, quality)));
    outputs.add("spectra", Data(spectraOf(scene, map, means)));
    if (features.code) {
      outputs.add("losses", Data(lossesOf(*features.code)));
      outputs.add("network", Data(modelOf(*features.code, features.map)));
    }
    outputs.add("figure_map", Data(FigureSpec{"map", "labels", "Map of classes", "", {}}));
    outputs.add("figure_sheet",
                Data(FigureSpec{"sheet",
                                "labels",
                                "Map of classes, printed sheet",
                                "",
                                {{"facts", factsOf(scene, found.classes, quality)}}}));
    const nlohmann::json legend = legendJson(map.classes());
    outputs.add(
        "figure_spectra",
        Data(FigureSpec{
            "series", "spectra", "Mean spectra", "", {{"classes", legend}, {"curves", legend}}}));
    const auto add = [&outputs](const char* id, double value) {
      if (std::isfinite(value)) outputs.metrics[id] = value;
    };
    add("inertia", found.inertia);
    add("log_likelihood", found.log_likelihood);
    add("bic", found.bic);
    add("silhouette", quality.silhouette);
    add("calinski_harabasz", quality.calinski_harabasz);
    add("davies_bouldin", quality.davies_bouldin);
    return outputs;
  }

  // The classes as the map has them: what curves are called and coloured by, and what changes of a
  // map's legend start from.
  static nlohmann::json legendJson(const std::vector<RasterClass>& classes) {
    nlohmann::json legend = nlohmann::json::array();
    for (const RasterClass& one : classes) {
      legend.push_back(
          {{"value", one.value}, {"name", one.name}, {"colour", colourText(one.colour)}});
    }
    return legend;
  }

  // What a printed map says of the run.
  static nlohmann::json factsOf(const Raster& scene, std::size_t classes,
                                const spatial::ClusterQuality& quality) {
    nlohmann::json facts = nlohmann::json::array();
    const auto add = [&facts](const char* what, std::string value) {
      facts.push_back({{"name", what}, {"value", std::move(value)}});
    };
    add("Classes", std::to_string(classes));
    add("Bands", std::to_string(scene.bands().size()));
    if (const Crs& crs = scene.grid().crs; crs.known() && !crs.geographic) {
      add("Pixel", fmt::format("{:.4g} {}", scene.grid().pixelWidth(), crs.unit));
    }
    const auto measure = [&](const char* what, double value) {
      if (std::isfinite(value)) add(what, fmt::format("{:.3f}", value));
    };
    measure("Silhouette", quality.silhouette);
    measure("Davies-Bouldin", quality.davies_bouldin);
    return facts;
  }

  static Table qualityTable(const Clusters& found, const spatial::ClusterQuality& quality) {
    TextBuilder names, better;
    std::vector<double> values;
    const auto add = [&](const char* name, double value, const char* which) {
      if (std::isnan(value)) return;
      names.add(name);
      values.push_back(value);
      better.add(which);
    };
    add("inertia", found.inertia, "smaller");
    add("mean log-likelihood", found.log_likelihood, "larger");
    add("BIC", found.bic, "smaller");
    add("silhouette", quality.silhouette, "larger, 1 at most");
    add("Calinski-Harabasz", quality.calinski_harabasz, "larger");
    add("Davies-Bouldin", quality.davies_bouldin, "smaller, 0 at least");
    add("iterations", static_cast<double>(found.iterations), "");
    std::vector<Column> columns;
    columns.emplace_back("measure", names.finish());
    columns.emplace_back("value", std::move(values));
    columns.emplace_back("better", better.finish());
    return Table(std::move(columns));
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeMapCluster() {
  return std::make_unique<MapCluster>();
}

}  // namespace lineament
