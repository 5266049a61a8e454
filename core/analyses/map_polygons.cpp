// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_polygons.h"

#include <cmath>

#include "core/analyses/class_labels.h"
#include "core/base/memory.h"
#include "core/data/feature_legend.h"
#include "core/spatial/label_filter.h"
#include "core/spatial/polygon_area.h"
#include "core/spatial/polygonize.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "map.polygons";
  declaration.title = "Make polygons of a map";
  declaration.summary =
      "Turns a map of classes into a vector layer for a GIS: pixels of one class that are "
      "connected "
      "by their sides become one polygon along their edges, with the class, its name and colour "
      "and the area. Pixels without a class are left out. The layer carries its legend, as QGIS's "
      "default style and as QML and SLD beside the GeoPackage.";
  declaration.source =
      "GDAL's polygonize; areas on the ellipsoid after Karney (2013), Algorithms for geodesics";
  declaration.inputs = {{.id = "labels",
                         .title = "Map",
                         .kinds = {Kind::raster},
                         .help = "A raster of classes, such as map.cluster makes"}};
  declaration.parameters = {{.id = "sieve",
                             .title = "Smallest patch",
                             .type = Parameter::Type::integer,
                             .fallback = std::int64_t{1},
                             .help = "Patches of fewer pixels join their largest neighbour before; "
                                     "1 leaves the map as it is",
                             .unit = "pixels",
                             .lowest = 1,
                             .highest = 1e9}};
  declaration.outputs = {
      {"polygons", Kind::features, "Polygons",
       "With cluster, name, colour and area_m2 (pixels where the map has no coordinate system)"},
      {"classes", Kind::table, "Classes", "Number and area of the polygons of each class"}};
  declaration.metrics = {{"polygons", "Polygons", "", ""},
                         {"classes", "Classes", "", "That have a polygon"},
                         {"vertices", "Vertices", "", ""},
                         {"area_m2", "Area", "m²", "Of all polygons, with a coordinate system"}};
  return declaration;
}

// In square metres, or in pixels where the grid has no coordinate system.
std::vector<double> areasOf(const Geometries& geometries, const RasterGrid& grid,
                            const Context& context) {
  constexpr std::size_t kStep = 1024;
  std::optional<spatial::AreaMeter> meter;
  if (grid.crs.known()) meter.emplace(grid.crs);
  std::vector<double> areas;
  for (std::size_t i = 0; i < geometries.size(); ++i) {
    if (i % kStep == 0) {
      context.checkpoint(static_cast<double>(i) / static_cast<double>(geometries.size()),
                         "Measuring areas");
    }
    areas.push_back(meter ? meter->squareMetres(geometries, i)
                          : std::round(planarArea(geometries, i) / grid.pixelArea()));
  }
  return areas;
}

Column areaColumn(std::vector<double> areas, const RasterGrid& grid) {
  const bool measured = grid.crs.known();
  return Column(measured ? "area_m2" : "pixels", std::move(areas), {}, measured ? "m²" : "");
}

Table attributesOf(const spatial::LabelPolygons& polygons, const std::vector<RasterClass>& classes,
                   Column areas) {
  std::vector<std::int64_t> values;
  TextBuilder names, colours;
  for (const std::uint8_t label : polygons.labels) {
    const RasterClass& one = classes[label];
    values.push_back(one.value);
    names.add(one.name);
    colours.add(colourText(one.colour));
  }
  std::vector<Column> columns;
  columns.emplace_back("cluster", std::move(values));
  columns.emplace_back("name", names.finish());
  columns.emplace_back("colour", colours.finish());
  columns.push_back(std::move(areas));
  return Table(std::move(columns));
}

// Of the classes that have a polygon.
Table classTable(const spatial::LabelPolygons& polygons, const std::vector<RasterClass>& classes,
                 const std::vector<double>& areas, const RasterGrid& grid) {
  std::vector<std::int64_t> counts(classes.size());
  std::vector<double> sums(classes.size());
  for (std::size_t i = 0; i < areas.size(); ++i) {
    ++counts[polygons.labels[i]];
    sums[polygons.labels[i]] += areas[i];
  }
  std::vector<std::int64_t> values, numbers;
  std::vector<double> sizes;
  TextBuilder names, colours;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (counts[i] == 0) continue;
    values.push_back(classes[i].value);
    names.add(classes[i].name);
    colours.add(colourText(classes[i].colour));
    numbers.push_back(counts[i]);
    sizes.push_back(sums[i]);
  }
  std::vector<Column> columns;
  columns.emplace_back("cluster", std::move(values));
  columns.emplace_back("name", names.finish());
  columns.emplace_back("colour", colours.finish());
  columns.emplace_back("polygons", std::move(numbers));
  columns.push_back(areaColumn(std::move(sizes), grid));
  return Table(std::move(columns));
}

class MapPolygons : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const auto& map = inputs.get<Raster>("labels");
    const RasterGrid& grid = map.grid();
    const auto pixels = static_cast<std::size_t>(grid.columns * grid.rows);
    const std::int64_t least = parameters.integer("sieve");
    // The labels with a copy, and the sieve's numbers of patches.
    const MemoryReservation room =
        reserveMemory(pixels * (least > 1 ? 14 : 2), "the labels of a map");
    ClassLabels found = classLabels(map, context.part(0, 0.2));
    if (least > 1) {
      found.labels = spatial::sieve(std::move(found.labels), grid.columns, grid.rows, least,
                                    context.part(0.2, 0.3));
    }
    const spatial::LabelPolygons polygons =
        spatial::polygonize(found.labels, grid, context.part(0.3, 0.9));
    return outputsOf(polygons, found.classes, grid, context.part(0.9, 1));
  }

 private:
  static Outputs outputsOf(const spatial::LabelPolygons& polygons,
                           const std::vector<RasterClass>& classes, const RasterGrid& grid,
                           const Context& context) {
    const std::vector<double> areas = areasOf(polygons.geometries, grid, context);
    const Table by_class = classTable(polygons, classes, areas, grid);
    Outputs outputs;
    outputs.metrics = {{"polygons", static_cast<double>(areas.size())},
                       {"classes", static_cast<double>(by_class.rows())},
                       {"vertices", static_cast<double>(polygons.geometries.vertices())}};
    if (grid.crs.known()) {
      double all = 0;
      for (const double area : areas) all += area;
      outputs.metrics["area_m2"] = all;
    }
    Table attributes = attributesOf(polygons, classes, areaColumn(areas, grid));
    outputs.add("polygons",
                Data(Features("polygons", grid.crs, polygons.geometries, std::move(attributes))));
    outputs.add("classes", Data(by_class));
    return outputs;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeMapPolygons() {
  return std::make_unique<MapPolygons>();
}

}  // namespace lineament
