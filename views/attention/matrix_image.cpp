// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/matrix_image.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/base/parallel.h"
#include "core/data/weight_run.h"
#include "views/common/colour_map.h"

namespace lineament::views {

namespace {

constexpr int kHatch = 3;       // pixels of a stripe
constexpr int kLines = 64;      // of the picture, painted as one task
constexpr QRgb kUnpainted = 0;  // transparent, as no colour is

// Blocks [first, last) of a plane under a pixel; none: it lies outside.
struct Span {
  std::size_t first = 0, last = 0;
  bool operator==(const Span&) const = default;
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

// Paints a plane line by line, where no finer one has painted. Blocks of a line's rows are taken
// together first, in a loop that runs along the memory, then those under each of its pixels.
class Painting {
 public:
  Painting(const ReducedPlane& plane, const WeightLook& look, const WeightColours& colours,
           QRgb ground, const std::vector<Span>& columns)
      : plane_(plane),
        look_(look),
        colours_(colours),
        ground_(ground),
        columns_(columns),
        peaks_(plane.columns),
        sums_(plane.columns),
        counts_(plane.columns) {
    share_ = static_cast<float>(1 / look.over);
    mean_ = look.reduction == Reduction::mean && !plane.mean.empty();
    for (std::size_t x = 0; x < columns_.size(); ++x) {
      const Span& span = columns_[x];
      if (span.first == span.last) continue;
      if (last_ == 0) {
        first_ = span.first;
        first_x_ = x;
      }
      last_ = span.last;
      end_x_ = x + 1;
    }
  }

  // `limit` is what `per_row` divides by.
  void paintLine(QRgb* line, int y, const Span& rows, double limit) {
    if (painted(line)) return;
    if (!(rows == rows_)) {
      takeTogether(rows);
      rows_ = rows;
    }
    const Span* before = nullptr;
    QRgb colour = ground_;
    bool hatched = false;
    for (std::size_t x = first_x_; x < end_x_; ++x) {
      const Span& span = columns_[x];
      if (line[x] != kUnpainted) continue;
      if (!before || hatched || !(span == *before)) {
        colour = colourOf(span, limit, static_cast<int>(x) + y, hatched);
        before = &span;
      }
      line[x] = colour;
    }
  }

 private:
  // Blocks of the row that are not wholly above the diagonal come first.
  std::size_t visibleOf(std::size_t row) const {
    if (!plane_.causal) return plane_.columns;
    const std::uint64_t end = std::min(plane_.firstQuery(row) + plane_.block_queries,
                                       plane_.window.query + plane_.window.queries);
    if (end <= plane_.window.key) return 0;
    const std::uint64_t keys = end - plane_.window.key;
    return std::min<std::uint64_t>((keys + plane_.block_keys - 1) / plane_.block_keys,
                                   plane_.columns);
  }

  // Finer planes have taken all of its pixels.
  bool painted(const QRgb* line) const {
    return std::none_of(line + first_x_, line + end_x_,
                        [](QRgb colour) { return colour == kUnpainted; });
  }

  void takeTogether(const Span& rows) {
    visible_ = visibleOf(rows.last - 1);
    std::fill(peaks_.begin() + std::ptrdiff_t(first_), peaks_.begin() + std::ptrdiff_t(last_),
              0.0F);
    if (mean_) {
      std::fill(sums_.begin(), sums_.end(), 0.0F);
      std::fill(counts_.begin(), counts_.end(), 0);
    }
    for (std::size_t row = rows.first; row < rows.last; ++row) {
      const std::size_t last = std::min(visibleOf(row), last_);
      const float* peak = plane_.peak.data() + row * plane_.columns;
      if (first_ >= last) continue;
      takeStronger(std::span(peaks_).subspan(first_, last - first_),
                   std::span(peak + first_, last - first_));
      if (!mean_) continue;
      const float* mean = plane_.mean.data() + row * plane_.columns;
      for (std::size_t i = first_; i < last; ++i) {
        if (std::isnan(mean[i])) continue;
        sums_[i] += mean[i];
        ++counts_[i];
      }
    }
  }

