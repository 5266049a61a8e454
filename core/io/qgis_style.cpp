// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/qgis_style.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <fmt/format.h>

#include <string_view>

#include "core/data/feature_legend.h"

namespace lineament::io {

namespace {

constexpr double kOutline = 0.1;     // mm, around areas
constexpr double kLine = 0.5;        // mm
constexpr double kMarker = 2;        // mm
constexpr double kPixelsOfMm = 3.6;  // SLD's pixels are 0.28 mm

std::string xml(const std::string& text) {
  char* escaped = CPLEscapeString(text.c_str(), static_cast<int>(text.size()), CPLES_XML);
  std::string result = escaped;
  CPLFree(escaped);
  return result;
}

// QML, as QgsCategorizedSymbolRenderer reads it.

std::string property(std::string_view key, std::string_view value) {
  return fmt::format("          <prop k=\"{}\" v=\"{}\"/>\n", key, value);
}

std::string symbolLayer(GeometryType type, const std::array<std::uint8_t, 3>& colour) {
  const std::string own = fmt::format("{},{},{},255", colour[0], colour[1], colour[2]);
  const char* dark = "60,60,60,255";
  switch (type) {
    case GeometryType::line:
      return "        <layer class=\"SimpleLine\" enabled=\"1\" locked=\"0\" pass=\"0\">\n" +
             property("line_color", own) + property("line_width", fmt::format("{}", kLine)) +
             property("line_width_unit", "MM");
    case GeometryType::point:
      return "        <layer class=\"SimpleMarker\" enabled=\"1\" locked=\"0\" pass=\"0\">\n" +
             property("name", "circle") + property("color", own) + property("outline_color", dark) +
             property("size", fmt::format("{}", kMarker)) + property("size_unit", "MM");
    default:
      return "        <layer class=\"SimpleFill\" enabled=\"1\" locked=\"0\" pass=\"0\">\n" +
             property("color", own) + property("style", "solid") + property("outline_color", dark) +
             property("outline_style", "solid") +
             property("outline_width", fmt::format("{}", kOutline)) +
             property("outline_width_unit", "MM");
  }
}

const char* symbolType(GeometryType type) {
  if (type == GeometryType::line) return "line";
  return type == GeometryType::point ? "marker" : "fill";
}

std::string qmlOf(const FeatureLegend& legend, GeometryType type, bool numbers) {
  std::string categories, symbols;
  for (std::size_t i = 0; i < legend.classes.size(); ++i) {
    const auto& [value, colour] = legend.classes[i];
    categories += fmt::format(
        "      <category value=\"{}\" symbol=\"{}\" label=\"{}\" render=\"true\" type=\"{}\"/>\n",
        xml(value), i, xml(value), numbers ? "long" : "string");
    symbols += fmt::format(
        "      <symbol type=\"{}\" name=\"{}\" alpha=\"1\" clip_to_extent=\"1\">\n{}"
        "        </layer>\n      </symbol>\n",
        symbolType(type), i, symbolLayer(type, colour));
  }
  return fmt::format(
      "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">\n"
      "  <renderer-v2 type=\"categorizedSymbol\" attr=\"{}\" symbollevels=\"0\" "
      "forceraster=\"0\" enableorderby=\"0\">\n"
      "    <categories>\n{}    </categories>\n    <symbols>\n{}    </symbols>\n"
      "  </renderer-v2>\n</qgis>\n",
      xml(legend.attribute), categories, symbols);
}

// SLD.

std::string parameter(std::string_view name, std::string_view value) {
  return fmt::format("            <se:SvgParameter name=\"{}\">{}</se:SvgParameter>\n", name,
                     value);
}

std::string stroke(std::string_view colour, double width_mm) {
  return "          <se:Stroke>\n" + parameter("stroke", colour) +
         parameter("stroke-width", fmt::format("{:.2f}", width_mm * kPixelsOfMm)) +
         "          </se:Stroke>\n";
}

std::string symbolizer(GeometryType type, const std::string& colour) {
  const std::string fill =
      "          <se:Fill>\n" + parameter("fill", colour) + "          </se:Fill>\n";
  switch (type) {
    case GeometryType::line:
      return "        <se:LineSymbolizer>\n" + stroke(colour, kLine) +
             "        </se:LineSymbolizer>\n";
    case GeometryType::point:
      return "        <se:PointSymbolizer>\n          <se:Graphic>\n          <se:Mark>\n"
             "          <se:WellKnownName>circle</se:WellKnownName>\n" +
             fill + stroke("#3c3c3c", kOutline) +
             fmt::format("          </se:Mark>\n          <se:Size>{:.1f}</se:Size>\n",
                         kMarker * kPixelsOfMm) +
             "          </se:Graphic>\n        </se:PointSymbolizer>\n";
    default:
      return "        <se:PolygonSymbolizer>\n" + fill + stroke("#3c3c3c", kOutline) +
             "        </se:PolygonSymbolizer>\n";
  }
}

std::string ruleOf(const FeatureClass& one, const std::string& attribute, GeometryType type) {
  return fmt::format(
      "      <se:Rule>\n        <se:Name>{0}</se:Name>\n"
      "        <se:Description><se:Title>{0}</se:Title></se:Description>\n"
      "        <ogc:Filter>\n          <ogc:PropertyIsEqualTo>\n"
      "            <ogc:PropertyName>{1}</ogc:PropertyName>\n"
      "            <ogc:Literal>{0}</ogc:Literal>\n"
      "          </ogc:PropertyIsEqualTo>\n        </ogc:Filter>\n{2}      </se:Rule>\n",
      xml(one.value), xml(attribute), symbolizer(type, colourText(one.colour)));
}

std::string sldOf(const FeatureLegend& legend, GeometryType type, const std::string& layer) {
  std::string rules;
  for (const FeatureClass& one : legend.classes) rules += ruleOf(one, legend.attribute, type);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<StyledLayerDescriptor version=\"1.1.0\" xmlns=\"http://www.opengis.net/sld\" "
      "xmlns:se=\"http://www.opengis.net/se\" xmlns:ogc=\"http://www.opengis.net/ogc\" "
      "xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://www.opengis.net/sld "
      "http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd\">\n"
      "  <NamedLayer>\n    <se:Name>{0}</se:Name>\n    <UserStyle>\n      <se:Name>{0}</se:Name>\n"
      "      <se:FeatureTypeStyle>\n{1}      </se:FeatureTypeStyle>\n    </UserStyle>\n"
      "  </NamedLayer>\n</StyledLayerDescriptor>\n",
      xml(layer), rules);
}

}  // namespace

std::optional<QgisStyle> qgisStyleOf(const Features& features, const std::string& layer) {
  const std::optional<GeometryType> type = features.commonType();
  if (!type) return std::nullopt;
  const FeatureLegend legend = legendOf(features);
  if (legend.classes.empty()) return std::nullopt;
  const bool numbers = features.attributes().require(legend.attribute).numeric();
  return QgisStyle{legend.attribute, qmlOf(legend, *type, numbers), sldOf(legend, *type, layer)};
}

}  // namespace lineament::io
