// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_picture.h"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <unordered_map>
#include <utility>

#include "core/base/parallel.h"
#include "views/common/colour_map.h"

namespace lineament::views {

namespace {

constexpr std::size_t kPartRows = 64;  // cells read at once

std::int64_t reducedSide(std::int64_t pixels, std::int64_t longer, std::int64_t most) {
  if (longer <= most) return std::max<std::int64_t>(pixels, 1);
  return std::max<std::int64_t>(pixels * most / longer, 1);
}

// To both sides of 0 as far, where there are values on both.
BandStretch balanced(const BandStretch& stretch) {
  if (!(stretch.low < 0 && stretch.high > 0)) return stretch;
  const double far = std::max(-stretch.low, stretch.high);
  return {-far, far};
}

// What each value of a class stands for. Values of a byte, nearly all there are, go without search.
class ByClass {
 public:
  explicit ByClass(std::uint32_t other) : other_(other) { few_.fill(other); }

  void set(std::int64_t value, std::uint32_t what) {
    if (value >= 0 && value < kFew) {
      few_[static_cast<std::size_t>(value)] = what;
    } else {
      rest_[value] = what;
    }
  }
  std::uint32_t of(float value) const {
    const std::int64_t number = std::lround(value);
    if (number >= 0 && number < kFew) return few_[static_cast<std::size_t>(number)];
    const auto found = rest_.find(number);
    return found == rest_.end() ? other_ : found->second;
  }

 private:
  static constexpr std::int64_t kFew = 256;
  std::uint32_t other_;
  std::array<std::uint32_t, kFew> few_{};
  std::unordered_map<std::int64_t, std::uint32_t> rest_;
};

class Colours {
 public:
  explicit Colours(const MapLook& look) : look_(look), of_class_(ColourMap::missing().rgb()) {
    for (const ShownClass& one : look.classes) {
      const QRgb colour =
          one.hidden ? qRgba(0, 0, 0, 0) : qRgb(one.colour[0], one.colour[1], one.colour[2]);
      for (const std::int64_t value : one.members) of_class_.set(value, colour);
    }
    if (look.categorical() || look.settings.bands.size() != 1) return;
    for (int i = 0; i < 256; ++i) ramp_[static_cast<std::size_t>(i)] = look.rampAt(i / 255.0);
  }

  QRgb classOf(float value) const { return of_class_.of(value); }
  QRgb one(float value) const { return ramp_[look_.stretches[0].step(value)]; }
  QRgb three(float red, float green, float blue) const {
    return qRgb(look_.stretches[0].step(red), look_.stretches[1].step(green),
                look_.stretches[2].step(blue));
  }