  // A colour that is `hatched` depends on where its pixel is.
  QRgb colourOf(const Span& columns, double limit, int diagonal, bool& hatched) const {
    hatched = false;
    const std::size_t last = std::min(columns.last, visible_);
    if (columns.first >= last) return ground_;
    float weight = 0, sum = 0;
    int count = 0;
    for (std::size_t i = columns.first; i < last; ++i) {
      weight = stronger(weight, peaks_[i]);
      if (!mean_) continue;
      sum += sums_[i];
      count += counts_[i];
    }
    if (std::isnan(weight)) {
      hatched = true;
      return (diagonal / kHatch) % 2 == 0 ? ColourMap::missing().rgb() : ground_;
    }
    if (mean_) weight = count > 0 ? sum / static_cast<float>(count) : 0;
    if (std::abs(static_cast<double>(weight)) < look_.threshold) return ground_;
    if (look_.mask && weight == 0) return ground_;
    if (look_.per_row) {
      weight = limit > 0 ? static_cast<float>(weight / limit) : 0;
    } else {
      weight *= share_;
    }
    return colours_.of(weight);
  }

  const ReducedPlane& plane_;
  const WeightLook& look_;
  const WeightColours& colours_;
  QRgb ground_;
  bool mean_ = false;
  float share_ = 1;  // of a weight in what it is over
  const std::vector<Span>& columns_;
  std::size_t first_ = 0, last_ = 0;     // blocks that are under any pixel
  std::size_t first_x_ = 0, end_x_ = 0;  // pixels that have any, all of these
  // Those of the present line's rows, taken together.
  Span rows_;
  std::vector<float> peaks_, sums_;
  std::vector<int> counts_;
  std::size_t visible_ = 0;
};

// Whether the peaks of `one` are those of the same queries as the blocks of `painted`. A sample has
// read but one query of each row of blocks, so that its peaks hold for samples of the same alone.
bool tellsPeaks(const ReducedPlane& one, const ReducedPlane& painted) {
  if (one.sampled != painted.sampled) return false;
  return one.block_queries == painted.block_queries || (!one.sampled && one.queriesOfAPeak() == 1);
}

// The largest magnitude that a plane has in the queries [first, end).
float peakIn(const ReducedPlane& plane, std::uint64_t first, std::uint64_t end) {
  const std::uint64_t start = plane.window.query, each = plane.queriesOfAPeak();
  if (end <= start) return 0;
  const std::uint64_t last =
      std::min<std::uint64_t>((end - start + each - 1) / each, plane.query_peaks.size());
  float most = 0;
  for (std::uint64_t i = first > start ? (first - start) / each : 0; i < last; ++i) {
    most = std::max(most, plane.query_peaks[i]);
  }
  return most;
}

// A plane, what of it lies under the picture's lines and columns, and those that know its rows'
// peaks.
struct Painted {
  const ReducedPlane& plane;
  std::vector<Span> rows, columns;
  std::vector<const ReducedPlane*> peaks;

