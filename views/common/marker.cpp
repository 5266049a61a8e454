// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/marker.h"

#include <QPainter>
#include <QPolygonF>

namespace lineament::views {

Marker markerOf(std::size_t curve) {
  return static_cast<Marker>(curve % 5);
}

void drawMarker(QPainter& painter, Marker marker, const QPointF& at, double radius) {
  const auto polygon = [&](std::initializer_list<QPointF> corners) {
    QPolygonF shape(corners);
    for (QPointF& corner : shape) corner = at + corner * radius;
    painter.drawPolygon(shape);
  };
  switch (marker) {
    case Marker::disc:
      painter.drawEllipse(at, radius, radius);
      break;
    case Marker::triangle:
      polygon({{0, -1.45}, {1.3, 0.8}, {-1.3, 0.8}});
      break;
    case Marker::square:
      polygon({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
      break;
    case Marker::diamond:
      polygon({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
      break;
    case Marker::cross:
      polygon({{-0.4, -1.2},
               {0.4, -1.2},
               {0.4, -0.4},
               {1.2, -0.4},
               {1.2, 0.4},
               {0.4, 0.4},
               {0.4, 1.2},
               {-0.4, 1.2},
               {-0.4, 0.4},
               {-1.2, 0.4},
               {-1.2, -0.4},
               {-0.4, -0.4}});
      break;
  }
}

}  // namespace lineament::views
