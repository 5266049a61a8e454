// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/raster_layer.h"

#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

constexpr double kPrintCells = 2400;  // along the longer side: 174 mm at 350 dpi

RasterWindow windowAround(const QRectF& pixels, const RasterGrid& grid) {
  const auto column = std::max<std::int64_t>(std::int64_t(std::floor(pixels.left())), 0);
  const auto row = std::max<std::int64_t>(std::int64_t(std::floor(pixels.top())), 0);
  const auto right = std::min(std::int64_t(std::ceil(pixels.right())), grid.columns);
  const auto bottom = std::min(std::int64_t(std::ceil(pixels.bottom())), grid.rows);
  return {column, row, std::max<std::int64_t>(right - column, 0),
          std::max<std::int64_t>(bottom - row, 0)};
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
  const double share = std::min(kPrintCells / longer, 1.0);
  const auto cells = [share](std::int64_t pixels) {
    return std::max<std::int64_t>(std::llround(share * static_cast<double>(pixels)), 1);
  };
  auto read = std::make_shared<const MapCells>(readCells(raster, settings.bands, window,
                                                         cells(window.columns), cells(window.rows),
                                                         context.part(0.3, 1)));
  print = std::make_shared<const MapPicture>(pictureOf(std::move(read), overview->picture.look));
  reduction = print->cells->pixelsPerCell();
}

QImage RasterLayer::picture(const MapCamera& map, double ratio) const {
  std::vector<const MapPicture*> pictures;
  if (overview) pictures.push_back(&overview->picture);
  if (print) pictures.push_back(print.get());
  return layerOf(camera(map), ratio, pictures);
}

}  // namespace lineament::views
