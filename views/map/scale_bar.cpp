// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/scale_bar.h"

#include <QPolygonF>
#include <cmath>
#include <numbers>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kTick = 4;

// A length along the picture's middle, of one unit of the figure.
struct Measure {
  double length = 0;
  QString unit;
};

Measure measureOf(const Crs& crs, const MapPlane& plane, const MapCamera& camera) {
  if (!plane.mapped()) return {1 / camera.scale(), QStringLiteral("px")};
  if (crs.geographic) {
    const double latitude = plane.toMap(camera.visible().center()).y();
    return {metresOfLongitude(latitude) / plane.narrowing() / camera.scale(), QStringLiteral("m")};
  }
  const bool metric = crs.unit.empty() || crs.unit == "m";
  return {(metric ? crs.metres : 1) / camera.scale(),
          metric ? QStringLiteral("m") : QString::fromStdString(crs.unit)};
}

double roundLength(double length) {
  const double power = std::pow(10.0, std::floor(std::log10(length)));
  const double digit = length / power * (1 + 1e-9);
  return power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}

}  // namespace

double metresOfLongitude(double latitude) {
  constexpr double kRadius = 6378137, kEccentricity2 = 0.00669437999014;
  constexpr double kDegree = std::numbers::pi / 180;
  const double sine = std::sin(latitude * kDegree);
  return kDegree * kRadius * std::cos(latitude * kDegree) /
         std::sqrt(1 - kEccentricity2 * sine * sine);
}

ScaleBar scaleBarFor(const Crs& crs, const MapPlane& plane, const MapCamera& camera,
                     double longest) {
  const Measure one = measureOf(crs, plane, camera);
  const double fits = one.length * longest;
  if (!(fits > 0) || !std::isfinite(fits)) return {};
  const double length = roundLength(fits);
  const bool kilometres = one.unit == u"m" && length >= 1000;
  const double shown = kilometres ? length / 1000 : length;
  return {
      length / one.length,
      QStringLiteral("%1 %2").arg(numberText(shown), kilometres ? QStringLiteral("km") : one.unit),
      shown};
}

void drawScaleBar(QPainter& painter, const QPointF& at, const ScaleBar& bar, const Theme& theme) {
  if (!(bar.width > 0)) return;
  const QPointF end = at + QPointF(bar.width, 0), tick(0, kTick);
  painter.setPen(figurePen(theme.text, 1.2));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(QPolygonF{at - tick, at, end, end - tick});
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.text);
  drawLabel(painter, end + QPointF(6, -1.5), Qt::AlignLeft | Qt::AlignVCenter, bar.label);
}

}  // namespace lineament::views
