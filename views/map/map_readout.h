// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "views/map/raster_layer.h"

namespace lineament::views {

// The values of a pixel in all bands; none while they are not read.
struct PixelValues {
  std::int64_t column = 0;
  std::int64_t row = 0;
  std::vector<float> values;

  bool samePlace(const PixelValues& other) const {
    return column == other.column && row == other.row;
  }
};

// A place on the map: its pixel there, that of the raster over or beneath it, and its longitude and
// latitude on WGS 84 in degrees where they are known.
struct MapPlace {
  PixelValues pixel;
  std::optional<PixelValues> other;
  std::optional<std::array<double, 2>> degrees;
  QStringList features{};  // that lie there, a line each
};

// "35.123456° N, 51.000000° E"
QString degreesText(double longitude, double latitude);

// Coordinates of a system, and longitude and latitude on WGS 84 where they say more, a line each.
QStringList coordinateLines(const Crs& crs, double x, double y,
                            const std::optional<std::array<double, 2>>& degrees);

// What is there, one thing a line: column and row, coordinates, degrees, and of both rasters the
// values, those of many bands only as far as `shown` names them, and features. `other` may be null.
struct ReadoutLayer {
  const RasterLayer* layer = nullptr;
  MapSettings shown;
};
QString readoutOf(const MapPlace& place, const ReadoutLayer& own, const ReadoutLayer& other);

// What a value of a band is: with its unit, or the name of its class as it is shown.
QString valueText(const ReadoutLayer& of, std::size_t band, float value);

// The pixel of a grid at a place of it, counted in pixels; nothing outside.
std::optional<PixelValues> pixelWithin(const RasterGrid& grid, const QPointF& at);

QString countedText(std::int64_t count);  // "10,980"

}  // namespace lineament::views
