// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/features.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kGeometry{"features.geometry", "Make geometries of their coordinates",
                              "{problem}", "", "Get the data again"};
constexpr ErrorText kSize{"features.size", "Make geometries of {count} vertices",
                          "{most} are the most", "", "Cut the layer into parts"};
constexpr ErrorText kRows{"features.rows", "Make a layer of {features} features",
                          "there are {rows} rows of attributes", "", "Give each feature one row"};

[[noreturn]] void failGeometry(const char* problem) {
  throw Error(kGeometry, {{"problem", problem}});
}

// `begins` counts up from 0 to `last`, one entry more than there are things.
void requireRuns(const SharedArray<std::uint32_t>& begins, std::size_t last) {
  if (begins.empty() || begins[0] != 0 || begins[begins.size() - 1] != last ||
      !std::is_sorted(begins.begin(), begins.end())) {
    failGeometry("the parts do not fit the coordinates");
  }
}

void requireShape(const Geometries& geometries, std::size_t feature) {
  const IndexRange parts = geometries.partsOf(feature);
  const GeometryType type = geometries.type(feature);
  if (type > GeometryType::polygon) failGeometry("a feature is of no known type");
  if (type == GeometryType::none && parts.size() != 0) {
    failGeometry("a feature without a geometry has parts");
  }
  for (std::size_t part = parts.first; part < parts.end; ++part) {
    const IndexRange rings = geometries.ringsOf(part);
    if (type != GeometryType::polygon && rings.size() != 1) {
      failGeometry("a point or a line has rings");
    }
    if (type == GeometryType::point && geometries.ring(rings.first).size() != 2) {
      failGeometry("a point is not one pair of coordinates");
    }
  }
}

}  // namespace

std::string_view name(GeometryType type) {
  constexpr std::array<std::string_view, 4> kNames{"none", "point", "line", "polygon"};
  return kNames[static_cast<std::size_t>(type)];
}

void Extent::include(double x, double y) {
  if (empty()) {
    *this = {x, y, x, y};
    return;
  }
  low_x = std::min(low_x, x);
  low_y = std::min(low_y, y);
  high_x = std::max(high_x, x);
  high_y = std::max(high_y, y);
}

Geometries::Geometries(Arrays arrays) : arrays_(std::move(arrays)) {
  const std::size_t parts = arrays_.parts.size(), rings = arrays_.rings.size();
  if (arrays_.features.size() != size() + 1 || parts == 0 || rings == 0 ||
      arrays_.coordinates.size() % 2 != 0) {
    failGeometry("the parts do not fit the coordinates");
  }
  requireRuns(arrays_.features, parts - 1);
  requireRuns(arrays_.parts, rings - 1);
  requireRuns(arrays_.rings, vertices());
  if (!std::all_of(arrays_.coordinates.begin(), arrays_.coordinates.end(),
                   [](double value) { return std::isfinite(value); })) {
    failGeometry("a coordinate is no finite number");
  }
  for (std::size_t i = 0; i < size(); ++i) requireShape(*this, i);
}

std::span<const double> Geometries::ring(std::size_t ring) const {
  const IndexRange vertices = range(arrays_.rings, ring);
  return arrays_.coordinates.span().subspan(2 * vertices.first, 2 * vertices.size());
}

std::span<const double> Geometries::coordinatesOf(std::size_t feature) const {
  const IndexRange parts = partsOf(feature);
  const std::size_t first = arrays_.rings[arrays_.parts[parts.first]];
  const std::size_t end = arrays_.rings[arrays_.parts[parts.end]];
  return arrays_.coordinates.span().subspan(2 * first, 2 * (end - first));
}

namespace {

Extent extentAround(std::span<const double> coordinates) {
  Extent extent;
  for (std::size_t i = 0; i + 1 < coordinates.size(); i += 2) {
    extent.include(coordinates[i], coordinates[i + 1]);
  }
  return extent;
}

}  // namespace

