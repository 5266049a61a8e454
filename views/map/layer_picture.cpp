// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/layer_picture.h"

#include <QLineF>
#include <QPainterPath>
#include <QPolygonF>
#include <algorithm>
#include <cmath>
#include <utility>

#include "views/common/theme.h"
#include "views/map/clipping.h"

namespace lineament::views {

namespace {

constexpr double kLeastStep = 0.4;  // units between vertices that are drawn
constexpr std::size_t kFeaturesOfAGo = 64;

// Brings the painter's state back, also where the painting is cancelled.
class SavedState {
 public:
  explicit SavedState(QPainter& painter) : painter_(painter) { painter.save(); }
  ~SavedState() { painter_.restore(); }
  SavedState(const SavedState&) = delete;
  SavedState& operator=(const SavedState&) = delete;

 private:
  QPainter& painter_;
};

bool meets(const Extent& extent, const QRectF& box) {
  return extent.low_x <= box.right() && box.left() <= extent.high_x &&
         extent.low_y <= box.bottom() && box.top() <= extent.high_y;
}

// The vertices as they are drawn.
QPolygonF lineOf(std::span<const double> ring, const QTransform& from_map) {
  QPolygonF line;
  for (std::size_t i = 0; i + 1 < ring.size(); i += 2) {
    const QPointF at = from_map.map(QPointF(ring[i], ring[i + 1]));
    const bool inner = i > 0 && i + 2 < ring.size();
    if (inner && (at - line.last()).manhattanLength() < kLeastStep) continue;
    line << at;
  }
  return line;
}

template <class Visit>
void forRings(const Geometries& geometries, std::size_t feature, const Visit& visit) {
  const IndexRange parts = geometries.partsOf(feature);
  for (std::size_t part = parts.first; part < parts.end; ++part) {
    const IndexRange rings = geometries.ringsOf(part);
    for (std::size_t ring = rings.first; ring < rings.end; ++ring) visit(geometries.ring(ring));
  }
}

template <class Visit>
void forPoints(const Geometries& geometries, std::size_t feature, const QTransform& from_map,
               const Visit& visit) {
  const std::span<const double> all = geometries.coordinatesOf(feature);
  for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
    visit(from_map.map(QPointF(all[i], all[i + 1])));
  }
}

// Where it was cut an area has no outline. Holes are inside twice, and so outside.
void paintArea(QPainter& painter, const std::vector<QPolygonF>& rings, const QRectF& plot,
               QColor colour, const LayerLook& look) {
  QPainterPath area, outline;
  area.setFillRule(Qt::OddEvenFill);
  for (const QPolygonF& ring : rings) {
    area.addPolygon(clippedArea(ring, plot));
    addClippedLine(outline, ring, plot);
  }
  if (look.fill > 0) {
    QColor inside = colour;
    inside.setAlphaF(static_cast<float>(look.fill));
    painter.fillPath(area, inside);
  }
  painter.strokePath(outline, QPen(colour.darker(150), look.outline_width));
}

void paintLines(QPainter& painter, const std::vector<QPolygonF>& lines, const QRectF& plot,
                const QColor& colour, const LayerLook& look) {
  QPainterPath path;
  for (const QPolygonF& line : lines) addClippedLine(path, line, plot);
  painter.strokePath(path,
                     QPen(colour, look.line_width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
}

// By the number of edges to the right of the place.
bool inside(const Geometries& geometries, std::size_t feature, const QPointF& at) {
  bool odd = false;
  forRings(geometries, feature, [&](std::span<const double> ring) {
    for (std::size_t i = 2; i + 1 < ring.size(); i += 2) {
      const double x0 = ring[i - 2], y0 = ring[i - 1], x1 = ring[i], y1 = ring[i + 1];
      if ((y0 > at.y()) == (y1 > at.y())) continue;
      odd ^= at.x() < x0 + (at.y() - y0) / (y1 - y0) * (x1 - x0);
    }
  });
  return odd;
}

double distance(const QLineF& line, const QPointF& at) {
  const QPointF along = line.p2() - line.p1(), off = at - line.p1();
  const double length2 = QPointF::dotProduct(along, along);
  const double share =
      length2 > 0 ? std::clamp(QPointF::dotProduct(off, along) / length2, 0.0, 1.0) : 0;
  return QLineF(at, line.pointAt(share)).length();
}

bool near(const Geometries& geometries, std::size_t feature, const QPointF& at,
          const QTransform& from_map, double reach) {
  bool found = false;
  forRings(geometries, feature, [&](std::span<const double> ring) {
    QPointF last;
    for (std::size_t i = 0; i + 1 < ring.size() && !found; i += 2) {
      const QPointF next = from_map.map(QPointF(ring[i], ring[i + 1]));
      found = i > 0 && distance({last, next}, at) <= reach;
      last = next;
    }
  });
  return found;
}

bool isAt(const Geometries& geometries, std::size_t feature, const QPointF& at,
          const QTransform& from_map, double reach) {
  switch (geometries.type(feature)) {
    case GeometryType::polygon:
      return inside(geometries, feature, from_map.inverted().map(at));
    case GeometryType::line:
      return near(geometries, feature, at, from_map, reach);
    case GeometryType::point: {
      bool hit = false;
      forPoints(geometries, feature, from_map,
                [&](const QPointF& point) { hit |= QLineF(point, at).length() <= reach; });
      return hit;
    }
    case GeometryType::none:
      break;
  }
  return false;
}

}  // namespace

LayerPicture::LayerPicture(Features features) : features_(std::move(features)) {
  legend_ = legendOf(features_);
  auto extents = std::make_shared<std::vector<Extent>>();
  extents->reserve(features_.size());
  for (std::size_t i = 0; i < features_.size(); ++i) {
    extents->push_back(features_.geometries().extentOf(i));
  }
  extents_ = std::move(extents);
  auto types = std::make_shared<std::vector<GeometryType>>(legend_.classes.size());
  for (std::size_t i = features_.size(); i-- > 0;) {
    const std::uint32_t one = legend_.class_of[i];
    if (one != FeatureLegend::kNoClass) (*types)[one] = features_.geometries().type(i);
  }
  class_types_ = std::move(types);
  extent_ = features_.geometries().extent();
}

QColor LayerPicture::colourOf(std::size_t feature) const {
  const std::uint32_t one = legend_.class_of[feature];
  if (one == FeatureLegend::kNoClass) return kNoClassColour;
  const auto& [red, green, blue] = legend_.classes[one].colour;
  return {red, green, blue};
}

void LayerPicture::paint(QPainter& painter, const QTransform& from_map, const QRectF& plot,
                         const LayerLook& look, const Context& context) const {
  if (!extents_ || !from_map.isInvertible()) return;
  const double margin = std::max({look.marker, look.line_width, look.outline_width});
  const QRectF seen = from_map.inverted().mapRect(plot.adjusted(-margin, -margin, margin, margin));
  const SavedState saved(painter);
  painter.setClipRect(plot, Qt::IntersectClip);
  for (std::size_t i = 0; i < features_.size(); ++i) {
    if (i % kFeaturesOfAGo == 0) context.checkpoint(double(i) / double(features_.size()));
    const Extent& extent = (*extents_)[i];
    if (!extent.empty() && meets(extent, seen)) paintFeature(painter, i, from_map, plot, look);
  }
}

void LayerPicture::paintChosen(QPainter& painter, const QTransform& from_map, const QRectF& plot,
                               std::span<const std::size_t> chosen, const LayerLook& look,
                               const Context& context) const {
  if (!extents_ || !from_map.isInvertible()) return;
  const QRectF seen = from_map.inverted().mapRect(plot);
  const Geometries& geometries = features_.geometries();
  QPainterPath around;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (i % kFeaturesOfAGo == 0) context.checkpoint(double(i) / double(chosen.size()));
    const std::size_t feature = chosen[i];
    if (feature >= features_.size() || !meets((*extents_)[feature], seen)) continue;
    if (geometries.type(feature) != GeometryType::point) {
      forRings(geometries, feature, [&](std::span<const double> ring) {
        addClippedLine(around, lineOf(ring, from_map), plot);
      });
      continue;
    }
    forPoints(geometries, feature, from_map, [&](const QPointF& at) {
      if (plot.contains(at)) around.addEllipse(at, look.marker, look.marker);
    });
  }
  const SavedState saved(painter);
  painter.setClipRect(plot, Qt::IntersectClip);
  for (const auto& [colour, width] :
       {std::pair(QColor(Qt::white), 5.0), std::pair(lightTheme().selection, 2.5)}) {
    painter.strokePath(around, QPen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  }
}

void LayerPicture::paintFeature(QPainter& painter, std::size_t feature, const QTransform& from_map,
                                const QRectF& plot, const LayerLook& look) const {
  const Geometries& geometries = features_.geometries();
  const QColor colour = colourOf(feature);
  if (geometries.type(feature) == GeometryType::point) {
    painter.setPen(QPen(colour.darker(150), look.outline_width));
    painter.setBrush(colour);
    forPoints(geometries, feature, from_map, [&](const QPointF& at) {
      if (plot.contains(at)) painter.drawEllipse(at, look.marker / 2, look.marker / 2);
    });
    return;
  }
  std::vector<QPolygonF> lines;
  forRings(geometries, feature,
           [&](std::span<const double> ring) { lines.push_back(lineOf(ring, from_map)); });
  geometries.type(feature) == GeometryType::polygon
      ? paintArea(painter, lines, plot, colour, look)
      : paintLines(painter, lines, plot, colour, look);
}

std::optional<std::size_t> LayerPicture::featureAt(const QPointF& at, const QTransform& from_map,
                                                   double reach) const {
  if (!extents_ || !from_map.isInvertible()) return std::nullopt;
  const QPointF corner(reach, reach);
  const QRectF around = from_map.inverted().mapRect(QRectF(at - corner, at + corner));
  for (std::size_t i = features_.size(); i-- > 0;) {
    const Extent& extent = (*extents_)[i];
    const bool close = !extent.empty() && meets(extent, around);
    if (close && isAt(features_.geometries(), i, at, from_map, reach)) return i;
  }
  return std::nullopt;
}

}  // namespace lineament::views
