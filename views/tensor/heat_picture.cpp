// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/heat_picture.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "core/base/parallel.h"

namespace lineament::views {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kCellsOfATask = 1 << 16;

std::uint64_t blockSize(std::uint64_t cells, std::size_t most) {
  return cells == 0 ? 1 : (cells + most - 1) / most;
}

std::size_t squares(std::uint64_t cells, std::uint64_t block) {
  return static_cast<std::size_t>((cells + block - 1) / block);
}

void widen(Limits& limits, const Limits& other) {
  limits.low = std::min(limits.low, other.low);
  limits.high = std::max(limits.high, other.high);
}

// Collects the cells of one square.
struct Square {
  double sum = 0;
  std::uint64_t count = 0;
  Limits extremes{kInfinity, -kInfinity};
  HeatPicture::Mark mark = HeatPicture::plain;

  void add(double value) {
    if (std::isfinite(value)) {
      sum += value;
      ++count;
      widen(extremes, {value, value});
    } else if (std::isnan(value)) {
      mark = HeatPicture::not_a_number;
    } else if (mark == HeatPicture::plain) {
      mark = HeatPicture::infinite;
    }
  }
};

// One row of squares, row by row of the plane as memory has it; returns its cells' extremes.
Limits fillRow(const Tensor& tensor, const SlicePlane& plane, HeatPicture& picture,
               std::size_t row) {
  std::vector<Square> squares(picture.columns);
  const CellRange& range = picture.range;
  const std::uint64_t first = range.first_row + row * picture.block_rows;
  const std::uint64_t last = std::min(first + picture.block_rows, range.last_row);
  for (std::uint64_t r = first; r < last; ++r) {
    std::uint64_t c = range.first_column;
    for (Square& square : squares) {
      const std::uint64_t stop = std::min(c + picture.block_columns, range.last_column);
      for (; c < stop; ++c) square.add(tensor.number(plane.element(r, c)));
    }
  }
  Limits extremes{kInfinity, -kInfinity};
  for (std::size_t i = 0; i < squares.size(); ++i) {
    const Square& square = squares[i];
    const double mean = square.count == 0 ? kNaN : square.sum / static_cast<double>(square.count);
    picture.values[row * picture.columns + i] = static_cast<float>(mean);
    picture.marks[row * picture.columns + i] = square.mark;
    if (!picture.extremes.empty()) picture.extremes[i] = square.extremes;
    widen(extremes, square.extremes);
  }
  return extremes;
}

}  // namespace

bool CellRange::holds(const CellRange& other) const {
  return first_row <= other.first_row && last_row >= other.last_row &&
         first_column <= other.first_column && last_column >= other.last_column;
}

HeatPicture heatPicture(const Tensor& tensor, const SlicePlane& plane, const CellRange& range,
                        std::size_t most, const Context& context) {
  HeatPicture picture;
  picture.range = range;
  picture.block_rows = blockSize(range.rows(), most);
  picture.block_columns = blockSize(range.columns(), most);
  picture.rows = squares(range.rows(), picture.block_rows);
  picture.columns = squares(range.columns(), picture.block_columns);
  picture.values.resize(picture.rows * picture.columns);
  picture.marks.assign(picture.rows * picture.columns, HeatPicture::plain);
  if (picture.rows == 1) picture.extremes.resize(picture.columns);
  const std::uint64_t cells = std::max<std::uint64_t>(range.columns() * picture.block_rows, 1);
  const auto block = static_cast<std::size_t>(std::max<std::uint64_t>(kCellsOfATask / cells, 1));
  const Limits extremes = reduceBlocks<Limits>(
      picture.rows, block, context,
      [&](std::size_t begin, std::size_t end) {
        Limits part{kInfinity, -kInfinity};
        for (std::size_t row = begin; row < end; ++row) {
          widen(part, fillRow(tensor, plane, picture, row));
        }
        return part;
      },
      [](Limits& left, const Limits& right) { widen(left, right); });
  const bool any = picture.rows > 0 && extremes.low <= extremes.high;
  picture.low = any ? extremes.low : kNaN;
  picture.high = any ? extremes.high : kNaN;
  return picture;
}

Limits middleOf(const HeatPicture& picture, double share) {
  std::vector<float> finite;
  std::copy_if(picture.values.begin(), picture.values.end(), std::back_inserter(finite),
               [](float value) { return std::isfinite(value); });
  if (finite.empty()) return {kNaN, kNaN};
  const auto at = [&](double quantile) {
    const auto place =
        static_cast<std::ptrdiff_t>(std::lround(quantile * static_cast<double>(finite.size() - 1)));
    std::nth_element(finite.begin(), finite.begin() + place, finite.end());
    return static_cast<double>(finite[static_cast<std::size_t>(place)]);
  };
  const double low = at((1 - share) / 2);
  return {low, at((1 + share) / 2)};
}

}  // namespace lineament::views
