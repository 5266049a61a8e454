// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_backgrounds.h"

#include <algorithm>
#include <optional>

#include "views/map/map_camera.h"

namespace lineament::views {

namespace {

// As far as it takes to see where a raster lies: a summary has a system's name, not its definition.
std::optional<RasterGrid> gridFrom(const nlohmann::json& summary) {
  RasterGrid grid;
  try {
    grid.columns = summary.at("columns").get<std::int64_t>();
    grid.rows = summary.at("rows").get<std::int64_t>();
    grid.transform = summary.at("transform").get<std::array<double, 6>>();
    grid.crs.name = summary.at("crs").get<std::string>();
    grid.crs.unit = summary.value("unit", std::string());
    if (summary.contains("unit")) grid.crs.wkt = grid.crs.name;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
  return grid;
}

}  // namespace

QList<Surroundings::Item> backgroundsFor(const QList<Surroundings::Item>& rasters,
                                         const RasterGrid& own, const std::string& origin) {
  QList<Surroundings::Item> found;
  std::copy_if(rasters.begin(), rasters.end(), std::back_inserter(found),
               [&](const Surroundings::Item& item) {
                 const auto grid = gridFrom(item.summary);
                 if (item.origin == origin || !grid) return false;
                 const bool differs =
                     own.crs.known() && grid->crs.known() && !sameSystem(own.crs, grid->crs);
                 return differs || planeWithin(*grid, own).has_value();
               });
  return found;
}

}  // namespace lineament::views
