// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/legend_followers.h"

#include <QColor>
#include <algorithm>
#include <optional>

#include "core/data/feature_legend.h"
#include "views/map/class_edits.h"

namespace lineament::app {

namespace {

using project::Id;

std::optional<Id> runOf(const project::Project& project, Id data) {
  for (const project::Result& result : project.results()) {
    if (result.id == data) return result.run;
  }
  return std::nullopt;
}

std::string textIn(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What the run called its classes; nothing where one of them is none.
std::vector<RasterClass> classesIn(const nlohmann::json& list) {
  std::vector<RasterClass> classes;
  if (!list.is_array()) return classes;
  for (const nlohmann::json& one : list) {
    const QColor colour(QString::fromStdString(one.is_object() ? textIn(one, "colour") : ""));
    if (!colour.isValid() || !one.contains("value") || !one["value"].is_number_integer()) return {};
    classes.push_back(
        {one["value"].get<std::int64_t>(),
         textIn(one, "name"),
         {static_cast<std::uint8_t>(colour.red()), static_cast<std::uint8_t>(colour.green()),
          static_cast<std::uint8_t>(colour.blue())}});
  }
  return classes;
}

nlohmann::json curvesOf(const std::vector<RasterClass>& classes, const views::ClassEdits& edits) {
  const std::vector<views::ShownClass> shown = edits.shown(classes);
  nlohmann::json curves = nlohmann::json::array();
  for (const RasterClass& one : classes) {
    const views::ShownClass* as = views::shownAs(shown, one.value);
    curves.push_back({{"value", one.value},
                      {"name", as ? as->name : one.name},
                      {"colour", colourText(as ? as->colour : one.colour)}});
  }
  return curves;
}

}  // namespace

void followLegend(project::Project& project, Id data, const nlohmann::json& map,
                  const project::ChangeOptions& change) {
  const nlohmann::json edits = map.value("classes", nlohmann::json::array());
  const std::optional<Id> run = runOf(project, data);
  for (const project::Figure& figure : project.figures()) {
    FigureSpec spec = figure.spec;
    if (spec.view == "sheet" && figure.data == data) {
      spec.options["classes"] = edits;
    } else if (spec.view == "series" && run && runOf(project, figure.data) == run) {
      const auto classes = classesIn(spec.options.value("classes", nlohmann::json()));
      if (classes.empty()) continue;
      spec.options["curves"] = curvesOf(classes, views::ClassEdits::fromJson(edits));
    }
    if (spec.options != figure.spec.options) project.updateFigure(figure.id, spec, change);
  }
}

}  // namespace lineament::app
