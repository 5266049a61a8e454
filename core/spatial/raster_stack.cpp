// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/raster_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/error.h"
#include "core/data/quality_band.h"
#include "core/spatial/crs_map.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kCrs{"stack.crs", "Stack rasters on one grid",
                         "there is no way from '{other}' to '{first}'", "",
                         "Save the files in one coordinate system"};
constexpr ErrorText kApart{"stack.apart", "Stack rasters on one grid",
                           "they have no pixel in common", "", "Choose files of one scene"};
constexpr ErrorText kClasses{"stack.classes", "Stack rasters on one grid",
                             "'{band}' holds classes, not measurements", "", "Leave it out"};

constexpr ErrorText kNoWay{"reproject.raster", "Bring a raster from {from} to {to}",
                           "there is no way between these coordinate systems ({reason})", "",
                           "Save the raster in the coordinate system that is needed"};

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct Place {
  std::size_t raster, band;
};

// From the stack's coordinate system to those of the rasters; null where it is the same.
using Maps = std::vector<std::shared_ptr<const CrsMap>>;

// Places in pixels.
struct Pixels {
  std::vector<double> columns, rows;

  // What they cover, {column, row}; of places that are none nothing.
  std::array<double, 2> low() const { return {least(columns), least(rows)}; }
  std::array<double, 2> high() const { return {most(columns), most(rows)}; }

 private:
  static double least(const std::vector<double>& values) {
    double low = 1e300;
    for (const double value : values) low = std::isnan(value) ? low : std::min(low, value);
    return low;
  }
  static double most(const std::vector<double>& values) {
    double high = -1e300;
    for (const double value : values) high = std::isnan(value) ? high : std::max(high, value);
    return high;
  }
};

// Places of a map as pixels of a raster in the other system.
Pixels pixelsOf(const Raster& raster, const CrsMap& map, std::vector<double> x,
                std::vector<double> y) {
  map.apply(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) continue;
    const auto pixel = raster.grid().toPixel(x[i], y[i]);
    x[i] = pixel ? (*pixel)[0] : std::numeric_limits<double>::quiet_NaN();
    y[i] = pixel ? (*pixel)[1] : std::numeric_limits<double>::quiet_NaN();
  }
  return {std::move(x), std::move(y)};
}

// Cells read from a raster, and where its pixels lie among them.
struct Patch {
  RasterWindow window;
  std::int64_t columns = 0, rows = 0;
  std::vector<float> values;

  float at(std::int64_t column, std::int64_t row) const {
    if (column < 0 || row < 0 || column >= columns || row >= rows) return kNaN;
    return values[static_cast<std::size_t>(row * columns + column)];
  }
  // At a pixel of the raster, fractions counted from its corner.
  float nearest(double column, double row) const {
    return at(static_cast<std::int64_t>(std::floor(acrossOf(column))),
              static_cast<std::int64_t>(std::floor(downOf(row))));
  }
  float bilinear(double column, double row) const {
    const double x = acrossOf(column) - 0.5, y = downOf(row) - 0.5;
    const auto left = static_cast<std::int64_t>(std::floor(x));
    const auto top = static_cast<std::int64_t>(std::floor(y));
    double sum = 0, weights = 0;
    for (std::int64_t i = 0; i < 2; ++i) {
      for (std::int64_t j = 0; j < 2; ++j) {
        const float value = at(left + j, top + i);
        const double weight = (1 - std::abs(x - static_cast<double>(left + j))) *
                              (1 - std::abs(y - static_cast<double>(top + i)));
        if (std::isnan(value)) continue;
        sum += weight * value;
        weights += weight;
      }
    }
    // Half a pixel of what is not there is as good as none.
    return weights >= 0.5 ? static_cast<float>(sum / weights) : kNaN;
  }

 private:
  double acrossOf(double column) const {
    return (column - static_cast<double>(window.column)) * static_cast<double>(columns) /
           static_cast<double>(window.columns);
  }
  double downOf(double row) const {
    return (row - static_cast<double>(window.row)) * static_cast<double>(rows) /
           static_cast<double>(window.rows);
  }
};

