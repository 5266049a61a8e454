// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data.h"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kWrongKind{"data.kind", "Use this {found} as a {expected}",
                               "a {expected} is expected here, this is a {found}", "",
                               "Choose data of the expected kind"};
constexpr ErrorText kNoKind{
    "data.no_kind", "Find the kind '{name}'", "there is no such kind", "",
    "Use one of table, tensor, model, explanation, series, points, attention, comparison, raster, "
    "features"};

struct KindNames {
  std::string_view name;
  std::string_view title;
};

constexpr KindNames kKinds[] = {{"table", "Table"},
                                {"tensor", "Tensor"},
                                {"model", "Model"},
                                {"explanation", "Explanation"},
                                {"series", "Curves"},
                                {"note", "Note"},
                                {"checkpoint", "Checkpoint"},
                                {"figure", "Figure"},
                                {"points", "Point cloud"},
                                {"attention", "Attention"},
                                {"comparison", "Comparison"},
                                {"raster", "Raster"},
                                {"features", "Features"},
                                {"boxes", "Boxes"},
                                {"tokens", "Tokens"},
                                {"graph", "Graph"},
                                {"image", "Image"}};

using nlohmann::json;

json columnsOf(const Table& table) {
  json columns = json::array();
  for (const Column& column : table.columns()) {
    json entry{
        {"name", column.name()}, {"type", name(column.type())}, {"missing", column.missingCount()}};
    if (!column.unit().empty()) entry["unit"] = column.unit();
    columns.push_back(std::move(entry));
  }
  return columns;
}

json summary(const Table& table) {
  return {{"rows", table.rows()}, {"columns", columnsOf(table)}};
}

json summary(const Tensor& tensor) {
  json result{{"shape", tensor.shape()}, {"dtype", name(tensor.dtype())}};
  if (!tensor.dimensionNames().empty()) result["dimensions"] = tensor.dimensionNames();
  return result;
}

json summary(const Model& model) {
  json features = json::array();
  for (const Feature& feature : model.features) features.push_back(feature.name);
  json result{{"type", model.type}, {"features", std::move(features)}, {"target", model.target}};
  if (!model.target_unit.empty()) result["unit"] = model.target_unit;
  return result;
}

json summary(const Explanation& explanation) {
  json result{{"rows", explanation.rows()},
              {"features", explanation.features},
              {"method", explanation.method},
              {"base_value", explanation.base_value},
              {"additivity_error", explanation.additivity_error}};
  if (!explanation.output_unit.empty()) result["unit"] = explanation.output_unit;
  return result;
}

json summary(const Series& series) {
  json curves = json::array();
  for (const Series::Curve& curve : series.curves) {
    curves.push_back({{"name", curve.name}, {"points", curve.x.size()}});
  }
  return {{"title", series.title}, {"curves", std::move(curves)}};
}

json summary(const Note& note) {
  return {{"title", note.title}, {"bytes", note.markdown.size()}};
}

json summary(const Checkpoint& checkpoint) {
  json list = json::array();
  for (const Checkpoint::Entry& entry : checkpoint.entries()) {
    list.push_back({{"name", entry.name}, {"dtype", name(entry.dtype)}, {"shape", entry.shape}});
  }
  return {{"tensors", checkpoint.entries().size()},
          {"parameters", checkpoint.parameterCount()},
          {"metadata", checkpoint.metadata()},
          {"list", std::move(list)}};
}

json summary(const FigureSpec& spec) {
  return {{"view", spec.view}, {"title", spec.title}};
}

json summary(const PointCloud& cloud) {
  json attributes = json::array();
  for (const auto& attribute : cloud.attributes) attributes.push_back(attribute.name);
  const PointCloud::Bounds bounds = boundsOf(cloud);
  return {{"points", cloud.points()},
          {"attributes", std::move(attributes)},
          {"low", bounds.low},
          {"high", bounds.high},
          {"frame", cloud.frame}};
}

json summary(const AttentionStack& stack) {
  return {{"layers", stack.layers},
          {"heads", stack.heads},
          {"queries", stack.queries},
          {"keys", stack.keys},
          {"meaning", stack.meaning}};
}

json summary(const Comparison& comparison) {
  json plots = json::array();
  for (const Comparison::Plot& plot : comparison.plots) {
    plots.push_back({{"title", plot.series.title},
                     {"over", name(plot.over)},
                     {"curves", plot.series.curves.size()}});
  }
  return {{"mechanisms", comparison.mechanisms()},
          {"tokens", comparison.tokens()},
          {"plots", std::move(plots)}};
}

json summary(const RasterBand& band) {
  json result{{"name", band.name}, {"type", name(band.type)}};
  if (!band.title.empty()) result["title"] = band.title;
  if (std::isfinite(band.wavelength)) result["wavelength_nm"] = band.wavelength;
  if (band.nodata) result["nodata"] = *band.nodata;
  if (band.scale != 1 || band.offset != 0) {
    result["scale"] = band.scale;
    result["offset"] = band.offset;
  }
  if (!band.unit.empty()) result["unit"] = band.unit;
  return result;
}

