// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/matrix_image.h"

#include <algorithm>
#include <cmath>

#include "views/common/colour_map.h"

namespace lineament::views {

namespace {

constexpr int kHatch = 3;  // pixels of a stripe

// Blocks [first, last) of a plane under a pixel; none: it lies outside.
struct Span {
  std::size_t first = 0, last = 0;
};

// `from` cells are before the first pixel, each pixel has `cell` cells, the plane's blocks of
// `block` cells begin at `start`.
std::vector<Span> spansOf(double from, double cell, int pixels, std::uint64_t start,
                          std::uint64_t cells, std::uint64_t block) {
  std::vector<Span> spans(static_cast<std::size_t>(pixels));
  const double end = static_cast<double>(start + cells), begin = static_cast<double>(start);
  const auto side = static_cast<double>(block);
  for (int i = 0; i < pixels; ++i) {
    // A pixel shows what its middle lies in, and more where it covers more.
    const double left = from + i * cell, right = left + cell, middle = (left + right) / 2;
    if (middle < begin || middle >= end) continue;
    auto first = static_cast<std::size_t>((middle - begin) / side);
    auto last = first + 1;
    if (cell > side) {
      first = static_cast<std::size_t>(std::max(0.0, std::round((left - begin) / side)));
      const double until = std::round((std::min(right, end) - begin) / side);
      last = std::max(first + 1, static_cast<std::size_t>(until));
    }
    const auto count = static_cast<std::size_t>((cells + block - 1) / block);
    spans[static_cast<std::size_t>(i)] = {std::min(first, count - 1), std::min(last, count)};
  }
  return spans;
}

class Painting {
 public:
  Painting(const ReducedPlane& plane, const WeightLook& look, const WeightColours& colours,
           QRgb ground)
      : plane_(plane), look_(look), colours_(colours), ground_(ground) {
    mean_ = look.reduction == Reduction::mean && !plane.mean.empty();
  }

  void paintLine(QRgb* line, int y, const Span& rows, const std::vector<Span>& columns,
                 double limit) const {
    for (std::size_t x = 0; x < columns.size(); ++x) {
      if (columns[x].last == columns[x].first) continue;
      line[x] = colourOf(rows, columns[x], limit, static_cast<int>(x) + y);
    }
  }

 private:
  QRgb colourOf(const Span& rows, const Span& columns, double limit, int diagonal) const {
    float peak = 0;
    double sum = 0;
    int count = 0;
    bool seen = false;
    for (std::size_t row = rows.first; row < rows.last; ++row) {
      for (std::size_t column = columns.first; column < columns.last; ++column) {
        if (plane_.masked(row, column)) continue;
        seen = true;
        const std::size_t at = row * plane_.columns + column;
        if (std::isnan(plane_.peak[at])) return hatched(diagonal);
        if (!mean_) {
          if (std::abs(plane_.peak[at]) > std::abs(peak)) peak = plane_.peak[at];
        } else if (!std::isnan(plane_.mean[at])) {
          sum += static_cast<double>(plane_.mean[at]);
          ++count;
        }
      }
    }
    if (!seen) return ground_;
    float weight = mean_ ? static_cast<float>(count > 0 ? sum / count : 0) : peak;
    if (std::abs(static_cast<double>(weight)) < look_.threshold) return ground_;
    if (look_.per_row) weight = limit > 0 ? static_cast<float>(weight / limit) : 0;
    return colours_.of(weight);
  }

  QRgb hatched(int diagonal) const {
    return (diagonal / kHatch) % 2 == 0 ? ColourMap::missing().rgb() : ground_;
  }

  const ReducedPlane& plane_;
  const WeightLook& look_;
  const WeightColours& colours_;
  QRgb ground_;
  bool mean_ = false;
};

double limitOf(const ReducedPlane& plane, const Span& rows, const std::vector<float>& peaks) {
  const std::uint64_t first = std::min<std::uint64_t>(plane.firstQuery(rows.first), peaks.size());
  const std::uint64_t last = std::min<std::uint64_t>(plane.firstQuery(rows.last), peaks.size());
  float limit = 0;
  for (std::uint64_t query = first; query < last; ++query) limit = std::max(limit, peaks[query]);
  return static_cast<double>(limit);
}

}  // namespace

QImage matrixImage(const std::vector<PlanePtr>& planes, const CellArea& area, const QSize& pixels,
                   const WeightLook& look, const WeightColours& colours,
                   const std::vector<float>& query_peaks, const QColor& ground) {
  if (pixels.isEmpty() || !(area.queries > 0) || !(area.keys > 0)) return {};
  QImage image(pixels, QImage::Format_RGB32);
  image.fill(ground);
  const double tall = area.queries / pixels.height(), wide = area.keys / pixels.width();
  for (const PlanePtr& plane : planes) {
    const AttentionWindow& window = plane->window;
    const auto rows = spansOf(area.query, tall, pixels.height(), window.query, window.queries,
                              plane->block_queries);
    const auto columns =
        spansOf(area.key, wide, pixels.width(), window.key, window.keys, plane->block_keys);
    const Painting painting(*plane, look, colours, ground.rgb());
    for (int y = 0; y < pixels.height(); ++y) {
      const Span& span = rows[static_cast<std::size_t>(y)];
      if (span.first == span.last) continue;
      const double limit = look.per_row ? limitOf(*plane, span, query_peaks) : 1;
      painting.paintLine(reinterpret_cast<QRgb*>(image.scanLine(y)), y, span, columns, limit);
    }
  }
  return image;
}

}  // namespace lineament::views