class StackSource : public RasterSource {
 public:
  StackSource(RasterGrid grid, std::vector<Raster> rasters, Maps maps, std::vector<Place> places,
              Resampling resampling)
      : grid_(std::move(grid)),
        rasters_(std::move(rasters)),
        maps_(std::move(maps)),
        places_(std::move(places)),
        resampling_(resampling) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    const auto cells = static_cast<std::size_t>(out_columns * out_rows);
    Pixels pixels;  // of the raster that was looked up last, which has several bands mostly
    std::optional<std::size_t> looked_up;
    for (std::size_t i = 0; i < bands.size(); ++i) {
      const Cells part{window, out_columns, out_rows, to.subspan(i * cells, cells)};
      const Place& place = places_[bands[i]];
      if (!maps_[place.raster]) {
        readBand(rasters_[place.raster], place.band, part);
        continue;
      }
      if (looked_up != place.raster) pixels = middlesIn(place.raster, part);
      looked_up = place.raster;
      readReprojected(rasters_[place.raster], place.band, part, pixels);
    }
  }

 private:
  struct Cells {
    RasterWindow window;
    std::int64_t columns, rows;
    std::span<float> values;

    // The middle of a cell, in pixels of the stack.
    std::array<double, 2> middle(std::int64_t column, std::int64_t row) const {
      const auto step = [](std::int64_t cell, std::int64_t pixels, std::int64_t cells) {
        return (static_cast<double>(cell) + 0.5) * static_cast<double>(pixels) /
               static_cast<double>(cells);
      };
      return {static_cast<double>(window.column) + step(column, window.columns, columns),
              static_cast<double>(window.row) + step(row, window.rows, rows)};
    }
  };

  // A pixel of the stack as one of the raster.
  std::array<double, 2> pixelIn(const Raster& raster, double column, double row) const {
    const auto place = grid_.toMap(column, row);
    return *raster.grid().toPixel(place[0], place[1]);
  }

  void readBand(const Raster& raster, std::size_t band, const Cells& to) const {
    if (const auto same = sameWindow(raster, to.window)) {
      raster.read(*same, std::span(&band, 1), to.columns, to.rows, to.values);
      return;
    }
    const Patch patch = patchFor(raster, band, to);
    const bool nearest = nearestFor(raster, band);
    for (std::int64_t row = 0; row < to.rows; ++row) {
      for (std::int64_t column = 0; column < to.columns; ++column) {
        const auto middle = to.middle(column, row);
        const auto pixel = pixelIn(raster, middle[0], middle[1]);
        float& value = to.values[static_cast<std::size_t>(row * to.columns + column)];
        value = nearest ? patch.nearest(pixel[0], pixel[1]) : patch.bilinear(pixel[0], pixel[1]);
      }
    }
  }

  // The middles of the cells, in pixels of a raster of another system.
  Pixels middlesIn(std::size_t raster, const Cells& cells) const {
    std::vector<double> x, y;
    for (std::int64_t row = 0; row < cells.rows; ++row) {
      for (std::int64_t column = 0; column < cells.columns; ++column) {
        const auto middle = cells.middle(column, row);
        const auto place = grid_.toMap(middle[0], middle[1]);
        x.push_back(place[0]);
        y.push_back(place[1]);
      }
    }
    return pixelsOf(rasters_[raster], *maps_[raster], std::move(x), std::move(y));
  }

  void readReprojected(const Raster& raster, std::size_t band, const Cells& to,
                       const Pixels& pixels) const {
    // Pixels are looked up as they are; cells that stand for many of them, in fewer.
    const bool whole = to.columns == to.window.columns && to.rows == to.window.rows;
    const Patch patch = patchOver(raster, band, pixels.low(), pixels.high(),
                                  whole ? std::numeric_limits<std::int64_t>::max() : to.columns,
                                  whole ? std::numeric_limits<std::int64_t>::max() : to.rows);
    const bool nearest = nearestFor(raster, band);
    for (std::size_t i = 0; i < to.values.size(); ++i) {
      const double column = pixels.columns[i], row = pixels.rows[i];
      to.values[i] = std::isnan(column) || patch.values.empty() ? kNaN
                     : nearest                                  ? patch.nearest(column, row)
                                                                : patch.bilinear(column, row);
    }
  }

  bool nearestFor(const Raster& raster, std::size_t band) const {
    return resampling_ == Resampling::nearest ||
           qualityBandOf(raster.bands()[band].name) != QualityBand::none;
  }

  // The window as one of the raster, where its pixels are the stack's.
  std::optional<RasterWindow> sameWindow(const Raster& raster, const RasterWindow& window) const {
    RasterGrid moved = raster.grid();
    const auto first = pixelIn(raster, 0, 0);
    const double column = std::round(first[0]), row = std::round(first[1]);
    const auto origin = raster.grid().toMap(column, row);
    moved.transform[0] = origin[0];
    moved.transform[3] = origin[1];
    moved.columns = grid_.columns;
    moved.rows = grid_.rows;
    if (!moved.sameAs(grid_)) return std::nullopt;
    return RasterWindow{window.column + static_cast<std::int64_t>(column),
                        window.row + static_cast<std::int64_t>(row), window.columns, window.rows};
  }

  // What lies under the cells and a pixel around, reduced as far as they are.
  Patch patchFor(const Raster& raster, std::size_t band, const Cells& to) const {
    std::array<double, 2> low{1e300, 1e300}, high{-1e300, -1e300};
    for (const std::int64_t row : {to.window.row, to.window.row + to.window.rows}) {
      for (const std::int64_t column : {to.window.column, to.window.column + to.window.columns}) {
        const auto pixel = pixelIn(raster, static_cast<double>(column), static_cast<double>(row));
        for (std::size_t axis = 0; axis < 2; ++axis) {
          low[axis] = std::min(low[axis], pixel[axis]);
          high[axis] = std::max(high[axis], pixel[axis]);
        }
      }
    }
    return patchOver(raster, band, low, high, to.columns, to.rows);
  }

  // Of the raster from a pixel to another and one around, in no more than so many cells there.
  static Patch patchOver(const Raster& raster, std::size_t band, const std::array<double, 2>& low,
                         const std::array<double, 2>& high, std::int64_t most_columns,
                         std::int64_t most_rows) {
    const auto bounded = [](double value, std::int64_t size) {
      return static_cast<std::int64_t>(std::clamp(value, 0.0, static_cast<double>(size)));
    };
    Patch patch;
    patch.window.column = bounded(std::floor(low[0]) - 1, raster.columns());
    patch.window.row = bounded(std::floor(low[1]) - 1, raster.rows());
    patch.window.columns = bounded(std::ceil(high[0]) + 1, raster.columns()) - patch.window.column;
    patch.window.rows = bounded(std::ceil(high[1]) + 1, raster.rows()) - patch.window.row;
    if (patch.window.columns < 1 || patch.window.rows < 1) return patch;
    const auto reduced = [](std::int64_t pixels, double covered, std::int64_t cells) {
      const double each = std::max(1.0, covered / static_cast<double>(cells));
      return static_cast<std::int64_t>(std::ceil(static_cast<double>(pixels) / each));
    };
    patch.columns = reduced(patch.window.columns, high[0] - low[0], most_columns);
    patch.rows = reduced(patch.window.rows, high[1] - low[1], most_rows);
    patch.values.resize(static_cast<std::size_t>(patch.columns * patch.rows));
    raster.read(patch.window, std::span(&band, 1), patch.columns, patch.rows, patch.values);
    return patch;
  }

  RasterGrid grid_;
  std::vector<Raster> rasters_;
  Maps maps_;
  std::vector<Place> places_;
  Resampling resampling_;
};

