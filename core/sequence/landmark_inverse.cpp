// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/landmark_inverse.h"

#include <algorithm>
#include <cmath>

#include "core/base/blas.h"

namespace lineament::sequence {

LandmarkInverse::LandmarkInverse(const SoftLayout& layout, const float* landmarks,
                                 std::size_t stride, bool kept)
    : layout_(layout),
      kept_(kept),
      size_(static_cast<std::size_t>(layout.landmarks)),
      keys_(static_cast<std::size_t>(layout.keys)),
      values_(static_cast<std::size_t>(layout.values)),
      landmarks_(doubles(size_ * keys_)),
      kernel_(square()),
      ridged_(square()),
      steps_(doubles(size_ * size_ * (kept ? static_cast<std::size_t>(layout.iterations) + 1 : 1))),
      half_(square()),
      other_(square()) {
  for (std::size_t m = 0; m < size_; ++m) {
    std::copy_n(landmarks + m * stride, keys_, landmarks_ + m * keys_);
  }
  makeKernel();
  invert();
}

double* LandmarkInverse::doubles(std::size_t count) {
  return reinterpret_cast<double*>(work_.numbers(2 * count).data());
}

double* LandmarkInverse::widened(const float* rows, std::size_t stride) {
  double* wide = doubles(size_ * values_);
  for (std::size_t m = 0; m < size_; ++m)
    std::copy_n(rows + m * stride, values_, wide + m * values_);
  return wide;
}

// C = alpha op(A) op(B) + beta C
void LandmarkInverse::multiply(bool a_transposed, const double* a, bool b_transposed,
                               const double* b, double beta, double* c, double alpha) const {
  matrixProduct(a_transposed ? Transpose::yes : Transpose::no,
                b_transposed ? Transpose::yes : Transpose::no, alpha, {a, size_, size_, size_},
                {b, size_, size_, size_}, beta, {c, size_, size_, size_});
}

void LandmarkInverse::makeKernel() {
  for (std::size_t i = 0; i < size_; ++i) {
    const double* left = landmarks_ + i * keys_;
    for (std::size_t m = 0; m <= i; ++m) {
      const double* right = landmarks_ + m * keys_;
      double squares = 0;
      for (std::size_t d = 0; d < keys_; ++d)
        squares += (left[d] - right[d]) * (left[d] - right[d]);
      kernel_[i * size_ + m] = kernel_[m * size_ + i] = std::exp(-squares / 2);
    }
  }
}

void LandmarkInverse::invert() {
  for (std::size_t i = 0; i < size_; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < size_; ++j) sum += kernel_[i * size_ + j];
    if (sum > largest_sum_) {
      largest_sum_ = sum;
      largest_row_ = i;
    }
  }
  std::copy_n(kernel_, area(), ridged_);
  for (std::size_t i = 0; i < size_; ++i) ridged_[i * size_ + i] += layout_.ridge;
  start_ = layout_.factor * 2 / (largest_sum_ * largest_sum_);
  for (std::ptrdiff_t i = 0; i < area(); ++i) steps_[i] = start_ * ridged_[i];
  for (std::int64_t n = 0; n < layout_.iterations; ++n) {
    const double* w = step(n);
    double* next = step(n + 1);
    multiply(false, ridged_, false, w, 0, half_);
    std::copy_n(w, area(), other_);
    multiply(false, w, false, half_, 2, other_, -1);
    std::copy_n(other_, area(), next);
  }
}

void LandmarkInverse::apply(bool transposed, const float* x, float* result, std::size_t stride) {
  double* product = doubles(size_ * values_);
  matrixProduct(transposed ? Transpose::yes : Transpose::no, Transpose::no, 1.0,
                {inverse(), size_, size_, size_}, {widened(x, stride), size_, values_, values_},
                0.0, {product, size_, values_, values_});
  for (std::size_t m = 0; m < size_; ++m) {
    std::copy_n(product + m * values_, values_, result + m * stride);
  }
}

void LandmarkInverse::pullInverse(double* above, double* gradient) {
  if (layout_.exact_inverse) {  // -W' dW W'
    multiply(true, inverse(), false, above, 0, half_);
    multiply(false, half_, true, inverse(), 0, gradient, -1);
    return;
  }
  double* next = square();
  for (std::int64_t n = layout_.iterations; n-- > 0;) {
    const double* w = step(n);
    // dP -= W' dW' W' and dW = 2 dW' - (dW' W') P' - P' (W' dW'); P is symmetric
    multiply(true, w, false, above, 0, half_);
    multiply(false, half_, true, w, 1, gradient, -1);
    multiply(false, above, true, w, 0, other_);
    std::copy_n(above, area(), next);
    multiply(false, other_, false, ridged_, 2, next, -1);
    multiply(false, ridged_, false, half_, 1, next, -1);
    std::swap(above, next);
  }
  double start_slope = 0;
  for (std::ptrdiff_t i = 0; i < area(); ++i) {
    gradient[i] += start_ * above[i];
    start_slope += above[i] * ridged_[i];
  }
  const double slope = start_slope * 2 * start_ / largest_sum_;
  for (std::size_t j = 0; j < size_; ++j) gradient[largest_row_ * size_ + j] -= slope;
}

void LandmarkInverse::pull(const float* a, const float* b, std::size_t stride,
                           float* landmark_gradient, std::size_t gradient_stride) {
  double *above = square(), *gradient = square();
  matrixProduct(Transpose::no, Transpose::yes, 1.0, {widened(a, stride), size_, values_, values_},
                {widened(b, stride), size_, values_, values_}, 0.0, {above, size_, size_, size_});
  pullInverse(above, gradient);
  double* sums = doubles(keys_);
  for (std::size_t i = 0; i < size_; ++i) {
    const double* left = landmarks_ + i * keys_;
    std::fill_n(sums, keys_, 0.0);
    // K2's element (i, m) moves both of its landmarks, and (m, i) is found at its own place.
    for (std::size_t m = 0; m < size_; ++m) {
      const double slope =
          (gradient[i * size_ + m] + gradient[m * size_ + i]) * kernel_[i * size_ + m];
      const double* right = landmarks_ + m * keys_;
      for (std::size_t d = 0; d < keys_; ++d) sums[d] += slope * (right[d] - left[d]);
    }
    float* to = landmark_gradient + i * gradient_stride;
    for (std::size_t d = 0; d < keys_; ++d) to[d] += static_cast<float>(sums[d]);
  }
}

}  // namespace lineament::sequence
