// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/layer_picture.h"

#include <QPainterPath>
#include <QPainterPathStroker>
#include <cmath>

namespace lineament::views {

namespace {

constexpr double kLeastStep = 0.4;  // units between vertices that are drawn
const QColor kNoClassColour(140, 140, 140);

QRectF rectOf(const Extent& extent) {
  return {QPointF(extent.low_x, extent.low_y), QPointF(extent.high_x, extent.high_y)};
}

// Lines and points have boxes without a width, which QRectF holds to meet nothing.
bool meets(const QRectF& a, const QRectF& b) {
  return a.left() <= b.right() && b.left() <= a.right() && a.top() <= b.bottom() &&
         b.top() <= a.bottom();
}

void addRing(QPainterPath& path, std::span<const double> ring, const QTransform& from_map) {
  QPointF last;
  for (std::size_t i = 0; i + 1 < ring.size(); i += 2) {
    const QPointF at = from_map.map(QPointF(ring[i], ring[i + 1]));
    if (i == 0) {
      path.moveTo(at);
    } else if (i + 2 < ring.size() && (at - last).manhattanLength() < kLeastStep) {
      continue;
    } else {
      path.lineTo(at);
    }
    last = at;
  }
}

// Areas and lines; holes are inside twice, and so outside.
QPainterPath pathOf(const Geometries& geometries, std::size_t feature, const QTransform& from_map) {
  QPainterPath path;
  path.setFillRule(Qt::OddEvenFill);
  const IndexRange parts = geometries.partsOf(feature);
  for (std::size_t part = parts.first; part < parts.end; ++part) {
    const IndexRange rings = geometries.ringsOf(part);
    for (std::size_t ring = rings.first; ring < rings.end; ++ring) {
      addRing(path, geometries.ring(ring), from_map);
    }
  }
  return path;
}

template <class Visit>
void forPoints(const Geometries& geometries, std::size_t feature, const QTransform& from_map,
               const Visit& visit) {
  const std::span<const double> all = geometries.coordinatesOf(feature);
  for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
    visit(from_map.map(QPointF(all[i], all[i + 1])));
  }
}

void paintArea(QPainter& painter, const QPainterPath& path, QColor colour, const LayerLook& look) {
  painter.setPen(QPen(colour.darker(150), look.outline_width));
  if (look.fill > 0) {
    colour.setAlphaF(static_cast<float>(look.fill));
    painter.setBrush(colour);
  } else {
    painter.setBrush(Qt::NoBrush);
  }
  painter.drawPath(path);
}

void paintLine(QPainter& painter, const QPainterPath& path, const QColor& colour,
               const LayerLook& look) {
  painter.setPen(QPen(colour, look.line_width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  painter.drawPath(path);
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
}

QColor LayerPicture::colourOf(std::size_t feature) const {
  const std::uint32_t one = legend_.class_of[feature];
  if (one == FeatureLegend::kNoClass) return kNoClassColour;
  const auto& [red, green, blue] = legend_.classes[one].colour;
  return {red, green, blue};
}

void LayerPicture::paint(QPainter& painter, const QTransform& from_map, const QRectF& plot,
                         const LayerLook& look) const {
  const Geometries& geometries = features_.geometries();
  const double margin = std::max({look.marker, look.line_width, look.outline_width});
  const QRectF reach = plot.adjusted(-margin, -margin, margin, margin);
  painter.save();
  painter.setClipRect(plot, Qt::IntersectClip);
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const Extent& extent = (*extents_)[i];
    if (extent.empty() || !meets(from_map.mapRect(rectOf(extent)), reach)) continue;
    const QColor colour = colourOf(i);
    switch (geometries.type(i)) {
      case GeometryType::polygon:
        paintArea(painter, pathOf(geometries, i, from_map), colour, look);
        break;
      case GeometryType::line:
        paintLine(painter, pathOf(geometries, i, from_map), colour, look);
        break;
      case GeometryType::point:
        painter.setPen(QPen(colour.darker(150), look.outline_width));
        painter.setBrush(colour);
        forPoints(geometries, i, from_map, [&](const QPointF& at) {
          if (reach.contains(at)) painter.drawEllipse(at, look.marker / 2, look.marker / 2);
        });
        break;
      case GeometryType::none:
        break;
    }
  }
  painter.restore();
}

std::optional<std::size_t> LayerPicture::featureAt(const QPointF& at, const QTransform& from_map,
                                                   double reach) const {
  const Geometries& geometries = features_.geometries();
  const QRectF around(at - QPointF(reach, reach), at + QPointF(reach, reach));
  for (std::size_t i = features_.size(); i-- > 0;) {
    const Extent& extent = (*extents_)[i];
    if (extent.empty() || !meets(from_map.mapRect(rectOf(extent)), around)) continue;
    bool hit = false;
    if (geometries.type(i) == GeometryType::polygon) {
      hit = pathOf(geometries, i, from_map).contains(at);
    } else if (geometries.type(i) == GeometryType::line) {
      QPainterPathStroker stroker;
      stroker.setWidth(2 * reach);
      hit = stroker.createStroke(pathOf(geometries, i, from_map)).contains(at);
    } else {
      forPoints(geometries, i, from_map, [&](const QPointF& point) {
        hit |= std::hypot(point.x() - at.x(), point.y() - at.y()) <= reach;
      });
    }
    if (hit) return i;
  }
  return std::nullopt;
}

}  // namespace lineament::views
