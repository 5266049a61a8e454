// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineF>
#include <QRectF>
#include <functional>
#include <vector>

namespace lineament::views {

// How high the cells of a sheet have to be, where they are that wide.
struct MapSheetNeeds {
  std::function<double(double width)> title, scale, block;
  std::function<double(double width)> legend;  // null: there is none
};

// Where everything lies on a sheet, in units. On an upright page the cells are below the map, on a
// broad one right of it.
struct MapSheetLayout {
  QRectF border;  // around everything
  QRectF map;     // with the map's frame
  QRectF title, legend, scale, block;
  std::vector<QLineF> lines;  // between them
};
MapSheetLayout layOut(const QSizeF& page, const MapSheetNeeds& needs);

}  // namespace lineament::views
