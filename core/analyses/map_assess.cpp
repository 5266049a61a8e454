// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_assess.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

#include "core/analyses/map_rasterize.h"
#include "core/base/error.h"
#include "core/spatial/agreement.h"
#include "core/spatial/raster_stack.h"
#include "core/spatial/rasterize.h"

namespace lineament {

namespace {

constexpr ErrorText kApart{"assess.apart", "Compare a map with known units",
                           "no pixel has both a class and a unit", "",
                           "Choose a reference of the same area"};
constexpr ErrorText kNotClasses{"assess.classes", "Compare a map with known units",
                                "the {which} has more than {most} different values, or values that "
                                "are no whole numbers",
                                "", "Choose a raster of classes"};

constexpr std::size_t kMostClasses = 1000;

Declaration declare() {
  Declaration declaration;
  declaration.id = "map.assess";
  declaration.title = "Compare a map with known units";
  declaration.summary =
      "How far a map of classes agrees with a reference of the same area: each class is matched to "
      "one unit such that as many pixels as can be agree, then counted. The reference is sampled "
      "at the pixels of the finer grid; a vector layer is drawn on those of the map. Pixels "
      "without "
      "a class or without a unit do not count.";
  declaration.source =
      "Kuhn (1955), The Hungarian method; Cohen (1960); Hubert and Arabie (1985); Congalton "
      "(1991), "
      "A review of assessing the accuracy of classifications of remotely sensed data";
  declaration.inputs = {{.id = "labels",
                         .title = "Map",
                         .kinds = {Kind::raster},
                         .help = "A raster of classes, such as map.cluster makes"},
                        {.id = "reference",
                         .title = "Known units",
                         .kinds = {Kind::raster, Kind::features},
                         .help = "A raster of units, or a vector layer of areas"}};
  declaration.parameters = {unitParameter("reference")};
  declaration.outputs = {
      {"confusion", Kind::table, "Confusion matrix", "Pixels of each unit by class"},
      {"units", Kind::table, "Units", "Producer's and user's accuracy of each unit"}};
  declaration.metrics = {
      {"accuracy", "Overall accuracy", "", "Share of pixels whose class is matched to their unit"},
      {"kappa", "Kappa", "", "Accuracy beyond chance"},
      {"purity", "Purity", "", "Accuracy when classes may share a unit"},
      {"adjusted_rand", "Adjusted Rand index", "", "1 for the same groups, 0 by chance"},
      {"normalised_information", "Normalised mutual information", "",
       "Over the mean of the entropies"},
      {"pixels", "Pixels", "", "That have both a class and a unit"}};
  return declaration;
}

// Values that occur, in ascending order, with the names people know them by.
class Categories {
 public:
  Categories(const Raster& raster, const char* which) : raster_(raster), which_(which) {}

  std::size_t placeOf(float value) {
    const auto whole = static_cast<std::int64_t>(value);
    const auto [found, added] = places_.try_emplace(whole, places_.size());
    if (added && (static_cast<float>(whole) != value || places_.size() > kMostClasses)) {
      throw Error(kNotClasses, {{"which", which_}, {"most", kMostClasses}});
    }
    return found->second;
  }
  std::size_t size() const { return places_.size(); }
  // In the order of the values: the place of each, and its name.
  std::vector<std::pair<std::size_t, std::string>> inOrder() const {
    std::vector<std::pair<std::size_t, std::string>> all;
    for (const auto& [value, place] : places_) {
      const RasterClass* known = raster_.findClass(value);
      all.emplace_back(place, known ? known->name : std::to_string(value));
    }
    return all;
  }

 private:
  const Raster& raster_;
  const char* which_;
  std::map<std::int64_t, std::size_t> places_;
};

class MapAssess : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const auto& labels = inputs.get<Raster>("labels");
    const Raster reference = referenceOf(inputs, labels, parameters, context.part(0, 0.3));
    Categories classes(labels, "map"), units(reference, "reference");
    const spatial::Contingency table =
        counted(labels, reference, classes, units, context.part(0.3, 1));
    const spatial::Agreement agreement = spatial::agreementOf(table);
    Outputs outputs;
    outputs.add("confusion", Data(confusionOf(table, classes, units)));
    outputs.add("units", Data(unitsOf(table, agreement, classes, units)));
    outputs.metrics = {{"accuracy", agreement.accuracy},
                       {"kappa", agreement.kappa},
                       {"purity", agreement.purity},
                       {"adjusted_rand", agreement.adjusted_rand},
                       {"normalised_information", agreement.normalised_information},
                       {"pixels", table.total()}};
    return outputs;
  }

