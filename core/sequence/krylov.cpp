// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/krylov.h"

#include "core/base/blas.h"

namespace lineament::sequence {

namespace {

template <class M>
auto viewOf(M& matrix) {
  const auto size = [](Eigen::Index n) { return static_cast<std::size_t>(n); };
  using T = std::remove_pointer_t<decltype(matrix.data())>;
  return MatrixView<T>{matrix.data(), size(matrix.rows()), size(matrix.cols()),
                       size(matrix.cols())};
}

}  // namespace

RowMatrix product(const RowMatrix& a, const RowMatrix& b) {
  RowMatrix c(a.rows(), b.cols());
  matrixProduct(Transpose::no, Transpose::no, 1.0, viewOf(a), viewOf(b), 0.0, viewOf(c));
  return c;
}

Krylov::Krylov(RowMatrix matrix, std::int64_t count) : count_(count) {
  squares_.push_back(std::move(matrix));
  while (width_ * width_ < count) {
    squares_.push_back(product(squares_.back(), squares_.back()));
    width_ *= 2;
  }
}

RowMatrix Krylov::basis(const Eigen::VectorXd& v) const {
  RowMatrix columns = v;
  for (std::size_t k = 0; columns.cols() < width_; ++k) {
    RowMatrix twice(columns.rows(), 2 * columns.cols());
    twice << columns, product(squares_[k], columns);
    columns = std::move(twice);
  }
  return columns;
}

RowMatrix Krylov::kernels(const RowMatrix& rows, const Eigen::VectorXd& v) const {
  const std::int64_t steps = (count_ + width_ - 1) / width_;
  RowMatrix stack(rows.rows() * steps, rows.cols()), row = rows;
  for (std::int64_t j = 0; j < steps; ++j) {
    for (Eigen::Index r = 0; r < rows.rows(); ++r) stack.row(r * steps + j) = row.row(r);
    if (j + 1 < steps) row = product(row, squares_.back());
  }
  const RowMatrix all = product(stack, basis(v));
  return Eigen::Map<const RowMatrix>(all.data(), rows.rows(), steps * width_).leftCols(count_);
}

RowMatrix Krylov::sums(const Eigen::VectorXd& v, const RowMatrix& weights) const {
  const std::int64_t steps = (weights.rows() + width_ - 1) / width_;
  const RowMatrix columns = basis(v);
  RowMatrix sum = RowMatrix::Zero(v.size(), weights.cols());
  for (std::int64_t j = steps; j-- > 0;) {
    const std::int64_t first = j * width_, count = std::min(width_, weights.rows() - first);
    sum = product(squares_.back(), sum);
    sum += product(columns.leftCols(count), weights.middleRows(first, count));
  }
  return sum;
}

Eigen::VectorXd Krylov::transposedSum(const Eigen::VectorXd& v,
                                      const Eigen::VectorXd& weights) const {
  const std::int64_t steps = (weights.size() + width_ - 1) / width_;
  RowMatrix rows = v.transpose();
  for (std::size_t k = 0; rows.rows() < width_; ++k) {
    RowMatrix twice(2 * rows.rows(), rows.cols());
    twice << rows, product(rows, squares_[k]);
    rows = std::move(twice);
  }
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(v.size());
  for (std::int64_t j = steps; j-- > 0;) {
    const std::int64_t first = j * width_,
                       count = std::min<std::int64_t>(width_, weights.size() - first);
    sum = sum * squares_.back();
    sum += weights.segment(first, count).transpose() * rows.topRows(count);
  }
  return sum.transpose();
}

Eigen::VectorXd Krylov::apply(Eigen::VectorXd v, std::int64_t exponent) const {
  for (std::size_t k = squares_.size(); k-- > 0;) {
    const std::int64_t power = std::int64_t{1} << k;
    for (; exponent >= power; exponent -= power) v = squares_[k] * v;
  }
  return v;
}

Eigen::VectorXd Krylov::applyTransposed(Eigen::VectorXd v, std::int64_t exponent) const {
  for (std::size_t k = squares_.size(); k-- > 0;) {
    const std::int64_t power = std::int64_t{1} << k;
    for (; exponent >= power; exponent -= power) v = squares_[k].transpose() * v;
  }
  return v;
}

}  // namespace lineament::sequence
