// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/raster_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/data/quality_band.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kCrs{"stack.crs", "Stack rasters on one grid",
                         "'{first}' and '{other}' are different coordinate systems", "",
                         "Reproject them to one coordinate system first"};
constexpr ErrorText kApart{"stack.apart", "Stack rasters on one grid",
                           "they have no pixel in common", "", "Choose files of one scene"};
constexpr ErrorText kClasses{"stack.classes", "Stack rasters on one grid",
                             "'{band}' holds classes, not measurements", "", "Leave it out"};

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct Place {
  std::size_t raster, band;
};

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
  StackSource(RasterGrid grid, std::vector<Raster> rasters, std::vector<Place> places,
              Resampling resampling)
      : grid_(std::move(grid)),
        rasters_(std::move(rasters)),
        places_(std::move(places)),
        resampling_(resampling) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    const auto cells = static_cast<std::size_t>(out_columns * out_rows);
    for (std::size_t i = 0; i < bands.size(); ++i) {
      const Cells part{window, out_columns, out_rows, to.subspan(i * cells, cells)};
      const Place& place = places_[bands[i]];
      readBand(rasters_[place.raster], place.band, part);
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
    const bool nearest = resampling_ == Resampling::nearest ||
                         qualityBandOf(raster.bands()[band].name) != QualityBand::none;
    for (std::int64_t row = 0; row < to.rows; ++row) {
      for (std::int64_t column = 0; column < to.columns; ++column) {
        const auto middle = to.middle(column, row);
        const auto pixel = pixelIn(raster, middle[0], middle[1]);
        float& value = to.values[static_cast<std::size_t>(row * to.columns + column)];
        value = nearest ? patch.nearest(pixel[0], pixel[1]) : patch.bilinear(pixel[0], pixel[1]);
      }
    }
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
    double low[2] = {1e300, 1e300}, high[2] = {-1e300, -1e300};
    for (const std::int64_t row : {to.window.row, to.window.row + to.window.rows}) {
      for (const std::int64_t column : {to.window.column, to.window.column + to.window.columns}) {
        const auto pixel = pixelIn(raster, static_cast<double>(column), static_cast<double>(row));
        for (int axis = 0; axis < 2; ++axis) {
          low[axis] = std::min(low[axis], pixel[axis]);
          high[axis] = std::max(high[axis], pixel[axis]);
        }
      }
    }
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
    patch.columns = reduced(patch.window.columns, high[0] - low[0], to.columns);
    patch.rows = reduced(patch.window.rows, high[1] - low[1], to.rows);
    patch.values.resize(static_cast<std::size_t>(patch.columns * patch.rows));
    raster.read(patch.window, std::span(&band, 1), patch.columns, patch.rows, patch.values);
    return patch;
  }

  RasterGrid grid_;
  std::vector<Raster> rasters_;
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

void requireOneCrs(const std::vector<Raster>& rasters) {
  const auto named = [](const Crs& crs) { return crs.known() ? crs.name : std::string("none"); };
  const Crs& first = rasters.front().grid().crs;
  for (const Raster& raster : rasters) {
    const Crs& other = raster.grid().crs;
    if (other.wkt != first.wkt && other.name != first.name) {
      throw Error(kCrs, {{"first", named(first)}, {"other", named(other)}});
    }
  }
}

// The finest grid, cut to what all rasters cover.
RasterGrid commonGrid(const std::vector<Raster>& rasters) {
  const RasterGrid& finest =
      std::min_element(rasters.begin(), rasters.end(), [](const Raster& a, const Raster& b) {
        return a.grid().pixelArea() < b.grid().pixelArea();
      })->grid();
  double low[2] = {0, 0};
  double high[2] = {static_cast<double>(finest.columns), static_cast<double>(finest.rows)};
  for (const Raster& raster : rasters) {
    double first[2] = {1e300, 1e300}, last[2] = {-1e300, -1e300};
    for (const double row : {0.0, static_cast<double>(raster.rows())}) {
      for (const double column : {0.0, static_cast<double>(raster.columns())}) {
        const auto place = raster.grid().toMap(column, row);
        const auto pixel = finest.toPixel(place[0], place[1]);
        if (!pixel || !raster.grid().toPixel(place[0], place[1])) throw Error(kApart);
        for (int axis = 0; axis < 2; ++axis) {
          first[axis] = std::min(first[axis], (*pixel)[axis]);
          last[axis] = std::max(last[axis], (*pixel)[axis]);
        }
      }
    }
    for (int axis = 0; axis < 2; ++axis) {
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
  requireOneCrs(rasters);
  RasterGrid grid = commonGrid(rasters);
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
  auto source = std::make_shared<StackSource>(grid, rasters, std::move(places), resampling);
  return Raster(std::move(grid), std::move(bands), std::move(source));
}

}  // namespace lineament::spatial
