// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/landmark_inverse.h"

#include <cmath>

namespace lineament::sequence {

namespace {

// exp(-|l_i - l_m|^2 / 2)
template <class Matrix>
Matrix gaussianKernel(const Matrix& landmarks) {
  Matrix kernel(landmarks.rows(), landmarks.rows());
  for (Eigen::Index i = 0; i < landmarks.rows(); ++i) {
    for (Eigen::Index m = 0; m <= i; ++m) {
      const double squares = (landmarks.row(i) - landmarks.row(m)).squaredNorm();
      kernel(i, m) = kernel(m, i) = std::exp(-squares / 2);
    }
  }
  return kernel;
}

}  // namespace

LandmarkInverse::LandmarkInverse(const SoftLayout& layout, const float* landmarks,
                                 std::size_t stride)
    : layout_(layout), landmarks_(layout.landmarks, layout.keys) {
  for (Eigen::Index m = 0; m < landmarks_.rows(); ++m) {
    const float* row = landmarks + static_cast<std::size_t>(m) * stride;
    landmarks_.row(m) = Eigen::Map<const Eigen::RowVectorXf>(row, layout.keys).cast<double>();
  }
  kernel_ = gaussianKernel(landmarks_);
  largest_sum_ = kernel_.rowwise().sum().maxCoeff(&largest_row_);
  start_ = layout_.factor * 2 / (largest_sum_ * largest_sum_);
  Eigen::MatrixXd ridged = kernel_;
  ridged.diagonal().array() += layout_.ridge;
  ridged_ = symmetricDecomposition(std::move(ridged));
  const auto values = ridged_.values.array();
  inverse_ = start_ * values;
  for (std::int64_t n = 0; n < layout_.iterations; ++n) {
    inverse_ = 2 * inverse_.array() - values * inverse_.array().square();
  }
}

LandmarkInverse::Matrix LandmarkInverse::widened(const float* rows, std::size_t stride) const {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::OuterStride<> apart(static_cast<Eigen::Index>(stride));
  return Eigen::Map<const Rows, 0, Eigen::OuterStride<>>(rows, layout_.landmarks, layout_.values,
                                                         apart)
      .cast<double>();
}

void LandmarkInverse::apply(const float* x, float* result, std::size_t stride) const {
  const Eigen::MatrixXd& vectors = ridged_.vectors;
  Matrix product = vectors.transpose() * widened(x, stride);
  product.array().colwise() *= inverse_.array();
  product = vectors * product;
  for (Eigen::Index m = 0; m < product.rows(); ++m) {
    Eigen::Map<Eigen::RowVectorXf>(result + static_cast<std::size_t>(m) * stride, layout_.values) =
        product.row(m).cast<float>();
  }
}

LandmarkInverse::Matrix LandmarkInverse::dividedDifferences() const {
  if (layout_.exact_inverse) return -inverse_ * inverse_.transpose();
  const Eigen::ArrayXd values = ridged_.values.array();
  Eigen::ArrayXd w = start_ * values;
  Matrix differences = Matrix::Constant(w.size(), w.size(), start_);
  for (std::int64_t n = 0; n < layout_.iterations; ++n) {
    for (Eigen::Index i = 0; i < w.size(); ++i) {  // values ascend, so the lower one is the i-th
      const Eigen::Index rest = w.size() - i;
      auto row = differences.row(i).tail(rest).transpose().array();
      row = row * (2 - values[i] * (w[i] + w.tail(rest))) - w.tail(rest).square();
    }
    w = 2 * w - values * w.square();
  }
  return differences.selfadjointView<Eigen::Upper>();
}

LandmarkInverse::Matrix LandmarkInverse::kernelGradient(const Matrix& above) const {
  const Eigen::MatrixXd& vectors = ridged_.vectors;
  const Matrix turned = vectors.transpose() * above * vectors;
  const Matrix weighed = turned.cwiseProduct(dividedDifferences());
  Matrix gradient = vectors * weighed * vectors.transpose();
  if (layout_.exact_inverse) return gradient;
  // The start c depends on the largest row of K2 as well.
  const Eigen::ArrayXd values = ridged_.values.array();
  Eigen::ArrayXd w = start_ * values, slope = values;
  for (std::int64_t n = 0; n < layout_.iterations; ++n) {
    slope *= 2 - 2 * values * w;
    w = 2 * w - values * w.square();
  }
  const double start_slope = (slope * turned.diagonal().array()).sum();
  gradient.row(largest_row_).array() -= start_slope * 2 * start_ / largest_sum_;
  return gradient;
}

void LandmarkInverse::pull(const float* a, const float* b, std::size_t stride,
                           float* landmark_gradient, std::size_t gradient_stride) const {
  const Matrix gradient = kernelGradient(widened(a, stride) * widened(b, stride).transpose());
  // K2's element (i, m) moves both of its landmarks.
  const Matrix slopes = (gradient + gradient.transpose()).cwiseProduct(kernel_);
  for (Eigen::Index i = 0; i < slopes.rows(); ++i) {
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(layout_.keys);
    for (Eigen::Index m = 0; m < slopes.cols(); ++m) {
      sum += slopes(i, m) * (landmarks_.row(m) - landmarks_.row(i));
    }
    Eigen::Map<Eigen::RowVectorXf>(
        landmark_gradient + static_cast<std::size_t>(i) * gradient_stride, layout_.keys) +=
        sum.cast<float>();
  }
}

}  // namespace lineament::sequence
