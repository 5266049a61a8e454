// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/tensor_slice.h"

#include <algorithm>

namespace lineament::views {

TensorSlice defaultSlice(const Tensor& tensor) {
  TensorSlice slice;
  const std::size_t rank = tensor.rank();
  slice.row_axis = rank >= 2 ? rank - 2 : 0;
  slice.column_axis = rank >= 2 ? rank - 1 : 1;
  slice.at.assign(rank, 0);
  return slice;
}

TensorSlice fitted(const TensorSlice& slice, const Tensor& tensor) {
  TensorSlice fit = slice;
  const std::size_t rank = tensor.rank();
  if (rank < 2 || fit.row_axis >= rank || fit.column_axis >= rank ||
      fit.row_axis == fit.column_axis) {
    fit = defaultSlice(tensor);
  }
  fit.at.resize(rank, 0);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint64_t size = tensor.shape()[i];
    fit.at[i] = size == 0 ? 0 : std::min(fit.at[i], size - 1);
  }
  return fit;
}

SlicePlane::SlicePlane(const Tensor& tensor, const TensorSlice& slice) {
  const std::vector<std::uint64_t>& shape = tensor.shape();
  std::size_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape.size() == 1 || i == slice.column_axis) {
      columns_ = shape[i];
      column_stride_ = stride;
    } else if (i == slice.row_axis) {
      rows_ = shape[i];
      row_stride_ = stride;
    } else {
      base_ += stride * slice.at[i];
    }
    stride *= shape[i];
  }
  if (tensor.elements() == 0) rows_ = columns_ = 0;
}

}  // namespace lineament::views
