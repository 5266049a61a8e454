// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/raster.h"
#include "core/data/shared_array.h"
#include "core/data/table.h"

namespace lineament {

// What a feature's geometry consists of; one part or several.
enum class GeometryType : std::uint8_t { none, point, line, polygon };
std::string_view name(GeometryType type);  // "point"

// A box along the axes; of nothing it is empty.
struct Extent {
  double low_x = 0, low_y = 0, high_x = -1, high_y = -1;

  bool empty() const { return !(low_x <= high_x && low_y <= high_y); }
  void include(double x, double y);
  bool operator==(const Extent&) const = default;
};

// A run of the indices of an array.
struct IndexRange {
  std::size_t first = 0, end = 0;
  std::size_t size() const { return end - first; }
};

// The geometries of a layer in flat arrays. A feature has parts, a part has rings, a ring has
// vertices:
//   point    each part is a point: one ring of one vertex
//   line     each part is a line: one ring of its vertices in order
//   polygon  each part is a polygon: its outer ring, then its holes; the last vertex of a ring is
//            the first again
// A feature of type none has no part. Feature f has the parts features[f] to features[f + 1], and
// so on down; coordinates are x0, y0, x1, y1, ...
class Geometries {
 public:
  struct Arrays {
    SharedArray<std::uint8_t> types;  // of each feature, GeometryType
    SharedArray<std::uint32_t> features, parts, rings;
    SharedArray<double> coordinates;
  };

  Geometries() = default;  // of no feature
  // Throws Error "features.geometry" where the arrays do not fit each other, a point is no single
  // vertex, or a number is not finite.
  explicit Geometries(Arrays arrays);

  std::size_t size() const { return arrays_.types.size(); }
  const Arrays& arrays() const { return arrays_; }
  GeometryType type(std::size_t feature) const {
    return static_cast<GeometryType>(arrays_.types[feature]);
  }
  IndexRange partsOf(std::size_t feature) const { return range(arrays_.features, feature); }
  IndexRange ringsOf(std::size_t part) const { return range(arrays_.parts, part); }
  // x0, y0, x1, y1, ...
  std::span<const double> ring(std::size_t ring) const;
  std::span<const double> coordinatesOf(std::size_t feature) const;  // of all its rings
  Extent extentOf(std::size_t feature) const;
  Extent extent() const;
  std::size_t vertices() const { return arrays_.coordinates.size() / 2; }
  std::size_t bytes() const;

 private:
  static IndexRange range(const SharedArray<std::uint32_t>& ends, std::size_t index) {
    return {ends[index], ends[index + 1]};
  }
  Arrays arrays_{{},
                 std::vector<std::uint32_t>{0},
                 std::vector<std::uint32_t>{0},
                 std::vector<std::uint32_t>{0},
                 {}};
};

// Collects geometries: a feature, its parts, their rings, their vertices, in this order.
class GeometryBuilder {
 public:
  void feature(GeometryType type);
  void part();
  void ring();
  void vertex(double x, double y);
  void point(double x, double y);  // a part of its own

  std::size_t vertices() const { return coordinates_.size() / 2; }
  // Throws what the constructor of Geometries does, and Error "features.size" beyond 2^32 - 1
  // vertices.
  Geometries finish();

 private:
  std::vector<std::uint8_t> types_;
  std::vector<std::uint32_t> features_, parts_, rings_;  // where each begins
  std::vector<double> coordinates_;
};

// A vector layer: geometries with a row of attributes each. Coordinates are in the CRS, x to the
// east where it is geographic; without one they are what the file or the raster had.
class Features {
 public:
  Features() = default;
  // Error "features.rows" when there is another number of rows than of geometries. A table without
  // columns stands for no attributes.
  Features(std::string name, Crs crs, Geometries geometries, Table attributes = {});

  const std::string& name() const { return name_; }
  const Crs& crs() const { return crs_; }
  const Geometries& geometries() const { return geometries_; }
  const Table& attributes() const { return attributes_; }
  std::size_t size() const { return geometries_.size(); }
  // That all features have, those without any set aside; nothing for a mixture or no geometry.
  std::optional<GeometryType> commonType() const;
  bool multipart() const;        // some feature has several parts
  std::string typeText() const;  // "polygon", "multipolygon", "mixed", "none"
  std::size_t bytes() const { return geometries_.bytes() + attributes_.bytes(); }

  Features withAttributes(Table attributes) const;

 private:
  std::string name_;
  Crs crs_;
  Geometries geometries_;
  Table attributes_;
};

// Twice the area that a ring goes around, in square units of its coordinates: positive where it
// runs anticlockwise with x to the right and y up.
double signedDoubleArea(std::span<const double> ring);
// Of a feature's polygons in the plane, holes taken off; 0 for other types.
double planarArea(const Geometries& geometries, std::size_t feature);

}  // namespace lineament