// Rasters that say nothing of their place lie on one of the same size that does.
std::vector<Raster> placed(std::vector<Raster> rasters, const Context& context) {
  const auto isPlaced = [](const Raster& raster) {
    return raster.grid().crs.known() || raster.grid().transform != RasterGrid().transform;
  };
  const auto guide = std::find_if(rasters.begin(), rasters.end(), isPlaced);
  if (guide == rasters.end()) return rasters;
  const RasterGrid grid = guide->grid();
  for (Raster& raster : rasters) {
    if (isPlaced(raster) || raster.columns() != grid.columns || raster.rows() != grid.rows)
      continue;
    context.warn(
        fmt::format("'{}' does not say where it lies; taken for the place of the raster of "
                    "the same size",
                    raster.bands().front().name));
    raster = raster.placedAt(grid);
  }
  return rasters;
}

bool sameSystem(const Crs& a, const Crs& b) {
  return a.wkt == b.wkt || a.name == b.name;
}

// From the first raster's system to those of the others.
Maps mapsFor(const std::vector<Raster>& rasters, const Context& context) {
  const auto named = [](const Crs& crs) { return crs.known() ? crs.name : std::string("none"); };
  const Crs& first = rasters.front().grid().crs;
  Maps maps;
  for (const Raster& raster : rasters) {
    const Crs& other = raster.grid().crs;
    maps.emplace_back();
    if (sameSystem(first, other)) continue;
    std::string reason;
    maps.back() = CrsMap::between(first, other, reason);
    if (!maps.back()) throw Error(kCrs, {{"first", named(first)}, {"other", named(other)}});
    context.note(fmt::format("'{}' is reprojected from {} to {}", raster.bands().front().name,
                             named(other), named(first)));
  }
  return maps;
}

