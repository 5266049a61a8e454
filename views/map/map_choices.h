// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "views/map/class_edits.h"
#include "views/map/map_arrangement.h"
#include "views/map/map_picture.h"

namespace lineament::views {

// What a person can change about a map, but for the part of it that is seen. As options have it:
// "bands" (of the image: three names for colour, or one), "stretch" ("percentile": the middle 96 %,
// "minmax", "deviation"), "ramp" (of one band: "grey", "colour"), "opacity" (0 to 1, of the upper
// raster, where it lies over the other or is alone), "legend" and "graticule" (shown or not),
// "title", "classes" (see ClassEdits), "background" (another raster, by its id in the project; 0:
// none) and "background_name", "arrangement" ("over", "swipe", "beside"), "swipe" (0 to 1: where
// its line is), "layers" (vector layers over the rasters, the uppermost last: "id" in the project
// and "name" of each), "layer_fill" (0 to 1: opacity of their areas; 0 leaves the outlines alone).
struct MapChoices {
  struct Layer {
    std::int64_t id = 0;
    QString name;
    bool operator==(const Layer&) const = default;
  };

  std::vector<std::string> bands;  // empty: the usual ones
  StretchKind stretch = StretchKind::percentile;
  Ramp ramp = Ramp::grey;
  double opacity = 1;
  bool legend = true;
  bool graticule = true;
  QString title;
  ClassEdits edits;
  std::int64_t background = 0;
  QString background_name;
  MapArrangement arrangement = MapArrangement::over;
  double swipe = 0.5;
  std::vector<Layer> layers;
  double layer_fill = 0.5;

  // Members that are absent or malformed change nothing.
  void take(const nlohmann::json& options);
  nlohmann::json toJson() const;
};

}  // namespace lineament::views