 private:
  const MapLook& look_;
  ByClass of_class_;
  std::array<QRgb, 256> ramp_{};
};

bool hasPattern(const ShownClass& one) {
  return one.pattern != ClassPattern::none && !one.hidden;
}

using DrawPart = std::function<void(QPainter&, const QRectF&, const MapPicture&, double cell)>;

// Draws each picture into a layer of the plot's size, where it lies.
QImage layerBy(const MapCamera& camera, double ratio, std::span<const MapPicture* const> pictures,
               const DrawPart& draw) {
  const QSizeF size = camera.plot().size() * ratio;
  QImage layer(std::max(static_cast<int>(std::ceil(size.width())), 1),
               std::max(static_cast<int>(std::ceil(size.height())), 1),
               QImage::Format_ARGB32_Premultiplied);
  layer.fill(Qt::transparent);
  QPainter painter(&layer);
  painter.setCompositionMode(QPainter::CompositionMode_Source);
  painter.scale(layer.width() / camera.plot().width(), layer.height() / camera.plot().height());
  painter.translate(-camera.plot().topLeft());
  painter.setTransform(camera.fromPixel(), true);
  for (const MapPicture* picture : pictures) {
    const RasterWindow& window = picture->cells->window;
    draw(painter,
         QRectF(static_cast<double>(window.column), static_cast<double>(window.row),
                static_cast<double>(window.columns), static_cast<double>(window.rows)),
         *picture, picture->cells->pixelsPerCell());
  }
  return layer;
}

}  // namespace

double MapCells::pixelsPerCell() const {
  if (count() == 0) return 1;
  return std::max(static_cast<double>(window.columns) / columns,
                  static_cast<double>(window.rows) / rows);
}

MapCells readCells(const Raster& raster, const BandChoice& bands, const RasterWindow& window,
                   std::int64_t columns, std::int64_t rows, const Context& context) {
  MapCells cells{window,
                 static_cast<int>(std::min(columns, window.columns)),
                 static_cast<int>(std::min(rows, window.rows)),
                 {}};
  cells.values.resize(cells.count() * bands.size());
  context.checkpoint(0, "Reading the map");
  const auto width = static_cast<std::size_t>(cells.columns);
  const auto readRows = [&](std::size_t first, std::size_t end) {
    const std::int64_t top = std::int64_t(first) * window.rows / cells.rows;
    const std::int64_t bottom = std::int64_t(end) * window.rows / cells.rows;
    const std::size_t size = (end - first) * width;
    std::vector<float> part(size * bands.size());
    raster.read({window.column, window.row + top, window.columns, bottom - top}, bands,
                cells.columns, std::int64_t(end - first), part);
    for (std::size_t band = 0; band < bands.size(); ++band) {
      std::copy_n(part.data() + band * size, size,
                  cells.values.data() + band * cells.count() + first * width);
    }
  };
  forBlocks(static_cast<std::size_t>(cells.rows), kPartRows, context, readRows);
  return cells;
}

QRgb MapLook::rampAt(double share) const {
  if (settings.ramp == Ramp::grey) {
    const int step = static_cast<int>(std::lround(255 * share));
    return qRgb(step, step, step);
  }
  const bool around_zero = stretches[0].low < 0 && stretches[0].high > 0;
  return (around_zero ? divergingMap(settings.dark) : sequentialMap(settings.dark)).at(share).rgb();
}

MapLook lookOf(const Raster& raster, const MapSettings& settings, const MapCells& sample) {
  MapLook look{settings, {}, settings.edits.shown(raster.classes())};
  if (look.categorical()) return look;
  for (std::size_t band = 0; band < settings.bands.size(); ++band) {
    look.stretches.push_back(stretchOf(sample.band(band), settings.stretch));
  }
  const bool alone = settings.bands.size() == 1 && settings.ramp == Ramp::colour;
  if (alone) look.stretches[0] = balanced(look.stretches[0]);
  return look;
}

QImage imageOf(const MapCells& cells, const MapLook& look) {
  QImage image(cells.columns, cells.rows, QImage::Format_ARGB32_Premultiplied);
  const Colours colours(look);
  const bool three = !look.categorical() && look.settings.bands.size() == 3;
  const float* values = cells.values.data();
  const std::size_t plane = cells.count();
  for (int row = 0; row < cells.rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    const float* from =
        values + static_cast<std::size_t>(row) * static_cast<std::size_t>(cells.columns);
    for (int column = 0; column < cells.columns; ++column, ++from) {
      if (three) {
        const float red = from[0], green = from[plane], blue = from[2 * plane];
        const bool whole = std::isfinite(red) && std::isfinite(green) && std::isfinite(blue);
        line[column] = whole ? colours.three(red, green, blue) : qRgba(0, 0, 0, 0);
      } else if (!std::isfinite(*from)) {
        line[column] = qRgba(0, 0, 0, 0);
      } else {
        line[column] = look.categorical() ? colours.classOf(*from) : colours.one(*from);
      }
    }
  }
  return image;
}

std::vector<PatternFill> MapLook::patterns() const {
  std::vector<PatternFill> fills;
  for (const ShownClass& one : classes) {
    if (!hasPattern(one)) continue;
    const auto& [red, green, blue] = one.colour;
    fills.push_back({one.pattern, patternInk(QColor(red, green, blue))});
  }
  return fills;
}

QImage marksOf(const MapCells& cells, const MapLook& look) {
  ByClass marks(0);
  int patterns = 0;
  for (const ShownClass& one : look.classes) {
    if (!hasPattern(one)) continue;
    const QRgb mark = qRgba(0, 0, 0, std::min(++patterns, 255));
    for (const std::int64_t value : one.members) marks.set(value, mark);
  }
  if (patterns == 0) return {};
  QImage image(cells.columns, cells.rows, QImage::Format_ARGB32_Premultiplied);
  const float* value = cells.values.data();
  for (int row = 0; row < cells.rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    for (int column = 0; column < cells.columns; ++column, ++value) {
      line[column] = std::isfinite(*value) ? marks.of(*value) : 0;
    }
  }
  return image;
}

std::size_t MapPicture::bytes() const {
  return (cells ? cells->bytes() : 0) +
         static_cast<std::size_t>(image.sizeInBytes() + marks.sizeInBytes());
}

MapPicture pictureOf(std::shared_ptr<const MapCells> cells, std::shared_ptr<const MapLook> look) {
  QImage image = imageOf(*cells, *look), marks = marksOf(*cells, *look);
  return {std::move(cells), std::move(look), std::move(image), std::move(marks)};
}

ClassShares sharesOf(const MapCells& cells, const std::vector<RasterClass>& classes) {
  ClassShares shares;
  for (const RasterClass& one : classes) shares.classes[one.value] = 0;
  if (cells.count() == 0) return shares;
  const double one = 1 / static_cast<double>(cells.count());
  for (const float value : cells.band(0)) {
    if (!std::isfinite(value)) {
      shares.none += one;
      continue;
    }
    const auto found = shares.classes.find(std::lround(value));
    (found == shares.classes.end() ? shares.other : found->second) += one;
  }
  return shares;
}

MapOverview overviewOf(const Raster& raster, const MapSettings& settings,
                       std::shared_ptr<const MapCells> cells) {
  auto look = std::make_shared<const MapLook>(lookOf(raster, settings, *cells));
  ClassShares shares;
  if (raster.categorical()) shares = sharesOf(*cells, raster.classes());
  return {pictureOf(std::move(cells), std::move(look)), std::move(shares)};
}

MapOverview readOverview(const Raster& raster, const MapSettings& settings,
                         const Context& context) {
  const std::int64_t longer = std::max(raster.columns(), raster.rows());
  auto cells = std::make_shared<const MapCells>(readCells(
      raster, settings.bands, raster.whole(), reducedSide(raster.columns(), longer, kOverviewCells),
      reducedSide(raster.rows(), longer, kOverviewCells), context));
  return overviewOf(raster, settings, std::move(cells));
}

QImage layerOf(const MapCamera& camera, double ratio, std::span<const MapPicture* const> pictures,
               Patterns patterns) {
  const double pixel = camera.unitsPerPixel() * ratio;
  QImage layer =
      layerBy(camera, ratio, pictures,
              [pixel](QPainter& painter, const QRectF& at, const MapPicture& picture, double cell) {
                // Pixels that are larger than the screen's keep their edges; classes never mix.
                const bool mixes = !picture.look->categorical() && (cell > 1 || pixel * cell < 1);
                painter.setRenderHint(QPainter::SmoothPixmapTransform, mixes);
                painter.drawImage(at, picture.image);
              });
  const auto marked = std::find_if(pictures.rbegin(), pictures.rend(),
                                   [](const MapPicture* one) { return !one->marks.isNull(); });
  if (marked == pictures.rend() || patterns == Patterns::apart) return layer;
  const QImage marks =
      layerBy(camera, ratio, pictures,
              [](QPainter& painter, const QRectF& at, const MapPicture& picture, double) {
                picture.marks.isNull() ? painter.fillRect(at, Qt::transparent)
                                       : painter.drawImage(at, picture.marks);
              });
  // The squares keep their place on the ground while the map is panned.
  const QPointF origin = (camera.fromPixel().map(QPointF(0, 0)) - camera.plot().topLeft()) * ratio;
  layPatterns(layer, marks, (*marked)->look->patterns(), ratio, origin);
  return layer;
}

std::optional<std::size_t> markAt(const MapPicture& picture, const QPointF& pixel) {
  const MapCells& cells = *picture.cells;
  const RasterWindow& window = cells.window;
  const double right = (pixel.x() - static_cast<double>(window.column)) /
                       static_cast<double>(window.columns) * cells.columns;
  const double down =
      (pixel.y() - static_cast<double>(window.row)) / static_cast<double>(window.rows) * cells.rows;
  if (!(right >= 0 && right < cells.columns && down >= 0 && down < cells.rows)) return std::nullopt;
  if (picture.marks.isNull()) return 0;
  const auto* line =
      reinterpret_cast<const QRgb*>(picture.marks.constScanLine(static_cast<int>(down)));
  return static_cast<std::size_t>(qAlpha(line[static_cast<int>(right)]));
}

}  // namespace lineament::views