// Places along the edges of a raster, in its coordinates.
void addEdges(const RasterGrid& grid, std::vector<double>& x, std::vector<double>& y) {
  constexpr int kSteps = 16;
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; j <= kSteps; ++j) {
      if (i > 0 && i < kSteps && j > 0 && j < kSteps) continue;
      const auto place = grid.toMap(static_cast<double>(grid.columns) * i / kSteps,
                                    static_cast<double>(grid.rows) * j / kSteps);
      x.push_back(place[0]);
      y.push_back(place[1]);
    }
  }
}

// What a raster covers, in pixels of the grid: {column, row} of the first and the last.
std::array<std::array<double, 2>, 2> coveredBy(const Raster& raster, const Crs& system,
                                               bool reprojected, const RasterGrid& finest) {
  std::vector<double> x, y;
  addEdges(raster.grid(), x, y);
  if (reprojected) {
    std::string reason;
    const auto back = CrsMap::between(raster.grid().crs, system, reason);
    if (!back) throw Error(kApart);
    back->apply(x, y);
  }
  std::array<double, 2> first{1e300, 1e300}, last{-1e300, -1e300};
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) continue;
    const auto pixel = finest.toPixel(x[i], y[i]);
    if (!pixel) throw Error(kApart);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      first[axis] = std::min(first[axis], (*pixel)[axis]);
      last[axis] = std::max(last[axis], (*pixel)[axis]);
    }
  }
  if (!raster.grid().toPixel(0, 0)) throw Error(kApart);
  return {first, last};
}

// The finest grid of the first raster's system, cut to what all rasters cover.
RasterGrid commonGrid(const std::vector<Raster>& rasters, const Maps& maps) {
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < rasters.size(); ++i) {
    const bool finer = rasters[i].grid().pixelArea() < rasters[chosen].grid().pixelArea();
    if (!maps[i] && finer) chosen = i;
  }
  const RasterGrid& finest = rasters[chosen].grid();
  std::array<double, 2> low{0, 0};
  std::array<double, 2> high{static_cast<double>(finest.columns), static_cast<double>(finest.rows)};
  for (std::size_t i = 0; i < rasters.size(); ++i) {
    const auto [first, last] = coveredBy(rasters[i], finest.crs, maps[i] != nullptr, finest);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      low[axis] = std::max(low[axis], std::ceil(first[axis] - 1e-3));
      high[axis] = std::min(high[axis], std::floor(last[axis] + 1e-3));
    }
  }
  if (!(high[0] > low[0]) || !(high[1] > low[1])) throw Error(kApart);
  RasterGrid grid = finest;
  const auto origin = finest.toMap(low[0], low[1]);
  grid.transform[0] = origin[0];
  grid.transform[3] = origin[1];
  grid.columns = static_cast<std::int64_t>(high[0] - low[0]);
  grid.rows = static_cast<std::int64_t>(high[1] - low[1]);
  return grid;
}

