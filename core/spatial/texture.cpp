// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/texture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace lineament::spatial {

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The finite values of a part of a window.
struct Part {
  double count = 0;
  double mean = 0;
  double squares = 0;  // of the distances from the mean, added up
  float low = std::numeric_limits<float>::infinity();
  float high = -std::numeric_limits<float>::infinity();
};

// `rows` values below each other.
Part columnOf(const float* values, std::int64_t stride, std::int64_t rows) {
  Part part;
  for (std::int64_t i = 0; i < rows; ++i) {
    const float value = values[i * stride];
    if (!std::isfinite(value)) continue;
    part.count += 1;
    part.mean += value;
    part.low = std::min(part.low, value);
    part.high = std::max(part.high, value);
  }
  if (part.count == 0) return part;
  part.mean /= part.count;
  for (std::int64_t i = 0; i < rows; ++i) {
    const double away = values[i * stride] - part.mean;
    if (std::isfinite(values[i * stride])) part.squares += away * away;
  }
  return part;
}

// Columns beside each other: squares about the common mean are those about their own ones and what
// these are away from it.
Part joined(std::span<const Part> parts) {
  Part whole;
  for (const Part& part : parts) {
    whole.count += part.count;
    whole.mean += part.count * part.mean;
    whole.low = std::min(whole.low, part.low);
    whole.high = std::max(whole.high, part.high);
  }
  if (whole.count == 0) return whole;
  whole.mean /= whole.count;
  for (const Part& part : parts) {
    const double away = part.mean - whole.mean;
    whole.squares += part.squares + part.count * away * away;
  }
  return whole;
}

float valueOf(const Part& window, WindowStatistic statistic) {
  if (statistic == WindowStatistic::mean) return static_cast<float>(window.mean);
  if (statistic == WindowStatistic::range) return window.high - window.low;
  return static_cast<float>(std::sqrt(window.squares / window.count));
}

class TextureSource : public RasterSource {
 public:
  TextureSource(Raster raster, std::vector<WindowStatistic> statistics, std::int64_t side)
      : raster_(std::move(raster)), statistics_(std::move(statistics)), radius_(side / 2) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    const auto cells = static_cast<std::size_t>(out_columns * out_rows);
    std::vector<std::size_t> plain, places;
    std::map<std::size_t, std::vector<Wanted>> wanted;  // by the band that they are of
    for (std::size_t i = 0; i < bands.size(); ++i) {
      if (bands[i] < raster_.bands().size()) {
        plain.push_back(bands[i]);
        places.push_back(i);
      } else {
        const std::size_t which = bands[i] - raster_.bands().size();
        wanted[which / statistics_.size()].push_back(
            {statistics_[which % statistics_.size()], to.subspan(i * cells, cells)});
      }
    }
    if (!plain.empty()) {
      std::vector<float> values(plain.size() * cells);
      raster_.read(window, plain, out_columns, out_rows, values);
      for (std::size_t i = 0; i < plain.size(); ++i) {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * cells), cells,
                    to.begin() + static_cast<std::ptrdiff_t>(places[i] * cells));
      }
    }
    const std::vector<std::int64_t> columns = middles(window.column, window.columns, out_columns);
    const std::vector<std::int64_t> rows = middles(window.row, window.rows, out_rows);
    // Rows far apart are read one by one.
    const std::size_t together = out_rows == window.rows ? rows.size() : 1;
    for (const auto& [band, outputs] : wanted) {
      for (std::size_t row = 0; row < rows.size(); row += together) {
        addRows(band, columns, rows, row, std::min(row + together, rows.size()), outputs);
      }
    }
  }

 private:
  struct Wanted {
    WindowStatistic statistic;
    std::span<float> to;
  };

  // The pixels in the middle of `cells` equal parts.
  static std::vector<std::int64_t> middles(std::int64_t begin, std::int64_t length,
                                           std::int64_t cells) {
    std::vector<std::int64_t> places;
    for (std::int64_t i = 0; i < cells; ++i)
      places.push_back(begin + (2 * i + 1) * length / (2 * cells));
    return places;
  }

  // Rows [first, last) of the cells, from one piece of the raster.
  void addRows(std::size_t band, const std::vector<std::int64_t>& columns,
               const std::vector<std::int64_t>& rows, std::size_t first, std::size_t last,
               const std::vector<Wanted>& outputs) const {
    const RasterWindow piece = around(columns.front(), columns.back(), rows[first], rows[last - 1]);
    const std::vector<float> values = raster_.values(piece, band);
    std::vector<Part> parts(static_cast<std::size_t>(piece.columns));
    for (std::size_t row = first; row < last; ++row) {
      const std::int64_t top = std::max(rows[row] - radius_, piece.row);
      const std::int64_t bottom = std::min(rows[row] + radius_ + 1, piece.row + piece.rows);
      const float* from = values.data() + (top - piece.row) * piece.columns;
      for (std::int64_t x = 0; x < piece.columns; ++x) {
        parts[static_cast<std::size_t>(x)] = columnOf(from + x, piece.columns, bottom - top);
      }
      const float* middle = values.data() + (rows[row] - piece.row) * piece.columns;
      for (std::size_t column = 0; column < columns.size(); ++column) {
        const std::int64_t x = columns[column] - piece.column;
        const std::int64_t left = std::max<std::int64_t>(x - radius_, 0);
        const std::int64_t right = std::min(x + radius_ + 1, piece.columns);
        const bool there = std::isfinite(middle[x]);
        const Part window =
            there ? joined(std::span(parts).subspan(static_cast<std::size_t>(left),
                                                    static_cast<std::size_t>(right - left)))
                  : Part{};
        for (const Wanted& output : outputs) {
          output.to[row * columns.size() + column] =
              there ? valueOf(window, output.statistic) : kNaN;
        }
      }
    }
  }

  RasterWindow around(std::int64_t left, std::int64_t right, std::int64_t top,
                      std::int64_t bottom) const {
    RasterWindow piece;
    piece.column = std::max<std::int64_t>(left - radius_, 0);
    piece.row = std::max<std::int64_t>(top - radius_, 0);
    piece.columns = std::min(right + radius_ + 1, raster_.columns()) - piece.column;
    piece.rows = std::min(bottom + radius_ + 1, raster_.rows()) - piece.row;
    return piece;
  }

  Raster raster_;
  std::vector<WindowStatistic> statistics_;
  std::int64_t radius_;
};

}  // namespace

std::string_view name(WindowStatistic statistic) {
  switch (statistic) {
    case WindowStatistic::mean:
      return "mean";
    case WindowStatistic::deviation:
      return "deviation";
    case WindowStatistic::range:
      return "range";
  }
  return {};
}

Raster withTexture(const Raster& raster, const std::vector<WindowStatistic>& statistics,
                   std::int64_t side) {
  if (statistics.empty()) return raster;
  std::vector<RasterBand> bands = raster.bands();
  for (const RasterBand& band : raster.bands()) {
    for (const WindowStatistic statistic : statistics) {
      RasterBand made;
      made.name = fmt::format("{} {} {}x{}", band.name, name(statistic), side, side);
      made.unit = band.unit;
      bands.push_back(std::move(made));
    }
  }
  return Raster(raster.grid(), std::move(bands),
                std::make_shared<TextureSource>(raster, statistics, side));
}

}  // namespace lineament::spatial