json summary(const Raster& raster) {
  json bands = json::array(), classes = json::array();
  for (const RasterBand& band : raster.bands()) bands.push_back(summary(band));
  for (const RasterClass& one : raster.classes()) {
    classes.push_back({{"value", one.value}, {"name", one.name}, {"colour", one.colour}});
  }
  const RasterGrid& grid = raster.grid();
  json result{{"columns", grid.columns},           {"rows", grid.rows},
              {"bands", std::move(bands)},         {"crs", grid.crs.name},
              {"transform", grid.transform},       {"pixel_width", grid.pixelWidth()},
              {"pixel_height", grid.pixelHeight()}};
  if (grid.crs.known()) result["unit"] = grid.crs.unit;
  if (raster.categorical()) result["classes"] = std::move(classes);
  return result;
}

json summary(const Features& features) {
  json result{{"name", features.name()},         {"features", features.size()},
              {"geometry", features.typeText()}, {"vertices", features.geometries().vertices()},
              {"crs", features.crs().name},      {"attributes", columnsOf(features.attributes())}};
  if (features.crs().known()) result["unit"] = features.crs().unit;
  const Extent extent = features.geometries().extent();
  if (!extent.empty()) {
    result["extent"] = {extent.low_x, extent.low_y, extent.high_x, extent.high_y};
  }
  return result;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", countText(count), count == 1 ? one : many);
}

struct Line {
  std::string operator()(const Table& table) const {
    return counted(table.rows(), "row", "rows") + ", " +
           counted(table.columnCount(), "column", "columns");
  }
  std::string operator()(const Tensor& tensor) const {
    return fmt::format("{}, {}", shapeText(tensor.shape()), name(tensor.dtype()));
  }
  std::string operator()(const Model& model) const {
    const std::string from = counted(model.features.size(), "feature", "features");
    if (model.target.empty()) return fmt::format("{} of {}", model.type, from);
    return fmt::format("{} for {} from {}", model.type, model.target, from);
  }
  std::string operator()(const Explanation& explanation) const {
    return fmt::format("{} SHAP values, {}, {}", explanation.method,
                       counted(explanation.rows(), "row", "rows"),
                       counted(explanation.featureCount(), "feature", "features"));
  }
  std::string operator()(const Series& series) const {
    return counted(series.curves.size(), "curve", "curves");
  }
  std::string operator()(const Note& note) const { return note.title; }
  std::string operator()(const Checkpoint& checkpoint) const {
    return counted(checkpoint.entries().size(), "tensor", "tensors") + ", " +
           counted(checkpoint.parameterCount(), "parameter", "parameters");
  }
  std::string operator()(const FigureSpec& spec) const { return spec.view; }
  std::string operator()(const PointCloud& cloud) const {
    return counted(cloud.points(), "point", "points");
  }
  std::string operator()(const AttentionStack& stack) const {
    return fmt::format("{} x {} matrices of {} x {}", stack.layers.size(), stack.heads.size(),
                       countText(stack.queries), countText(stack.keys));
  }
  std::string operator()(const Raster& raster) const {
    const std::string& crs = raster.grid().crs.name;
    return fmt::format("{} x {} pixels, {}{}{}",
                       countText(static_cast<std::uint64_t>(raster.columns())),
                       countText(static_cast<std::uint64_t>(raster.rows())),
                       raster.categorical() ? counted(raster.classes().size(), "class", "classes")
                                            : counted(raster.bands().size(), "band", "bands"),
                       crs.empty() ? "" : ", ", crs);
  }
  std::string operator()(const Features& features) const {
    const std::string& crs = features.crs().name;
    return fmt::format("{}, {}, {}{}{}", counted(features.size(), "feature", "features"),
                       features.geometries().vertices() == 0 ? "no geometry" : features.typeText(),
                       counted(features.attributes().columnCount(), "attribute", "attributes"),
                       crs.empty() ? "" : ", ", crs);
  }
  std::string operator()(const Comparison& comparison) const {
    return counted(comparison.mechanisms().size(), "mechanism", "mechanisms") + ", " +
           counted(comparison.tokens(), "token", "tokens");
  }
};

}  // namespace

std::string_view name(Kind kind) {
  return kKinds[static_cast<int>(kind)].name;
}

std::string_view title(Kind kind) {
  return kKinds[static_cast<int>(kind)].title;
}

Kind kindFromName(std::string_view wanted) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i].name == wanted) return static_cast<Kind>(i);
  }
  throw Error::usage(kNoKind, {{"name", wanted}});
}

Data::Data(Value value, std::string origin)
    : value_(std::make_shared<const Value>(std::move(value))), origin_(std::move(origin)) {}

Data Data::withOrigin(std::string origin) const {
  Data copy = *this;
  copy.origin_ = std::move(origin);
  return copy;
}

void Data::wrongKind(Kind expected) const {
  throw Error::usage(kWrongKind, {{"found", name(kind())}, {"expected", name(expected)}});
}

nlohmann::json summaryOf(const Data& data) {
  return std::visit([](const auto& value) { return summary(value); }, data.value());
}

std::string summaryLine(const Data& data) {
  return std::visit(Line{}, data.value());
}

std::string countText(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

}  // namespace lineament
