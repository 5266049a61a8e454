// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/raster_layer.h"

#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

// Along the longer side: 174 mm at 350 dpi, and of larger plots 300 dpi, as far as memory bears it.
constexpr double kPrintCells = 2400, kMostPrintCells = 4800, kPrintDpi = 300;

RasterWindow windowAround(const QRectF& pixels, const RasterGrid& grid) {
  const auto column = std::max<std::int64_t>(std::int64_t(std::floor(pixels.left())), 0);
  const auto row = std::max<std::int64_t>(std::int64_t(std::floor(pixels.top())), 0);
  const auto right = std::min(std::int64_t(std::ceil(pixels.right())), grid.columns);
  const auto bottom = std::min(std::int64_t(std::ceil(pixels.bottom())), grid.rows);
  return {column, row, std::max<std::int64_t>(right - column, 0),
          std::max<std::int64_t>(bottom - row, 0)};
}

// What was read for a drawing before does for this one, too.
bool serves(const MapPicture& had, const RasterWindow& window, std::int64_t columns,
            const std::shared_ptr<const MapLook>& look) {
  const RasterWindow& read = had.cells->window;
  return had.look == look && had.cells->columns == columns && read.column == window.column &&
         read.row == window.row && read.columns == window.columns && read.rows == window.rows;
}

}  // namespace

void RasterLayer::prepare(const MapSettings& settings, const MapCamera& map,
                          const Context& context) {
  if (!overview || overview->settings() != settings) {
    const bool same_bands = overview && overview->settings().bands == settings.bands;
    overview = std::make_shared<const MapOverview>(
        same_bands ? overviewOf(raster, settings, overview->picture.cells)
                   : readOverview(raster, settings, context.part(0, 0.3)));
  }
  const RasterWindow window = windowAround(camera(map).visiblePixels(), raster.grid());
  if (window.columns < 1 || window.rows < 1) return;
  const auto longer = static_cast<double>(std::max(window.columns, window.rows));
  const double plot = std::max(map.plot().width(), map.plot().height());
  const double fine = std::clamp(plot / kUnitsPerInch * kPrintDpi, kPrintCells, kMostPrintCells);
  const double share = std::min(fine / longer, 1.0);
  const auto cells = [share](std::int64_t pixels) {
    return std::max<std::int64_t>(std::llround(share * static_cast<double>(pixels)), 1);
  };
  if (print && serves(*print, window, cells(window.columns), overview->picture.look)) return;
  auto read = std::make_shared<const MapCells>(readCells(raster, settings.bands, window,
                                                         cells(window.columns), cells(window.rows),
                                                         context.part(0.3, 1)));
  print = std::make_shared<const MapPicture>(pictureOf(std::move(read), overview->picture.look));
  reduction = print->cells->pixelsPerCell();
}

QImage RasterLayer::picture(const MapCamera& map, double ratio, Patterns patterns) const {
  std::vector<const MapPicture*> pictures;
  if (overview) pictures.push_back(&overview->picture);
  if (print) pictures.push_back(print.get());
  return layerOf(camera(map), ratio, pictures, patterns);
}

void RasterLayer::drawPatterns(QPainter& painter, const MapCamera& map, const QRectF& area) const {
  if (!overview) return;
  const MapCamera seen = camera(map);
  const auto mark_at = [&](const QPointF& place) -> std::size_t {
    const QPointF pixel = seen.toPixel(place);
    const auto mark = print ? views::markAt(*print, pixel) : std::nullopt;
    return mark ? *mark : views::markAt(overview->picture, pixel).value_or(0);
  };
  views::drawPatterns(painter, area, overview->picture.look->patterns(),
                      seen.fromPixel().map(QPointF(0, 0)), mark_at);
}

}  // namespace lineament::views
