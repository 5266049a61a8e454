// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ogr_geometry.h>

#include <cstddef>
#include <memory>
#include <string>

#include "core/base/context.h"
#include "core/data/features.h"

namespace lineament::io {

// Geometries between GDAL and a layer.

// Turns GDAL's geometries into a layer's, which are of one type each, straight and flat, and counts
// what does not come along.
class GeometryImport {
 public:
  // Null or empty: a feature without a geometry. Of a collection its areas, or its lines where it
  // has no area, or else its points.
  void add(const OGRGeometry* geometry);
  std::size_t vertices() const { return builder_.vertices(); }

  // Warns of what was left out of `layer`.
  Geometries finish(const std::string& layer, const Context& context);

 private:
  void addStraight(const OGRGeometry& geometry);
  void addParts(const OGRGeometry& geometry, GeometryType wanted);
  void addPart(const OGRGeometry& geometry, GeometryType wanted);
  void addRing(const OGRSimpleCurve& line, bool closed);

  GeometryBuilder builder_;
  std::size_t heights_ = 0, curves_ = 0, mixtures_ = 0, missing_ = 0, unusable_ = 0;
};

// A feature's geometry, of a multi type where `multi`; null for none.
std::unique_ptr<OGRGeometry> ogrGeometryOf(const Geometries& geometries, std::size_t feature,
                                           bool multi);

}  // namespace lineament::io