void makeNamesDiffer(std::vector<RasterBand>& bands) {
  std::set<std::string> taken;
  for (RasterBand& band : bands) {
    const std::string name = band.name;
    for (int copy = 2; !taken.insert(band.name).second; ++copy) {
      band.name = fmt::format("{} ({})", name, copy);
    }
  }
}

}  // namespace

Raster stack(const std::vector<Raster>& given, Resampling resampling, const Context& context) {
  for (const Raster& raster : given) {
    if (raster.categorical()) throw Error(kClasses, {{"band", raster.bands().front().name}});
  }
  if (given.size() == 1) return given.front();
  const std::vector<Raster> rasters = placed(given, context);
  Maps maps = mapsFor(rasters, context);
  RasterGrid grid = commonGrid(rasters, maps);
  std::vector<RasterBand> bands;
  std::vector<Place> places;
  for (std::size_t i = 0; i < rasters.size(); ++i) {
    for (std::size_t j = 0; j < rasters[i].bands().size(); ++j) {
      bands.push_back(rasters[i].bands()[j]);
      places.push_back({i, j});
    }
  }
  makeNamesDiffer(bands);
  context.note(fmt::format("{} rasters on a grid of {} x {} pixels of {:g} x {:g} {}",
                           rasters.size(), grid.columns, grid.rows, grid.pixelWidth(),
                           grid.pixelHeight(), grid.crs.unit));
  auto source =
      std::make_shared<StackSource>(grid, rasters, std::move(maps), std::move(places), resampling);
  return Raster(std::move(grid), std::move(bands), std::move(source));
}

namespace {

// Square pixels, as many along the diagonal as before (GDAL's suggestion, too).
RasterGrid gridIn(const Crs& system, const CrsMap& map, const RasterGrid& own) {
  std::vector<double> x, y;
  addEdges(own, x, y);
  map.apply(x, y);
  const Pixels around{std::move(x), std::move(y)};
  const auto [west, south] = around.low();
  const auto [east, north] = around.high();
  if (!(east > west) || !(north > south)) throw Error(kApart);
  const double side = std::hypot(east - west, north - south) /
                      std::hypot(static_cast<double>(own.columns), static_cast<double>(own.rows));
  RasterGrid grid;
  grid.columns = std::llround(std::ceil((east - west) / side));
  grid.rows = std::llround(std::ceil((north - south) / side));
  grid.transform = {west, side, 0, north, 0, -side};
  grid.crs = system;
  return grid;
}

}  // namespace

Raster reprojected(const Raster& raster, const Crs& to) {
  const Crs& from = raster.grid().crs;
  std::string reason;
  const auto there = CrsMap::between(from, to, reason), back = CrsMap::between(to, from, reason);
  if (!there || !back) {
    throw Error(kNoWay, {{"from", from.name}, {"to", to.name}, {"reason", reason}});
  }
  RasterGrid grid = gridIn(to, *there, raster.grid());
  std::vector<Place> places;
  for (std::size_t band = 0; band < raster.bands().size(); ++band) places.push_back({0, band});
  const Resampling resampling = raster.categorical() ? Resampling::nearest : Resampling::bilinear;
  auto source = std::make_shared<StackSource>(grid, std::vector{raster}, Maps{back},
                                              std::move(places), resampling);
  return Raster(std::move(grid), raster.bands(), std::move(source), raster.classes());
}

}  // namespace lineament::spatial