Extent Geometries::extentOf(std::size_t feature) const {
  return extentAround(coordinatesOf(feature));
}

Extent Geometries::extent() const {
  return extentAround(arrays_.coordinates.span());
}

std::size_t Geometries::bytes() const {
  return arrays_.types.size() + arrays_.coordinates.size() * sizeof(double) +
         (arrays_.features.size() + arrays_.parts.size() + arrays_.rings.size()) *
             sizeof(std::uint32_t);
}

void GeometryBuilder::feature(GeometryType type) {
  types_.push_back(static_cast<std::uint8_t>(type));
  features_.push_back(static_cast<std::uint32_t>(parts_.size()));
}

void GeometryBuilder::part() {
  parts_.push_back(static_cast<std::uint32_t>(rings_.size()));
}

void GeometryBuilder::ring() {
  rings_.push_back(static_cast<std::uint32_t>(vertices()));
}

void GeometryBuilder::vertex(double x, double y) {
  coordinates_.push_back(x);
  coordinates_.push_back(y);
}

void GeometryBuilder::point(double x, double y) {
  part();
  ring();
  vertex(x, y);
}

Geometries GeometryBuilder::finish() {
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  const std::size_t most = std::max({vertices(), parts_.size(), rings_.size()});
  if (most > kMost) throw Error(kSize, {{"count", most}, {"most", kMost}});
  features_.push_back(static_cast<std::uint32_t>(parts_.size()));
  parts_.push_back(static_cast<std::uint32_t>(rings_.size()));
  rings_.push_back(static_cast<std::uint32_t>(vertices()));
  return Geometries({std::move(types_), std::move(features_), std::move(parts_), std::move(rings_),
                     std::move(coordinates_)});
}

Features::Features(std::string name, Crs crs, Geometries geometries, Table attributes)
    : name_(std::move(name)),
      crs_(std::move(crs)),
      geometries_(std::move(geometries)),
      attributes_(std::move(attributes)) {
  if (attributes_.columnCount() != 0 && attributes_.rows() != size()) {
    throw Error(kRows, {{"features", size()}, {"rows", attributes_.rows()}});
  }
}

std::optional<GeometryType> Features::commonType() const {
  std::optional<GeometryType> common;
  for (std::size_t i = 0; i < size(); ++i) {
    const GeometryType type = geometries_.type(i);
    if (type == GeometryType::none) continue;
    if (common && *common != type) return std::nullopt;
    common = type;
  }
  return common;
}

bool Features::multipart() const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (geometries_.partsOf(i).size() > 1) return true;
  }
  return false;
}

std::string Features::typeText() const {
  if (const auto common = commonType()) {
    return (multipart() ? "multi" : "") + std::string(lineament::name(*common));
  }
  return geometries_.vertices() == 0 ? "none" : "mixed";
}

Features Features::withAttributes(Table attributes) const {
  return Features(name_, crs_, geometries_, std::move(attributes));
}

// About the first vertex, so that large coordinates cost no digits.
double signedDoubleArea(std::span<const double> ring) {
  double sum = 0;
  for (std::size_t i = 2; i + 3 < ring.size(); i += 2) {
    sum += (ring[i] - ring[0]) * (ring[i + 3] - ring[1]) -
           (ring[i + 2] - ring[0]) * (ring[i + 1] - ring[1]);
  }
  return sum;
}

double planarArea(const Geometries& geometries, std::size_t feature) {
  if (geometries.type(feature) != GeometryType::polygon) return 0;
  double area = 0;
  const IndexRange parts = geometries.partsOf(feature);
  for (std::size_t part = parts.first; part < parts.end; ++part) {
    const IndexRange rings = geometries.ringsOf(part);
    for (std::size_t ring = rings.first; ring < rings.end; ++ring) {
      const double own = std::abs(signedDoubleArea(geometries.ring(ring))) / 2;
      area += ring == rings.first ? own : -own;
    }
  }
  return area;
}

}  // namespace lineament
