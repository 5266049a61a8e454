// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/data/raster.h"
#include "views/map/band_choice.h"
#include "views/map/band_stretch.h"
#include "views/map/class_edits.h"
#include "views/map/map_camera.h"

namespace lineament::views {

// Bands in a window of a raster, reduced to cells where there are more pixels than asked for.
struct MapCells {
  RasterWindow window;
  int columns = 0;
  int rows = 0;
  std::vector<float> values;  // [band][row][column]

  std::size_t count() const {
    return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  }
  std::span<const float> band(std::size_t index) const {
    return std::span(values).subspan(index * count(), count());
  }
  double pixelsPerCell() const;  // along a side
  std::size_t bytes() const { return values.size() * sizeof(float); }
};

// Reads a window in parts, several at once, so that it can be stopped. Fewer cells where it has
// fewer pixels.
MapCells readCells(const Raster& raster, const BandChoice& bands, const RasterWindow& window,
                   std::int64_t columns, std::int64_t rows, const Context& context = {});

enum class Ramp { grey, colour };  // of a band shown alone

// What a person chooses about the colours.
struct MapSettings {
  BandChoice bands;
  StretchKind stretch = StretchKind::percentile;
  Ramp ramp = Ramp::grey;
  bool dark = false;  // the ground, which ramps of colour start from
  ClassEdits edits;   // of classes
  bool operator==(const MapSettings&) const = default;
};

// From values to colours.
struct MapLook {
  MapSettings settings;
  std::vector<BandStretch> stretches;  // one per band; of classes none
  std::vector<ShownClass> classes;

  bool categorical() const { return !classes.empty(); }
  QRgb rampAt(double share) const;  // of a band shown alone
  // Of the classes in their order, those with a pattern.
  std::vector<PatternFill> patterns() const;
};
MapLook lookOf(const Raster& raster, const MapSettings& settings, const MapCells& sample);

// Transparent where a band has no value, and where a class is hidden.
QImage imageOf(const MapCells& cells, const MapLook& look);
// Which of the look's patterns lies over each cell, as layPatterns() wants it; null where there is
// no pattern.
QImage marksOf(const MapCells& cells, const MapLook& look);

struct MapPicture {
  std::shared_ptr<const MapCells> cells;
  std::shared_ptr<const MapLook> look;
  QImage image;
  QImage marks;

  std::size_t bytes() const;
};
MapPicture pictureOf(std::shared_ptr<const MapCells> cells, std::shared_ptr<const MapLook> look);

// How much of a raster each class has.
struct ClassShares {
  std::map<std::int64_t, double> classes;  // by the raster's values
  double none = 0;                         // without a value
  double other = 0;                        // values that are no class
};
ClassShares sharesOf(const MapCells& cells, const std::vector<RasterClass>& classes);

// All of a raster, small: what the stretches go by, and a first picture of everything.
struct MapOverview {
  MapPicture picture;
  ClassShares shares;

  const MapSettings& settings() const { return picture.look->settings; }
};
constexpr std::int64_t kOverviewCells = 512;  // along the longer side
MapOverview overviewOf(const Raster& raster, const MapSettings& settings,
                       std::shared_ptr<const MapCells> cells);
MapOverview readOverview(const Raster& raster, const MapSettings& settings,
                         const Context& context = {});

// What lies in the camera's plot, `ratio` pixels to a unit: the pictures over each other, each
// taking the place of those before it. Transparent where none is or has a value. Files of vectors
// have patterns apart, as lines.
enum class Patterns { within, apart };
QImage layerOf(const MapCamera& camera, double ratio, std::span<const MapPicture* const> pictures,
               Patterns patterns = Patterns::within);

// Which of the look's patterns lies at a place of the raster, as in MapPicture::marks; nothing
// where the picture does not reach.
std::optional<std::size_t> markAt(const MapPicture& picture, const QPointF& pixel);

}  // namespace lineament::views
