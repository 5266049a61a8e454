// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/data/tensor.h"
#include "views/tensor/tensor_slice.h"

namespace lineament::views {

// Cells [first_row, last_row) x [first_column, last_column) of a plane.
struct CellRange {
  std::uint64_t first_row = 0;
  std::uint64_t last_row = 0;
  std::uint64_t first_column = 0;
  std::uint64_t last_column = 0;

  std::uint64_t rows() const { return last_row - first_row; }
  std::uint64_t columns() const { return last_column - first_column; }
  bool holds(const CellRange& other) const;
  bool operator==(const CellRange&) const = default;
};

struct Limits {
  double low = 0;
  double high = 0;
};

// A part of a plane as a picture of few enough squares to draw: each is one cell, or the mean of
// the finite cells of a block. What is not a number is never lost in a mean: a block with a NaN or
// an infinity is marked.
struct HeatPicture {
  enum Mark : std::uint8_t { plain, not_a_number, infinite };

  CellRange range;
  std::uint64_t block_rows = 1;  // cells of a square
  std::uint64_t block_columns = 1;
  std::size_t rows = 0;  // squares
  std::size_t columns = 0;
  std::vector<float> values;  // row-major; NaN where no cell is finite
  std::vector<Mark> marks;
  std::vector<Limits> extremes;  // of the finite cells of each square, where there is one row
  double low = 0;                // of the finite cells, not of their means; NaN where there is none
  double high = 0;

  bool reduced() const { return block_rows > 1 || block_columns > 1; }
  float value(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

// At most `most` squares each way. Throws Cancelled when the context says so.
HeatPicture heatPicture(const Tensor& tensor, const SlicePlane& plane, const CellRange& range,
                        std::size_t most, const Context& context);

// Between which the middle `share` of the squares' finite values lie; NaN where there are none.
Limits middleOf(const HeatPicture& picture, double share);

}  // namespace lineament::views
