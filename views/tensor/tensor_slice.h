// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/tensor.h"

namespace lineament::views {

// A plane of a tensor: two of its dimensions run, the others stand still. Of rank 1 and 0 the
// missing ones have one element.
struct TensorSlice {
  std::size_t row_axis = 0;
  std::size_t column_axis = 1;
  std::vector<std::uint64_t> at;  // an index per dimension; those of the two that run do not count

  bool operator==(const TensorSlice&) const = default;
};

// The last two dimensions, the others at 0: how matrices are stacked.
TensorSlice defaultSlice(const Tensor& tensor);

// `slice` made to fit the tensor: axes that exist and differ, indices within their dimensions.
TensorSlice fitted(const TensorSlice& slice, const Tensor& tensor);

// The plane by its strides, in elements.
class SlicePlane {
 public:
  SlicePlane(const Tensor& tensor, const TensorSlice& slice);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t columns() const { return columns_; }
  std::size_t element(std::uint64_t row, std::uint64_t column) const {
    return base_ + row * row_stride_ + column * column_stride_;
  }

 private:
  std::uint64_t rows_ = 1;
  std::uint64_t columns_ = 1;
  std::size_t base_ = 0;
  std::size_t row_stride_ = 0;
  std::size_t column_stride_ = 0;
};

}  // namespace lineament::views
