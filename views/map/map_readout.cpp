// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_readout.h"

#include <QCoreApplication>
#include <cmath>

#include "views/common/number_text.h"
#include "views/map/map_legend.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapFigure)
};

constexpr std::size_t kDescribedBands = 12;

void addValues(QStringList& lines, const PixelValues& pixel, const ReadoutLayer& of) {
  const std::vector<float>& values = pixel.values;
  if (values.empty()) return;
  if (of.layer->categorical()) {
    lines << valueText(of, 0, values[0]);
    return;
  }
  const auto add = [&](std::size_t band) {
    lines << QStringLiteral("%1: %2").arg(bandLabel(of.layer->raster, band),
                                          valueText(of, band, values[band]));
  };
  if (values.size() <= kDescribedBands) {
    for (std::size_t band = 0; band < values.size(); ++band) add(band);
    return;
  }
  for (const std::size_t band : of.shown.bands) add(band);
  lines << Words::tr("and %1 other bands").arg(values.size() - of.shown.bands.size());
}

}  // namespace

QString countedText(std::int64_t count) {
  return numberText(static_cast<double>(count), 15);
}

QString degreesText(double longitude, double latitude) {
  return Words::tr("%1° %2, %3° %4")
      .arg(fixedText(std::abs(latitude), 6),
           latitude < 0 ? QStringLiteral("S") : QStringLiteral("N"),
           fixedText(std::abs(longitude), 6),
           longitude < 0 ? QStringLiteral("W") : QStringLiteral("E"));
}

QString valueText(const ReadoutLayer& of, std::size_t band, float value) {
  if (!std::isfinite(value)) return Words::tr("no data");
  const auto number = static_cast<double>(value);
  const Raster& raster = of.layer->raster;
  if (raster.categorical()) {
    const auto classes = of.shown.edits.shown(raster.classes());
    const ShownClass* known = shownAs(classes, std::llround(number));
    const QString text = numberText(number, 15);
    return known ? QStringLiteral("%1 (%2)").arg(classLabel(*known), text)
                 : Words::tr("no class (%1)").arg(text);
  }
  const QString unit = QString::fromStdString(raster.bands()[band].unit);
  return numberText(number, 6) + (unit.isEmpty() ? QString() : u' ' + unit);
}

std::optional<PixelValues> pixelWithin(const RasterGrid& grid, const QPointF& at) {
  const double column = std::floor(at.x()), row = std::floor(at.y());
  const bool inside = column >= 0 && row >= 0 && column < static_cast<double>(grid.columns) &&
                      row < static_cast<double>(grid.rows);
  if (!inside) return std::nullopt;
  return PixelValues{static_cast<std::int64_t>(column), static_cast<std::int64_t>(row), {}};
}

QStringList coordinateLines(const Crs& crs, double x, double y,
                            const std::optional<std::array<double, 2>>& degrees) {
  const QString converted = degrees ? degreesText((*degrees)[0], (*degrees)[1]) : QString();
  QStringList lines;
  if (!crs.geographic) {
    const QString unit = crs.unit.empty() ? QString() : u' ' + QString::fromStdString(crs.unit);
    lines << Words::tr("x %1, y %2%3").arg(fixedText(x, 1), fixedText(y, 1), unit);
    if (degrees) lines << converted;
  } else {
    lines << degreesText(x, y);
    if (degrees && converted != lines.last()) lines << Words::tr("on WGS 84: %1").arg(converted);
  }
  return lines;
}

QString readoutOf(const MapPlace& place, const ReadoutLayer& own, const ReadoutLayer& other) {
  const PixelValues& pixel = place.pixel;
  QStringList lines{
      Words::tr("column %1, row %2").arg(countedText(pixel.column), countedText(pixel.row))};
  const RasterGrid& grid = own.layer->raster.grid();
  if (own.layer->plane.mapped()) {
    const auto [x, y] =
        grid.toMap(static_cast<double>(pixel.column) + 0.5, static_cast<double>(pixel.row) + 0.5);
    lines << coordinateLines(grid.crs, x, y, place.degrees);
  }
  addValues(lines, pixel, own);
  if (other.layer && place.other) addValues(lines, *place.other, other);
  lines << place.features;
  return lines.join(u'\n');
}

}  // namespace lineament::views
