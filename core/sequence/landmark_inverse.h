// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/sequence/soft_layout.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

// SOFT's small matrices of one head, in double precision: K2 of the landmarks, its Newton-Raphson
// inverse W as soft.h defines it, and their gradients, products by OpenBLAS. Landmarks that are
// close to each other make K2 nearly singular; its condition number, up to M / ridge, enlarges
// every rounding, so single precision would be left with three digits.
//
// Flops 4 iterations M^3 for W, and 12 iterations M^3 for its gradient.
class LandmarkInverse {
 public:
  // Rows of landmarks, `stride` numbers apart. `kept` says whether `pull` will be called.
  LandmarkInverse(const SoftLayout& layout, const float* landmarks, std::size_t stride, bool kept);

  // W X, or W' X, of rows of layout.values numbers that lie `stride` apart.
  void apply(bool transposed, const float* x, float* result, std::size_t stride);

  // Adds the gradient by the landmarks, from the gradient by W: that is A B' of rows of
  // layout.values numbers, `stride` apart.
  void pull(const float* a, const float* b, std::size_t stride, float* landmark_gradient,
            std::size_t gradient_stride);

 private:
  double* square() { return doubles(size_ * size_); }
  double* doubles(std::size_t count);
  double* step(std::int64_t n) const { return steps_ + (kept_ ? n : 0) * area(); }
  std::ptrdiff_t area() const { return static_cast<std::ptrdiff_t>(size_ * size_); }
  const double* inverse() const { return step(layout_.iterations); }
  double* widened(const float* rows, std::size_t stride);
  void multiply(bool a_transposed, const double* a, bool b_transposed, const double* b, double beta,
                double* c, double alpha = 1) const;
  void makeKernel();
  void invert();
  // Leaves the gradient by K2 in `gradient` (zeros before), from that by W in `above`.
  void pullInverse(double* above, double* gradient);

  const SoftLayout& layout_;
  Workspace work_;
  bool kept_;
  std::size_t size_, keys_, values_;
  double *landmarks_, *kernel_, *ridged_, *steps_, *half_, *other_;
  std::size_t largest_row_ = 0;
  double largest_sum_ = 0, start_ = 0;
};

}  // namespace lineament::sequence
