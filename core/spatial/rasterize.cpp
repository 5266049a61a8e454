// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/rasterize.h"

#include <fmt/format.h>
#include <gdal_alg.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/data/feature_legend.h"
#include "core/io/ogr_geometry.h"
#include "core/spatial/label_canvas.h"
#include "core/spatial/label_filter.h"
#include "core/spatial/mapped_geometries.h"
#include "core/spatial/reproject.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kAttribute{"rasterize.attribute", "Draw a layer on the pixels of a raster",
                               "no attribute tells its features apart", "",
                               "Choose an attribute of at most 1000 values"};
constexpr ErrorText kClasses{"rasterize.classes", "Draw a layer on the pixels of a raster",
                             "'{attribute}' has {count} values there, {most} are the most", "",
                             "Choose an attribute with fewer values"};
constexpr ErrorText kApart{"rasterize.apart", "Draw a layer on the pixels of a raster",
                           "no feature with a value of '{attribute}' lies on it", "",
                           "Choose a layer of the same area, and check its coordinate system"};
constexpr ErrorText kFailed{"rasterize.failed", "Draw a layer on the pixels of a raster",
                            "{reason}", "", "Check the layer's geometries in a GIS"};

constexpr double kFar = 1 << 28;                // pixels; GDAL counts them in ints, and doubles
constexpr std::size_t kMostVertices = 1 << 20;  // of the geometries handed over at once

Features inCoordinatesOf(const RasterGrid& grid, const Features& features, const Context& context) {
  if (features.crs().known() && grid.crs.known()) return reproject(features, grid.crs, context);
  if (features.crs().known() != grid.crs.known()) {
    context.warn(fmt::format("The {} has no coordinate system: coordinates are taken as they are",
                             grid.crs.known() ? "layer" : "raster"));
  }
  return features;
}

Geometries inPixels(const Geometries& geometries, const RasterGrid& grid, const Context& context) {
  return mappedGeometries(geometries, context, [&](std::span<double> coordinates) {
    for (std::size_t i = 0; i < coordinates.size(); i += 2) {
      const auto pixel = grid.toPixel(coordinates[i], coordinates[i + 1]);
      if (!pixel) return false;
      coordinates[i] = std::clamp((*pixel)[0], -kFar, kFar);
      coordinates[i + 1] = std::clamp((*pixel)[1], -kFar, kFar);
    }
    return true;
  });
}

bool meets(const Extent& extent, const RasterGrid& grid) {
  return !extent.empty() && extent.high_x >= 0 && extent.high_y >= 0 &&
         extent.low_x <= static_cast<double>(grid.columns) &&
         extent.low_y <= static_cast<double>(grid.rows);
}

// The part of a segment within a box (Liang and Barsky, 1984); false where there is none.
bool clip(const Extent& box, std::array<double, 2>& from, std::array<double, 2>& to) {
  const std::array<double, 2> low{box.low_x, box.low_y}, high{box.high_x, box.high_y};
  double first = 0, last = 1;
  const std::array<double, 2> start = from, step{to[0] - from[0], to[1] - from[1]};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (step[axis] == 0) {
      if (start[axis] < low[axis] || start[axis] > high[axis]) return false;
      continue;
    }
    const double a = (low[axis] - start[axis]) / step[axis];
    const double b = (high[axis] - start[axis]) / step[axis];
    first = std::max(first, std::min(a, b));
    last = std::min(last, std::max(a, b));
  }
  if (first > last) return false;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (last < 1) to[axis] = start[axis] + last * step[axis];
    if (first > 0) from[axis] = start[axis] + first * step[axis];
  }
  return true;
}

// What lies on the grid or just beside it: GDAL walks along each line pixel by pixel, however far
// away it ends.
class LinesOnGrid : public OGRDefaultConstGeometryVisitor {
 public:
  explicit LinesOnGrid(const RasterGrid& grid)
      : box_{-1, -1, static_cast<double>(grid.columns) + 1, static_cast<double>(grid.rows) + 1},
        lines_(std::make_unique<OGRMultiLineString>()) {}

  using OGRDefaultConstGeometryVisitor::visit;
  void visit(const OGRLineString* line) override {
    auto piece = std::make_unique<OGRLineString>();
    const auto finish = [&] {
      if (piece->getNumPoints() > 0) lines_->addGeometryDirectly(piece.release());
      piece = std::make_unique<OGRLineString>();
    };
    for (int i = 0; i + 1 < line->getNumPoints(); ++i) {
      std::array<double, 2> from{line->getX(i), line->getY(i)};
      std::array<double, 2> to{line->getX(i + 1), line->getY(i + 1)};
      const std::array<double, 2> end = to;
      if (!clip(box_, from, to)) {
        finish();
        continue;
      }
      if (piece->getNumPoints() == 0) piece->addPoint(from[0], from[1]);
      piece->addPoint(to[0], to[1]);
      if (to != end) finish();
    }
    finish();
  }
  std::unique_ptr<OGRGeometry> take() { return std::move(lines_); }

 private:
  Extent box_;
  std::unique_ptr<OGRMultiLineString> lines_;
};

