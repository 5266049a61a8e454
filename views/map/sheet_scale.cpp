// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_scale.h"

#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

// The middle of what is seen, moved so that as much as possible of it is map.
double middleOf(double wanted, double seen, double low, double high) {
  if (seen >= high - low) return (low + high) / 2;
  return std::clamp(wanted, low + seen / 2, high - seen / 2);
}

}  // namespace

double roundScale(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5}) {
    if (digit * power >= least * (1 - 1e-9)) return digit * power;
  }
  return 10 * power;
}

std::optional<double> unitsAtFullSize(const Crs& crs, const MapPlane& plane) {
  if (!plane.mapped() || !crs.known() || crs.geographic || !(crs.metres > 0)) return std::nullopt;
  return crs.metres * 1000 * kUnitsPerMillimetre;
}

PlacedMap placeMap(const Crs& crs, const MapPlane& plane, const QRectF& part, const QRectF& panel,
                   double asked) {
  PlacedMap placed;
  placed.scale = std::min(panel.width() / part.width(), panel.height() / part.height());
  if (const auto full = unitsAtFullSize(crs, plane)) {
    placed.denominator = asked > 0 ? asked : roundScale(*full / placed.scale);
    placed.scale = *full / placed.denominator;
  }
  const QRectF whole = plane.whole().united(part);
  const QSizeF seen(std::min(panel.width() / placed.scale, whole.width()),
                    std::min(panel.height() / placed.scale, whole.height()));
  const QPointF middle(middleOf(part.center().x(), seen.width(), whole.left(), whole.right()),
                       middleOf(part.center().y(), seen.height(), whole.top(), whole.bottom()));
  placed.part = {middle - QPointF(seen.width(), seen.height()) / 2, seen};
  placed.plot = {QPointF(), seen * placed.scale};
  placed.plot.moveCenter(panel.center());
  return placed;
}

}  // namespace lineament::views
