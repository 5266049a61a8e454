// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/vector_formats.h"

#include <algorithm>
#include <array>
#include <optional>

namespace lineament::io {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kApplication = 68;  // where SQLite files name theirs
constexpr std::array kGeoJsonTypes{"FeatureCollection"sv, "Feature"sv,      "Point"sv,
                                   "MultiPoint"sv,        "LineString"sv,   "MultiLineString"sv,
                                   "Polygon"sv,           "MultiPolygon"sv, "GeometryCollection"sv};

std::string_view withoutMark(std::string_view text) {
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text;
}

bool isGeoPackage(const Probe& probe) {
  if (!probe.startsWith("SQLite format 3\0"sv)) return false;
  const std::string_view text = probe.text();
  return (text.size() > kApplication && text.substr(kApplication, 2) == "GP") ||
         probe.hasExtension(".gpkg");
}

bool isShapefile(const Probe& probe) {
  const std::string_view text = probe.text();
  return text.size() >= 32 && text.substr(0, 4) == "\0\0\x27\x0a"sv &&
         text.substr(28, 4) == "\xe8\x03\0\0"sv;
}

// Walks over a JSON object's own members; what is nested in them does not count.
class Members {
 public:
  explicit Members(std::string_view text) : text_(text) {}

  // The word that a member "type" has; nothing where the text ends before.
  std::optional<std::string_view> type() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char letter = text_[at_];
      if (letter == '{' || letter == '[') ++depth;
      if (letter == '}' || letter == ']') --depth;
      if (letter != '"') continue;
      const std::string_view word = takeWord();
      if (depth != 1 || word != "type" || next() != ':') continue;
      skipTo(':');
      if (next() != '"') return std::nullopt;
      skipTo('"');
      const std::string_view type = takeWord();
      return at_ < text_.size() ? std::optional(type) : std::nullopt;
    }
    return std::nullopt;
  }

 private:
  // From a quote to the one that closes it, where `at_` stays.
  std::string_view takeWord() {
    const std::size_t first = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    return text_.substr(first, at_ - first);
  }
  char next() const {
    const std::size_t found = text_.find_first_not_of(kBlank, at_ + 1);
    return found == text_.npos ? '\0' : text_[found];
  }
  void skipTo(char letter) { at_ = text_.find(letter, at_ + 1); }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool isGeoJson(const Probe& probe) {
  const std::string_view text = withoutMark(probe.text());
  if (!text.starts_with('{')) return false;
  const auto type = Members(text).type();
  if (!type) return probe.hasExtension(".geojson");
  return std::ranges::find(kGeoJsonTypes, *type) != kGeoJsonTypes.end();
}

bool isKml(const Probe& probe) {
  const std::string_view text = withoutMark(probe.text());
  return text.starts_with('<') && text.find("<kml") != text.npos;
}

}  // namespace

VectorFormat vectorFormatOf(const Probe& probe) {
  if (isGeoPackage(probe)) return VectorFormat::geopackage;
  if (isShapefile(probe)) return VectorFormat::shapefile;
  if (isGeoJson(probe)) return VectorFormat::geojson;
  if (isKml(probe)) return VectorFormat::kml;
  return VectorFormat::none;
}

const char* gdalDriverOf(VectorFormat format) {
  switch (format) {
    case VectorFormat::geopackage:
      return "GPKG";
    case VectorFormat::geojson:
      return "GeoJSON";
    case VectorFormat::shapefile:
      return "ESRI Shapefile";
    case VectorFormat::kml:
      return "KML";
    case VectorFormat::none:
      break;
  }
  return "";
}

}  // namespace lineament::io