std::unique_ptr<OGRGeometry> onGrid(std::unique_ptr<OGRGeometry> geometry, const RasterGrid& grid) {
  if (geometry->getDimension() != 1) return geometry;
  LinesOnGrid lines(grid);
  geometry->accept(&lines);
  return lines.take();
}

// The classes that may occur, and the label of each.
struct Labels {
  std::vector<RasterClass> classes;
  std::vector<std::uint8_t> of_class;  // kNoLabel: not on the grid
};

bool smallNumbers(const FeatureLegend& legend, const Column& column) {
  if (column.type() != Column::Type::integer) return false;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.missing(row)) continue;
    if (!(column.number(row) >= 0 && column.number(row) < kNoLabel)) return false;
  }
  return !legend.classes.empty();
}

Labels labelsOf(const FeatureLegend& legend, const std::vector<bool>& occurs,
                const Column& column) {
  Labels labels;
  labels.of_class.assign(legend.classes.size(), kNoLabel);
  const auto count = static_cast<std::size_t>(std::ranges::count(occurs, true));
  if (count > kNoLabel) {
    throw Error(kClasses, {{"attribute", legend.attribute}, {"count", count}, {"most", kNoLabel}});
  }
  const bool numbers = smallNumbers(legend, column);
  for (std::size_t i = 0; i < legend.classes.size(); ++i) {
    if (!occurs[i]) continue;
    const auto& [value, colour] = legend.classes[i];
    const auto label =
        static_cast<std::uint8_t>(numbers ? std::stoi(value) : labels.classes.size());
    labels.of_class[i] = label;
    labels.classes.push_back({label, value, colour});
  }
  return labels;
}

class Painter {
 public:
  Painter(std::vector<std::uint8_t>& labels, const RasterGrid& grid, const Context& context)
      : canvas_(labels, grid), context_(context) {}

  void add(std::unique_ptr<OGRGeometry> geometry, std::size_t vertices, std::uint8_t label) {
    geometries_.push_back(std::move(geometry));
    values_.push_back(label);
    vertices_ += vertices;
    if (vertices_ > kMostVertices) paint();
  }

  void paint() {
    std::vector<OGRGeometryH> handles;
    for (const auto& one : geometries_) handles.push_back(OGRGeometry::ToHandle(one.get()));
    if (handles.empty()) return;
    int band = 1;
    const io::GdalMessages messages;
    const CPLErr result = GDALRasterizeGeometries(
        GDALDataset::ToHandle(&canvas_.dataset()), 1, &band, static_cast<int>(handles.size()),
        handles.data(), asTheyAre, nullptr, values_.data(), nullptr, io::GdalProgress::tell,
        &progress_);
    context_.checkpoint(0.9);  // Cancelled, when that is why it ended
    if (result != CE_None) throw Error(kFailed, {{"reason", messages.reason()}});
    geometries_.clear();
    values_.clear();
    vertices_ = 0;
  }

 private:
  // The geometries are in pixels already.
  static int asTheyAre(void*, int, int count, double*, double*, double*, int* success) {
    std::fill_n(success, count, TRUE);
    return TRUE;
  }

  LabelCanvas canvas_;
  const Context& context_;
  io::GdalProgress progress_{context_, 0.4, 0.9, "Drawing features"};
  std::vector<std::unique_ptr<OGRGeometry>> geometries_;
  std::vector<double> values_;
  std::size_t vertices_ = 0;
};

}  // namespace

Raster rasterize(const Features& features, const RasterGrid& grid, std::string_view attribute,
                 const Context& context) {
  const FeatureLegend legend = legendOf(features, attribute);
  if (legend.classes.empty()) throw Error(kAttribute);
  const Features placed = inCoordinatesOf(grid, features, context.part(0, 0.2));
  const Geometries pixels = inPixels(placed.geometries(), grid, context.part(0.2, 0.4));
  std::vector<bool> occurs(legend.classes.size());
  const auto counts = [&](std::size_t i) {
    return legend.class_of[i] != FeatureLegend::kNoClass && meets(pixels.extentOf(i), grid);
  };
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (counts(i)) occurs[legend.class_of[i]] = true;
  }
  const Labels labels = labelsOf(legend, occurs, features.attributes().require(legend.attribute));

  const auto size = static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows);
  const MemoryReservation room = reserveMemory(size, "a raster of a layer");
  std::vector<std::uint8_t> drawn(size, kNoLabel);
  Painter painter(drawn, grid, context);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (!counts(i)) continue;
    painter.add(onGrid(io::ogrGeometryOf(pixels, i, false), grid),
                pixels.coordinatesOf(i).size() / 2, labels.of_class[legend.class_of[i]]);
  }
  painter.paint();
  if (std::ranges::all_of(drawn, [](std::uint8_t label) { return label == kNoLabel; })) {
    throw Error(kApart, {{"attribute", legend.attribute}});
  }
  RasterBand band;
  band.name = legend.attribute;
  return Raster::ofLabels(grid, std::move(band), std::move(drawn), labels.classes, kNoLabel);
}

}  // namespace lineament::spatial
