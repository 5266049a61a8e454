// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "views/map/layer_picture.h"
#include "views/map/map_camera.h"

namespace lineament::views {

// Where a layer lies by the map it is to be laid over.
enum class LayerPlace { here, elsewhere, otherSystem };

// One vector layer of a map.
struct VectorLayer {
  std::int64_t id = 0;  // in the project; 0: the map's own
  QString name;
  LayerPicture picture;
  QTransform to_plane;  // from the layer's coordinates to the map's plane
  LayerPlace place = LayerPlace::here;
  std::string origin{};  // of its data: what selections of its features count in
  std::shared_ptr<const std::vector<std::size_t>> chosen{};  // of its features; null: none

  QTransform fromMap(const MapCamera& map) const { return to_plane * map.fromPlane(); }
};

// A layer over a map of that grid and plane. Coordinates of the same system are the map's, and so
// are those without one over a grid without one.
VectorLayer placedLayer(std::int64_t id, const QString& name, const Features& features,
                        const RasterGrid& grid, const MapPlane& plane);

QString placeText(LayerPlace place);  // "in another coordinate system"; empty for here

// A plane for a layer that lies over no raster: around its features, with cells that are far
// smaller than they are.
RasterGrid gridAround(const Features& features);

// Of the feature at a place of the figure: what tells it apart, "Units: Basalt", or below the
// layer's name all of its attributes, as far as they are not too many. Empty where none is.
QStringList featureTextAt(const VectorLayer& layer, const QPointF& at, const MapCamera& map,
                          bool all);

// A feature of a layer, and what tells it apart: "Basalt".
struct FeatureHit {
  VectorLayer layer;
  std::size_t feature = 0;

  QString name() const;
};
// The uppermost layer's at a place of the figure; nothing where none is.
std::optional<FeatureHit> featureAt(const std::vector<VectorLayer>& layers, const QPointF& at,
                                    const MapCamera& map);

// Lays all that have a place here over each other in the camera's plot. Throws Cancelled.
void paintLayers(QPainter& painter, const std::vector<VectorLayer>& layers, const MapCamera& map,
                 const LayerLook& look, const Context& context = {});

}  // namespace lineament::views
