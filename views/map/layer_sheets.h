// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QObject>
#include <functional>
#include <optional>
#include <vector>

#include "views/common/background.h"
#include "views/map/vector_layer.h"

namespace lineament::views {

// Vector layers as they have been painted for a screen.
struct LayerSheet {
  QImage image;
  QRectF part;       // of the map's plane
  double scale = 0;  // units of the figure per unit of the plane
};

// Paints the layers of a map in the background, some way around what is seen, so that a hand that
// pans sees them follow at once. What was painted before stands in for what is still to come.
class LayerSheets : public QObject {
  Q_OBJECT

 public:
  // The background may be another one later.
  explicit LayerSheets(std::function<Background&()> background, QObject* parent = nullptr);
  ~LayerSheets() override;

  void setLayers(const std::vector<VectorLayer>& layers, const LayerLook& look);
  // What the screen shows now, of a plane, `ratio` pixels to a unit.
  void want(const MapPlane& plane, const MapCamera& camera, double ratio);

  const LayerSheet& sheet() const { return sheet_; }
  bool complete() const { return !painting_ && !lacking(); }

 Q_SIGNALS:
  void changed();

 private:
  struct Wanted {
    MapPlane plane;
    MapCamera camera;
    double ratio;
  };
  bool lacking() const;  // what is seen is not on the sheet
  void paintNext();
  void stop();

  std::function<Background&()> background_;
  std::vector<VectorLayer> layers_;
  LayerLook look_;
  std::optional<Wanted> wanted_;
  LayerSheet sheet_;
  double sheet_ratio_ = 0;
  bool current_ = true;          // the sheet shows these layers in this look
  Background::Cancel painting_;  // empty: nothing is being painted
  int paintings_ = 0;            // counts them, so that an overtaken one is known
};

}  // namespace lineament::views