 private:
  static Raster referenceOf(const Inputs& inputs, const Raster& labels,
                            const Parameters& parameters, const Context& context) {
    const Data& given = inputs.one("reference");
    const auto* layer = given.as<Features>();
    if (layer == nullptr) return given.require<Raster>();
    return spatial::rasterize(*layer, labels.grid(), parameters.text("unit"), context);
  }

  static spatial::Contingency counted(const Raster& labels, const Raster& reference,
                                      Categories& classes, Categories& units,
                                      const Context& context) {
    const Raster both = spatial::stack({labels.withClasses({}), reference.withClasses({})},
                                       spatial::Resampling::nearest, context);
    const std::array<std::size_t, 2> bands{0, labels.bands().size()};
    std::map<std::pair<std::size_t, std::size_t>, double> counts;
    std::vector<float> row(2 * static_cast<std::size_t>(both.columns()));
    for (std::int64_t i = 0; i < both.rows(); ++i) {
      context.checkpoint(static_cast<double>(i) / static_cast<double>(both.rows()),
                         "Counting pixels");
      both.read({0, i, both.columns(), 1}, bands, both.columns(), 1, row);
      for (std::size_t j = 0; j < row.size() / 2; ++j) {
        const float label = row[j], unit = row[row.size() / 2 + j];
        if (std::isnan(label) || std::isnan(unit)) continue;
        ++counts[{classes.placeOf(label), units.placeOf(unit)}];
      }
    }
    if (counts.empty()) throw Error(kApart);
    spatial::Contingency table(classes.size(), units.size());
    for (const auto& [place, count] : counts) table.at(place.first, place.second) = count;
    return table;
  }

  static Table confusionOf(const spatial::Contingency& table, const Categories& classes,
                           const Categories& units) {
    TextBuilder names;
    for (const auto& [place, name] : units.inOrder()) names.add(name);
    std::vector<Column> columns;
    columns.emplace_back("unit", names.finish());
    for (const auto& [one, name] : classes.inOrder()) {
      std::vector<std::int64_t> counts;
      for (const auto& [unit, unit_name] : units.inOrder()) {
        counts.push_back(static_cast<std::int64_t>(table.at(one, unit)));
      }
      columns.emplace_back(name, std::move(counts));
    }
    return Table(std::move(columns));
  }

  static Table unitsOf(const spatial::Contingency& table, const spatial::Agreement& agreement,
                       const Categories& classes, const Categories& units) {
    std::map<std::size_t, std::string> class_of;
    for (const auto& [one, name] : classes.inOrder()) {
      if (agreement.unit_of[one] >= 0) {
        class_of[static_cast<std::size_t>(agreement.unit_of[one])] = name;
      }
    }
    const std::vector<double> sums = table.unitSums();
    TextBuilder names, matched;
    std::vector<std::int64_t> pixels;
    std::vector<double> producers, users;
    for (const auto& [unit, name] : units.inOrder()) {
      names.add(name);
      matched.add(class_of[unit]);
      pixels.push_back(static_cast<std::int64_t>(sums[unit]));
      producers.push_back(agreement.producers[unit]);
      users.push_back(agreement.users[unit]);
    }
    std::vector<Column> columns;
    columns.emplace_back("unit", names.finish());
    columns.emplace_back("class", matched.finish());
    columns.emplace_back("pixels", std::move(pixels));
    columns.emplace_back("producer's accuracy", std::move(producers));
    columns.emplace_back("user's accuracy", std::move(users));
    return Table(std::move(columns));
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeMapAssess() {
  return std::make_unique<MapAssess>();
}

}  // namespace lineament
