// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/ogr_geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lineament::io {

namespace {

GeometryType typeOf(const OGRGeometry& geometry) {
  if (geometry.IsEmpty()) return GeometryType::none;
  switch (wkbFlatten(geometry.getGeometryType())) {
    case wkbPoint:
    case wkbMultiPoint:
      return GeometryType::point;
    case wkbLineString:
    case wkbLinearRing:
    case wkbMultiLineString:
      return GeometryType::line;
    case wkbPolygon:
    case wkbMultiPolygon:
      return GeometryType::polygon;
    case wkbGeometryCollection: {
      GeometryType highest = GeometryType::none;
      for (const OGRGeometry* member : *geometry.toGeometryCollection()) {
        highest = std::max(highest, typeOf(*member));
      }
      return highest;
    }
    default:
      return GeometryType::none;
  }
}

// Whether all members of a collection are of the type.
bool consistsOf(const OGRGeometry& geometry, GeometryType type) {
  if (wkbFlatten(geometry.getGeometryType()) != wkbGeometryCollection) {
    return geometry.IsEmpty() || typeOf(geometry) == type;
  }
  const OGRGeometryCollection& members = *geometry.toGeometryCollection();
  return std::all_of(members.begin(), members.end(),
                     [type](const OGRGeometry* member) { return consistsOf(*member, type); });
}

bool isSurface(const OGRGeometry& geometry) {
  const OGRwkbGeometryType type = wkbFlatten(geometry.getGeometryType());
  return type == wkbPolyhedralSurface || type == wkbTIN || type == wkbTriangle;
}

class FiniteVertices : public OGRDefaultConstGeometryVisitor {
 public:
  using OGRDefaultConstGeometryVisitor::visit;
  void visit(const OGRPoint* point) override {
    all = all && std::isfinite(point->getX()) && std::isfinite(point->getY());
  }
  bool all = true;
};

// An envelope would not tell: comparisons with what is no number leave it as it is.
bool finite(const OGRGeometry& geometry) {
  FiniteVertices vertices;
  geometry.accept(&vertices);
  return vertices.all;
}

using Owned = std::unique_ptr<OGRGeometry>;

void tell(const Context& context, std::size_t count, const std::string& layer, const char* what) {
  if (count != 0) context.warn(fmt::format("{}: of {} features {}", layer, count, what));
}

}  // namespace

void GeometryImport::add(const OGRGeometry* geometry) {
  if (geometry == nullptr || geometry->IsEmpty()) {
    ++missing_;
    return builder_.feature(GeometryType::none);
  }
  if (geometry->Is3D()) ++heights_;
  if (geometry->hasCurveGeometry()) {
    ++curves_;
    const Owned straight(geometry->getLinearGeometry());
    return straight ? addStraight(*straight) : add(nullptr);
  }
  if (isSurface(*geometry)) {
    const Owned faces(OGRGeometryFactory::forceToMultiPolygon(geometry->clone()));
    return addStraight(*faces);
  }
  addStraight(*geometry);
}

void GeometryImport::addStraight(const OGRGeometry& geometry) {
  const GeometryType type = finite(geometry) ? typeOf(geometry) : GeometryType::none;
  if (type == GeometryType::none && !geometry.IsEmpty()) ++unusable_;
  if (type != GeometryType::none && !consistsOf(geometry, type)) ++mixtures_;
  builder_.feature(type);
  if (type != GeometryType::none) addParts(geometry, type);
}

void GeometryImport::addParts(const OGRGeometry& geometry, GeometryType wanted) {
  if (geometry.IsEmpty()) return;
  if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection)) {
    for (const OGRGeometry* member : *geometry.toGeometryCollection()) addParts(*member, wanted);
  } else if (typeOf(geometry) == wanted) {
    addPart(geometry, wanted);
  }
}

void GeometryImport::addPart(const OGRGeometry& geometry, GeometryType wanted) {
  switch (wanted) {
    case GeometryType::point:
      return builder_.point(geometry.toPoint()->getX(), geometry.toPoint()->getY());
    case GeometryType::line:
      builder_.part();
      return addRing(*geometry.toSimpleCurve(), false);
    case GeometryType::polygon:
      builder_.part();
      for (const OGRLinearRing* ring : *geometry.toPolygon()) {
        if (!ring->IsEmpty()) addRing(*ring, true);
      }
      return;
    case GeometryType::none:
      return;
  }
}

void GeometryImport::addRing(const OGRSimpleCurve& line, bool closed) {
  builder_.ring();
  const int count = line.getNumPoints();
  for (int i = 0; i < count; ++i) builder_.vertex(line.getX(i), line.getY(i));
  if (closed && !line.get_IsClosed()) builder_.vertex(line.getX(0), line.getY(0));
}

Geometries GeometryImport::finish(const std::string& layer, const Context& context) {
  tell(context, heights_, layer, "the heights are left out");
  tell(context, curves_, layer, "curves became short straight lines");
  tell(context, mixtures_, layer, "that mix points, lines and areas, only one of these was read");
  tell(context, missing_, layer, "there is no geometry, or none that can be read");
  tell(context, unusable_, layer, "the geometry cannot be used; they have none");
  return builder_.finish();
}

namespace {

void fill(OGRSimpleCurve& to, std::span<const double> ring) {
  to.setNumPoints(static_cast<int>(ring.size() / 2), FALSE);
  for (std::size_t i = 0; i + 1 < ring.size(); i += 2) {
    to.setPoint(static_cast<int>(i / 2), ring[i], ring[i + 1]);
  }
}

Owned partOf(const Geometries& geometries, GeometryType type, std::size_t part) {
  const IndexRange rings = geometries.ringsOf(part);
  if (type == GeometryType::point) {
    const std::span<const double> place = geometries.ring(rings.first);
    return std::make_unique<OGRPoint>(place[0], place[1]);
  }
  if (type == GeometryType::line) {
    auto line = std::make_unique<OGRLineString>();
    fill(*line, geometries.ring(rings.first));
    return line;
  }
  auto polygon = std::make_unique<OGRPolygon>();
  for (std::size_t i = rings.first; i < rings.end; ++i) {
    auto ring = std::make_unique<OGRLinearRing>();
    fill(*ring, geometries.ring(i));
    polygon->addRingDirectly(ring.release());
  }
  return polygon;
}

std::unique_ptr<OGRGeometryCollection> collectionOf(GeometryType type) {
  if (type == GeometryType::point) return std::make_unique<OGRMultiPoint>();
  if (type == GeometryType::line) return std::make_unique<OGRMultiLineString>();
  return std::make_unique<OGRMultiPolygon>();
}

}  // namespace

Owned ogrGeometryOf(const Geometries& geometries, std::size_t feature, bool multi) {
  const GeometryType type = geometries.type(feature);
  const IndexRange parts = geometries.partsOf(feature);
  if (type == GeometryType::none || parts.size() == 0) return nullptr;
  if (!multi && parts.size() == 1) return partOf(geometries, type, parts.first);
  std::unique_ptr<OGRGeometryCollection> all = collectionOf(type);
  for (std::size_t part = parts.first; part < parts.end; ++part) {
    all->addGeometryDirectly(partOf(geometries, type, part).release());
  }
  return all;
}

}  // namespace lineament::io
