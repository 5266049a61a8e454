// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_choose_k.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/analyses/scene_features.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/spatial/agreement.h"
#include "core/spatial/cluster_quality.h"
#include "core/spatial/elbow.h"
#include "core/spatial/kmeans.h"
#include "core/spatial/sampled_points.h"

namespace lineament {

namespace {

constexpr ErrorText kRange{"choose_k.range", "Compare numbers of classes",
                           "from {low} to {high} there is none", "",
                           "Choose a largest number that is not below the smallest"};
constexpr double kMostClasses = 250;

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "map.choose-k";
  declaration.title = "Choose the number of classes";
  declaration.summary =
      "Clusters the pixels of a scene into each of several numbers of classes and measures how "
      "well "
      "they fall apart: inertia and where it bends, silhouette, Calinski-Harabasz, Davies-Bouldin, "
      "and whether runs from other seeds find the same classes. No measure knows the ground: they "
      "often disagree, and are not comparable between one kind of features and another.";
  declaration.source =
      "Rousseeuw (1987); Calinski and Harabasz (1974); Davies and Bouldin (1979); Satopaa, "
      "Albrecht, Irwin and Raghavan (2011); Hubert and Arabie (1985) for the agreement of runs";
  declaration.inputs = {sceneInput()};
  declaration.parameters = {{.id = "lowest",
                             .title = "Smallest number",
                             .type = Type::integer,
                             .fallback = std::int64_t{2},
                             .help = "Of classes",
                             .lowest = 2,
                             .highest = kMostClasses},
                            {.id = "highest",
                             .title = "Largest number",
                             .type = Type::integer,
                             .fallback = std::int64_t{20},
                             .help = "Of classes",
                             .lowest = 2,
                             .highest = kMostClasses}};
  for (Parameter& parameter : featureParameters()) {
    declaration.parameters.push_back(std::move(parameter));
  }
  declaration.parameters.push_back({.id = "runs",
                                    .title = "Runs",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{5},
                                    .help = "Of each number, from other seeds: the one of the "
                                            "smallest inertia is measured, all are compared",
                                    .lowest = 2,
                                    .highest = 100,
                                    .advanced = true});
  declaration.parameters.push_back({.id = "pixels",
                                    .title = "Pixels",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{200000},
                                    .help = "Drawn at random from larger scenes",
                                    .unit = "pixels",
                                    .lowest = 1000,
                                    .highest = 1e8,
                                    .advanced = true});
  declaration.parameters.push_back(silhouetteParameter(2000));
  declaration.outputs = {
      {"measures", Kind::table, "Measures", "Of each number of classes"},
      {"choices", Kind::table, "Choices", "What each measure speaks for"},
      {"curves", Kind::series, "Curves", "The measures over the number of classes"},
      {"figure_panel", Kind::figure, "Figure: measures", ""}};
  declaration.metrics = {{"elbow", "Elbow", "classes", "Where the inertia bends most"},
                         {"silhouette", "Silhouette", "classes", "Of the largest"},
                         {"calinski_harabasz", "Calinski-Harabasz", "classes", "Of the largest"},
                         {"davies_bouldin", "Davies-Bouldin", "classes", "Of the smallest"}};
  return declaration;
}

// A measure over the numbers of classes, and which of them it speaks for.
struct Measure {
  const char* id;
  const char* name;
  const char* note;
  std::vector<double> values;
  std::optional<std::size_t> best;
};

std::optional<std::size_t> extreme(const std::vector<double>& values, bool largest) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    if (!best || (largest ? values[i] > values[*best] : values[i] < values[*best])) best = i;
  }
  return best;
}

using Labels = std::vector<std::uint8_t>;

Labels labelsOf(const spatial::PointSource& points, const spatial::KMeansResult& found,
                const Context& context) {
  std::vector<Labels> blocks(points.blocks());
  spatial::assign(points, found.centres, context,
                  [&](std::size_t block, std::span<const std::uint16_t> labels) {
                    blocks[block].assign(labels.begin(), labels.end());
                  });
  Labels all;
  for (const Labels& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

// The mean adjusted Rand index of all pairs of runs.
double stabilityOf(const std::vector<Labels>& runs, std::size_t clusters) {
  double sum = 0, pairs = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      spatial::Contingency table(clusters, clusters);
      for (std::size_t p = 0; p < runs[i].size(); ++p) ++table.at(runs[i][p], runs[j][p]);
      sum += spatial::agreementOf(table).adjusted_rand;
      ++pairs;
    }
  }
  return sum / pairs;
}