  double limitOf(const Span& span) const {
    float limit = 0;
    for (const ReducedPlane* each : peaks) {
      limit =
          std::max(limit, peakIn(*each, plane.firstQuery(span.first), plane.firstQuery(span.last)));
    }
    return static_cast<double>(limit);
  }
};

// Those of `planes` that `plane` shares queries with, too.
std::vector<const ReducedPlane*> tellersOf(const ReducedPlane& plane,
                                           const std::vector<PlanePtr>& planes) {
  std::vector<const ReducedPlane*> tellers;
  const auto endOf = [](const ReducedPlane& each) {
    return each.window.query + each.window.queries;
  };
  for (const PlanePtr& each : planes) {
    const bool apart = endOf(*each) <= plane.window.query || endOf(plane) <= each->window.query;
    if (!apart && tellsPeaks(*each, plane)) tellers.push_back(each.get());
  }
  return tellers;
}

}  // namespace

QImage matrixImage(const std::vector<PlanePtr>& planes, const CellArea& area, const QSize& pixels,
                   const WeightLook& look, const WeightColours& colours, const QColor& ground) {
  if (pixels.isEmpty() || !(area.queries > 0) || !(area.keys > 0)) return {};
  QImage image(pixels, QImage::Format_RGB32);
  const int lines = pixels.height(), width = pixels.width();
  auto* first = reinterpret_cast<QRgb*>(image.bits());
  const auto stride = static_cast<std::size_t>(image.bytesPerLine()) / sizeof(QRgb);
  const double tall = area.queries / lines, wide = area.keys / width;
  std::vector<Painted> painted;  // finest first
  for (auto each = planes.rbegin(); each != planes.rend(); ++each) {
    const ReducedPlane& plane = **each;
    const AttentionWindow& window = plane.window;
    painted.push_back(
        {plane,
         spansOf(area.query, tall, lines, window.query, window.queries, plane.block_queries),
         spansOf(area.key, wide, width, window.key, window.keys, plane.block_keys),
         {}});
    if (look.per_row) painted.back().peaks = tellersOf(plane, planes);
  }
  const auto paint = [&](std::size_t begin, std::size_t end) {
    // Not by QImage::fill, which makes it opaque.
    for (std::size_t y = begin; y < end; ++y) std::fill_n(first + y * stride, width, kUnpainted);
    for (const Painted& each : painted) {
      const std::vector<Span>& rows = each.rows;
      Painting painting(each.plane, look, colours, ground.rgb(), each.columns);
      for (std::size_t y = begin; y < end; ++y) {
        if (rows[y].first == rows[y].last) continue;
        const double limit = look.per_row ? each.limitOf(rows[y]) : 1;
        painting.paintLine(first + y * stride, static_cast<int>(y), rows[y], limit);
      }
    }
    for (std::size_t y = begin; y < end; ++y) {
      std::replace(first + y * stride, first + y * stride + width, kUnpainted, ground.rgb());
    }
  };
  forBlocks(static_cast<std::size_t>(lines), kLines, {}, paint);
  return image;
}

namespace {

// Of the cells of an area, which are there and not 0.
class KeptCells {
 public:
  KeptCells(const std::vector<PlanePtr>& planes, const CellArea& area)
      : query_(static_cast<std::int64_t>(std::floor(area.query))),
        key_(static_cast<std::int64_t>(std::floor(area.key))),
        queries_(static_cast<int>(std::ceil(area.query + area.queries)) - static_cast<int>(query_)),
        keys_(static_cast<int>(std::ceil(area.key + area.keys)) - static_cast<int>(key_)),
        states_(static_cast<std::size_t>(queries_) * static_cast<std::size_t>(keys_)) {
    for (const PlanePtr& plane : planes) {
      if (!plane->reduced()) take(*plane);
    }
  }
  int queries() const { return queries_; }
  int keys() const { return keys_; }
  // Whether one of two cells is kept and the other left out by a mask.
  bool differ(int row, int column, int other_row, int other_column) const {
    const State one = at(row, column), other = at(other_row, other_column);
    return one != State::unknown && other != State::unknown && one != other;
  }
  double queryOf(int row) const { return static_cast<double>(query_ + row); }
  double keyOf(int column) const { return static_cast<double>(key_ + column); }

 private:
  enum class State : std::uint8_t { unknown, kept, left_out };

  State at(int row, int column) const {
    if (row < 0 || column < 0 || row >= queries_ || column >= keys_) return State::unknown;
    return states_[static_cast<std::size_t>(row) * static_cast<std::size_t>(keys_) +
                   static_cast<std::size_t>(column)];
  }

  void take(const ReducedPlane& plane) {
    for (int row = 0; row < queries_; ++row) {
      const std::int64_t query = query_ + row - static_cast<std::int64_t>(plane.window.query);
      if (query < 0 || query >= static_cast<std::int64_t>(plane.rows)) continue;
      for (int column = 0; column < keys_; ++column) {
        const std::int64_t key = key_ + column - static_cast<std::int64_t>(plane.window.key);
        if (key < 0 || key >= static_cast<std::int64_t>(plane.columns)) continue;
        const auto i = static_cast<std::size_t>(query), j = static_cast<std::size_t>(key);
        if (plane.masked(i, j)) continue;
        states_[static_cast<std::size_t>(row) * static_cast<std::size_t>(keys_) +
                static_cast<std::size_t>(column)] =
            plane.peak[i * plane.columns + j] == 0 ? State::left_out : State::kept;
      }
    }
  }

  std::int64_t query_, key_;
  int queries_, keys_;
  std::vector<State> states_;
};

}  // namespace

std::vector<QLineF> maskOutline(const std::vector<PlanePtr>& planes, const CellArea& area,
                                const QSizeF& size) {
  std::vector<QLineF> lines;
  if (!(area.queries > 0) || !(area.keys > 0)) return lines;
  const KeptCells cells(planes, area);
  const auto x = [&](int column) {
    return (cells.keyOf(column) - area.key) / area.keys * size.width();
  };
  const auto y = [&](int row) {
    return (cells.queryOf(row) - area.query) / area.queries * size.height();
  };
  for (int row = 0; row < cells.queries(); ++row) {
    for (int column = 0; column < cells.keys(); ++column) {
      if (cells.differ(row, column, row, column - 1)) {
        lines.emplace_back(x(column), y(row), x(column), y(row + 1));
      }
      if (cells.differ(row, column, row - 1, column)) {
        lines.emplace_back(x(column), y(row), x(column + 1), y(row));
      }
    }
  }
  return lines;
}

}  // namespace lineament::views
