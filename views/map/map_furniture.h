// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QRectF>
#include <QString>

#include "core/data/raster.h"
#include "views/common/theme.h"
#include "views/map/map_camera.h"
#include "views/map/map_legend.h"
#include "views/map/map_picture.h"

namespace lineament::views {

// What stands around a map, besides scale bar, graticule and legend.

// An arrow with its letter, in a box of this size.
constexpr double kNorthArrowWidth = 12, kNorthArrowHeight = 18;
void drawNorthArrow(QPainter& painter, const QPointF& top_left, const Theme& theme);

// "WGS 84 / UTM zone 39N", or what coordinates are where there is no system.
QString coordinatesText(const Crs& crs, bool mapped);

// Below the plots: scale bar at the left, the north arrow at the right, the system's name between
// them, or under them in a figure that is narrow. `line` has the place and the width of the plots.
double mapFooterHeight(double figure_width);
void drawMapFooter(QPainter& painter, const QRectF& line, double figure_width,
                   const MapCamera& camera, const MapPlane& plane, const Crs& crs,
                   const Theme& theme);

// Which band is red, which green, which blue, on one line.
constexpr double kBandKeyHeight = 18;
void drawBandKey(QPainter& painter, const QRectF& line, const Raster& raster,
                 const BandChoice& bands, const Theme& theme);

// The same as entries of a legend.
std::vector<LegendEntry> bandEntries(const Raster& raster, const BandChoice& bands);

// The colours of a band shown alone, with the values they stand for and the band's name above.
constexpr double kBandBarWidth = 78;
void drawBandBar(QPainter& painter, const QRectF& column, const Raster& raster, const MapLook& look,
                 const Theme& theme);

}  // namespace lineament::views
