// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_spectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

#include "core/base/random.h"

namespace lineament::views {

namespace {

constexpr std::int64_t kBlock = 256;
constexpr std::uint64_t kSeed = 1;  // the same spectrum for the same click

// Mean and sum of squared deviations of each band (Welford, 1962).
class Moments {
 public:
  explicit Moments(std::size_t bands) : mean_(bands, 0), squares_(bands, 0) {}

  void add(std::span<const float> values, std::size_t plane, std::size_t at) {
    ++count_;
    const auto count = static_cast<double>(count_);
    for (std::size_t band = 0; band < mean_.size(); ++band) {
      const auto value = static_cast<double>(values[band * plane + at]);
      const double off = value - mean_[band];
      mean_[band] += off / count;
      squares_[band] += off * (value - mean_[band]);
    }
  }
  std::int64_t count() const { return count_; }
  ClassSpectrum spectrum() const {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    ClassSpectrum made{mean_, squares_, count_, false};
    for (std::size_t band = 0; band < mean_.size(); ++band) {
      if (count_ < 1) made.mean[band] = kNone;
      made.deviation[band] =
          count_ > 1 ? std::sqrt(squares_[band] / static_cast<double>(count_ - 1)) : kNone;
    }
    return made;
  }

 private:
  std::vector<double> mean_, squares_;
  std::int64_t count_ = 0;
};

// Blocks of the image that meet a part of its plane, in an order by chance.
std::vector<RasterWindow> blocksOf(const RasterLayer& image, const QRectF& part) {
  const QRectF pixels = image.plane.toPixel().mapRect(image.plane.whole().intersected(part));
  std::vector<RasterWindow> blocks;
  const Raster& raster = image.raster;
  for (std::int64_t row = 0; row < raster.rows(); row += kBlock) {
    for (std::int64_t column = 0; column < raster.columns(); column += kBlock) {
      const RasterWindow block{column, row, std::min(kBlock, raster.columns() - column),
                               std::min(kBlock, raster.rows() - row)};
      const QRectF place(static_cast<double>(column), static_cast<double>(row),
                         static_cast<double>(block.columns), static_cast<double>(block.rows));
      if (place.intersects(pixels)) blocks.push_back(block);
    }
  }
  Random random(kSeed);
  for (std::size_t i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
  return blocks;
}

// Labels of the part of a class map that a block of the image covers.
class Labels {
 public:
  Labels(const RasterLayer& classes, const RasterLayer& image, const RasterWindow& block)
      : to_classes_(image.plane.fromPixel() * classes.plane.toPixel()) {
    const QRectF place(static_cast<double>(block.column), static_cast<double>(block.row),
                       static_cast<double>(block.columns), static_cast<double>(block.rows));
    const QRectF covered = to_classes_.mapRect(place);
    const Raster& raster = classes.raster;
    window_.column =
        std::clamp<std::int64_t>(std::llround(covered.left()) - 1, 0, raster.columns());
    window_.row = std::clamp<std::int64_t>(std::llround(covered.top()) - 1, 0, raster.rows());
    window_.columns = std::clamp<std::int64_t>(std::llround(covered.right()) + 1, window_.column,
                                               raster.columns()) -
                      window_.column;
    window_.rows =
        std::clamp<std::int64_t>(std::llround(covered.bottom()) + 1, window_.row, raster.rows()) -
        window_.row;
    if (window_.columns < 1 || window_.rows < 1) return;
    // Of classes far finer than the image a few for each of its pixels are enough to meet its
    // middle.
    columns_ = std::min(window_.columns, kFinest * block.columns);
    rows_ = std::min(window_.rows, kFinest * block.rows);
    values_.resize(static_cast<std::size_t>(columns_ * rows_));
    const std::size_t band = 0;
    raster.read(window_, std::span(&band, 1), columns_, rows_, values_);
  }

  // NaN outside the class map.
  float at(std::int64_t image_column, std::int64_t image_row) const {
    const QPointF place = to_classes_.map(
        QPointF(static_cast<double>(image_column) + 0.5, static_cast<double>(image_row) + 0.5));
    const auto column = static_cast<std::int64_t>(std::floor(place.x())) - window_.column;
    const auto row = static_cast<std::int64_t>(std::floor(place.y())) - window_.row;
    const bool inside = column >= 0 && row >= 0 && column < window_.columns && row < window_.rows;
    if (!inside) return std::numeric_limits<float>::quiet_NaN();
    const std::int64_t across = column * columns_ / window_.columns;
    const std::int64_t down = row * rows_ / window_.rows;
    return values_[static_cast<std::size_t>(down * columns_ + across)];
  }

 private:
  QTransform to_classes_;
  static constexpr std::int64_t kFinest = 4;  // classes along a pixel of the image

  RasterWindow window_;
  std::int64_t columns_ = 0, rows_ = 0;
  std::vector<float> values_;
};

// The block's pixels of the class, counted by rows.
std::vector<std::size_t> pixelsOf(const std::unordered_set<std::int64_t>& members,
                                  const Labels& labels, const RasterWindow& block) {
  std::vector<std::size_t> found;
  for (std::int64_t row = 0; row < block.rows; ++row) {
    for (std::int64_t column = 0; column < block.columns; ++column) {
      const float label = labels.at(block.column + column, block.row + row);
      if (!std::isfinite(label) || !members.contains(std::lround(label))) continue;
      found.push_back(static_cast<std::size_t>(row * block.columns + column));
    }
  }
  return found;
}

}  // namespace

ClassSpectrum classSpectrum(const RasterLayer& classes, const std::vector<std::int64_t>& members,
                            const RasterLayer& image, const Context& context) {
  const std::unordered_set<std::int64_t> values(members.begin(), members.end());
  const auto pick = [&](const RasterWindow& block) {
    return pixelsOf(values, Labels(classes, image, block), block);
  };
  return spectrumOf(image, classes.plane.whole(), pick, context);
}

ClassSpectrum spectrumOf(const RasterLayer& image, const QRectF& part, const PickPixels& pick,
                         const Context& context) {
  std::vector<std::size_t> bands(image.raster.bands().size());
  std::iota(bands.begin(), bands.end(), std::size_t{0});
  Moments moments(bands.size());
  const std::vector<RasterWindow> blocks = blocksOf(image, part);
  std::vector<float> read;
  std::int64_t looked = 0;
  std::size_t done = 0;
  for (; done < blocks.size(); ++done) {
    if (moments.count() >= kSpectrumPixels || looked >= kSpectrumLooks) break;
    context.checkpoint(static_cast<double>(done) / static_cast<double>(blocks.size()),
                       "Averaging the pixels");
    const RasterWindow& block = blocks[done];
    const auto plane = static_cast<std::size_t>(block.columns * block.rows);
    looked += static_cast<std::int64_t>(plane);
    const std::vector<std::size_t> pixels = pick(block);
    if (pixels.empty()) continue;
    read.resize(plane * bands.size());
    image.raster.read(block, bands, block.columns, block.rows, read);
    for (const std::size_t pixel : pixels) {
      const bool whole = std::all_of(bands.begin(), bands.end(), [&](std::size_t band) {
        return std::isfinite(read[band * plane + pixel]);
      });
      if (whole) moments.add(read, plane, pixel);
    }
  }
  ClassSpectrum made = moments.spectrum();
  made.sampled = done < blocks.size();
  return made;
}

}  // namespace lineament::views