class MapChooseK : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const std::int64_t lowest = parameters.integer("lowest");
    const std::int64_t highest = parameters.integer("highest");
    if (highest < lowest) throw Error::usage(kRange, {{"low", lowest}, {"high", highest}});
    context.checkpoint(0, "Reading the scene");
    const Raster scene = sceneOf(inputs, parameters, context);
    const SceneFeatures features = sceneFeatures(scene, parameters, context.part(0, 0.3));
    const spatial::SampledPoints points(*features.points,
                                        static_cast<std::size_t>(parameters.integer("pixels")),
                                        context.seed, context);
    std::vector<Measure> measures{{"inertia", "Inertia", "elbow", {}, {}},
                                  {"silhouette", "Silhouette", "largest", {}, {}},
                                  {"calinski_harabasz", "Calinski-Harabasz", "largest", {}, {}},
                                  {"davies_bouldin", "Davies-Bouldin", "smallest", {}, {}},
                                  {"stability", "Stability", "1 is best", {}, {}},
                                  {"smallest", "Smallest class", "share of pixels", {}, {}}};
    std::vector<double> numbers;
    for (std::int64_t k = lowest; k <= highest; ++k) {
      // Larger numbers take longer.
      const auto done = [&](std::int64_t n) {
        const double all = static_cast<double>((highest + 1) * (highest + 1) - lowest * lowest);
        return 0.3 + 0.7 * static_cast<double>(n * n - lowest * lowest) / all;
      };
      numbers.push_back(static_cast<double>(k));
      measure(points, static_cast<std::size_t>(k), parameters, context.part(done(k), done(k + 1)),
              measures);
    }
    measures[0].best = spatial::elbowOf(numbers, measures[0].values);
    measures[1].best = extreme(measures[1].values, true);
    measures[2].best = extreme(measures[2].values, true);
    measures[3].best = extreme(measures[3].values, false);
    return outputsOf(numbers, measures);
  }

 private:
  static void measure(const spatial::PointSource& points, std::size_t clusters,
                      const Parameters& parameters, const Context& context,
                      std::vector<Measure>& measures) {
    const std::int64_t runs = parameters.integer("runs");
    Context quiet = context;
    quiet.log = nullptr;
    std::vector<Labels> labels;
    spatial::KMeansResult best;
    std::size_t which = 0;
    for (std::int64_t run = 0; run < runs; ++run) {
      const double from = 0.8 * static_cast<double>(run) / static_cast<double>(runs);
      const double to = 0.8 * static_cast<double>(run + 1) / static_cast<double>(runs);
      const Context part = quiet.part(from, to);
      part.checkpoint(0, fmt::format("Making {} classes", clusters));
      spatial::KMeansOptions options;
      options.clusters = clusters;
      options.restarts = 1;
      options.seed =
          Random(context.seed).split(clusters).split(static_cast<std::uint64_t>(run)).bits();
      spatial::KMeansResult found = spatial::fitKMeans(points, options, part);
      labels.push_back(labelsOf(points, found, part));
      if (run > 0 && found.inertia >= best.inertia) continue;
      which = labels.size() - 1;
      best = std::move(found);
    }
    const spatial::ClusterQuality quality = spatial::clusterQuality(
        points, labels[which], clusters,
        static_cast<std::size_t>(parameters.integer("silhouette_sample")), context.seed, quiet);
    const double all = static_cast<double>(labels[which].size());
    measures[0].values.push_back(best.inertia);
    measures[1].values.push_back(quality.silhouette);
    measures[2].values.push_back(quality.calinski_harabasz);
    measures[3].values.push_back(quality.davies_bouldin);
    measures[4].values.push_back(stabilityOf(labels, clusters));
    measures[5].values.push_back(
        static_cast<double>(*std::min_element(best.counts.begin(), best.counts.end())) / all);
  }

  static Outputs outputsOf(const std::vector<double>& numbers,
                           const std::vector<Measure>& measures) {
    std::vector<Column> columns;
    columns.emplace_back("classes", std::vector<std::int64_t>(numbers.begin(), numbers.end()));
    Series curves{"Measures of clusters", {"classes", ""}, {"", ""}, {}, {}};
    TextBuilder names;
    std::vector<std::int64_t> chosen;
    nlohmann::json best = nlohmann::json::array(), notes = nlohmann::json::array();
    Outputs outputs;
    for (const Measure& measure : measures) {
      columns.emplace_back(measure.id, measure.values);
      curves.curves.push_back(
          {measure.name, numbers, measure.values, Series::Style::line_and_points, {}});
      notes.push_back(measure.note);
      best.push_back(measure.best ? nlohmann::json(numbers[*measure.best]) : nlohmann::json());
      if (!measure.best) continue;
      names.add(measure.id == std::string_view("inertia") ? "Inertia (elbow)" : measure.name);
      chosen.push_back(static_cast<std::int64_t>(numbers[*measure.best]));
      outputs.metrics[measure.id == std::string_view("inertia") ? "elbow" : measure.id] =
          numbers[*measure.best];
    }
    std::vector<Column> choices;
    choices.emplace_back("measure", names.finish());
    choices.emplace_back("classes", std::move(chosen));
    outputs.add("measures", Data(Table(std::move(columns))));
    outputs.add("choices", Data(Table(std::move(choices))));
    outputs.add("curves", Data(std::move(curves)));
    outputs.add("figure_panel",
                Data(FigureSpec{"panels",
                                "curves",
                                "Number of classes",
                                "",
                                {{"best", std::move(best)}, {"notes", std::move(notes)}}}));
    return outputs;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeMapChooseK() {
  return std::make_unique<MapChooseK>();
}

}  // namespace lineament
