// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/vector_layer.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapFigure)
};

constexpr double kReach = 4;             // units around lines and points
constexpr double kCells = 100'000;       // along the longer side of a layer alone
constexpr double kMargin = 0.03;         // of that side, around it
constexpr std::size_t kAttributes = 16;  // that are told of one feature

// The transform of a grid, or none where it cannot be turned around.
QTransform toPixels(const RasterGrid& grid) {
  const auto& t = grid.transform;
  const QTransform from_pixel(t[1], t[4], t[2], t[5], t[0], t[3]);
  return from_pixel.isInvertible() ? from_pixel.inverted() : QTransform();
}

QTransform toPlane(const RasterGrid& grid, const MapPlane& plane) {
  if (!plane.mapped()) return toPixels(grid) * plane.fromPixel();
  return {plane.narrowing(), 0, 0, -1, 0, 0};
}

bool sharesCoordinates(const Crs& layer, const RasterGrid& grid, const MapPlane& plane) {
  if (!layer.known()) return !grid.crs.known();
  return grid.crs.known() && plane.mapped() && sameSystem(layer, grid.crs);
}

LayerPlace placeOf(const VectorLayer& layer, const MapPlane& plane) {
  const Extent& extent = layer.picture.extent();
  if (extent.empty()) return LayerPlace::here;  // as nothing
  const QRectF box = layer.to_plane.mapRect(
      QRectF(QPointF(extent.low_x, extent.low_y), QPointF(extent.high_x, extent.high_y)));
  const QRectF& whole = plane.whole();
  const bool meets = box.left() <= whole.right() && whole.left() <= box.right() &&
                     box.top() <= whole.bottom() && whole.top() <= box.bottom();
  return meets ? LayerPlace::here : LayerPlace::elsewhere;
}

QString attributeText(const Column& column, std::size_t row) {
  const QString text = QString::fromStdString(column.text(row));
  if (text.isEmpty() || column.unit().empty()) return text;
  return text + u' ' + QString::fromStdString(column.unit());
}

// What tells a feature apart: its class, and its name where that is something else.
QString shortText(const LayerPicture& picture, std::size_t feature) {
  QStringList parts;
  const std::uint32_t one = picture.legend().class_of[feature];
  if (one != FeatureLegend::kNoClass) {
    parts << QString::fromStdString(picture.legend().classes[one].value);
  }
  const Table& attributes = picture.features().attributes();
  if (const auto named = attributes.find("name")) {
    const QString name = attributeText(attributes.column(*named), feature);
    if (!name.isEmpty() && !parts.contains(name)) parts << name;
  }
  return parts.isEmpty() ? Words::tr("feature %1").arg(feature + 1)
                         : parts.join(QStringLiteral(", "));
}

QStringList attributesOf(const Features& features, std::size_t feature) {
  QStringList lines;
  const Table& attributes = features.attributes();
  const std::size_t shown = std::min(attributes.columnCount(), kAttributes);
  for (std::size_t i = 0; i < shown; ++i) {
    const Column& column = attributes.column(i);
    lines << QStringLiteral("%1: %2").arg(QString::fromStdString(column.name()),
                                          attributeText(column, feature));
  }
  if (shown < attributes.columnCount()) {
    lines << Words::tr("and %1 other attributes").arg(attributes.columnCount() - shown);
  }
  return lines;
}

}  // namespace

VectorLayer placedLayer(std::int64_t id, const QString& name, const Features& features,
                        const RasterGrid& grid, const MapPlane& plane) {
  VectorLayer layer{id, name, LayerPicture(features), toPlane(grid, plane)};
  layer.place = sharesCoordinates(features.crs(), grid, plane) ? placeOf(layer, plane)
                                                               : LayerPlace::otherSystem;
  return layer;
}

QString placeText(LayerPlace place) {
  switch (place) {
    case LayerPlace::here:
      break;
    case LayerPlace::elsewhere:
      return Words::tr("lies elsewhere");
    case LayerPlace::otherSystem:
      return Words::tr("cannot be brought to the map's coordinates");
  }
  return {};
}

RasterGrid gridAround(const Features& features) {
  const Extent extent = features.geometries().extent();
  RasterGrid grid;
  grid.crs = features.crs();
  if (extent.empty()) return grid;
  const double wide = extent.high_x - extent.low_x, high = extent.high_y - extent.low_y;
  // A point alone has a surrounding of a thousandth of a degree, or of a hundred units.
  const double alone = features.crs().geographic ? 1e-3 : 100;
  const double longer = std::max(wide, high) > 0 ? std::max(wide, high) : alone;
  const double margin = kMargin * longer, cell = longer * (1 + 2 * kMargin) / kCells;
  grid.columns = std::llround(std::ceil((wide + 2 * margin) / cell));
  grid.rows = std::llround(std::ceil((high + 2 * margin) / cell));
  grid.transform = {extent.low_x - margin, cell, 0, extent.high_y + margin, 0, -cell};
  return grid;
}

QStringList featureTextAt(const VectorLayer& layer, const QPointF& at, const MapCamera& map,
                          bool all) {
  if (layer.place != LayerPlace::here) return {};
  const auto feature = layer.picture.featureAt(at, layer.fromMap(map), kReach);
  if (!feature) return {};
  const QString text = QStringLiteral("%1: %2").arg(layer.name, shortText(layer.picture, *feature));
  if (!all) return {text};
  QStringList lines = attributesOf(layer.picture.features(), *feature);
  if (lines.isEmpty()) return {text};
  lines.prepend(layer.name);
  return lines;
}

QString FeatureHit::name() const {
  return shortText(layer.picture, feature);
}

std::optional<FeatureHit> featureAt(const std::vector<VectorLayer>& layers, const QPointF& at,
                                    const MapCamera& map) {
  if (!map.plot().contains(at)) return std::nullopt;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    if (layer->place != LayerPlace::here) continue;
    const auto feature = layer->picture.featureAt(at, layer->fromMap(map), kReach);
    if (feature) return FeatureHit{*layer, *feature};
  }
  return std::nullopt;
}

void paintLayers(QPainter& painter, const std::vector<VectorLayer>& layers, const MapCamera& map,
                 const LayerLook& look, const Context& context) {
  for (const VectorLayer& layer : layers) {
    if (layer.place != LayerPlace::here) continue;
    layer.picture.paint(painter, layer.fromMap(map), map.plot(), look, context);
    if (!layer.chosen) continue;
    layer.picture.paintChosen(painter, layer.fromMap(map), map.plot(), *layer.chosen, look,
                              context);
  }
}

}  // namespace lineament::views
