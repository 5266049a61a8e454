// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tensor_spectrum.h"

#include <cmath>
#include <numeric>

#include "core/base/decompositions.h"
#include "core/base/memory.h"

namespace lineament {

namespace {

std::vector<double> singularValuesOf(const Tensor& tensor, const MatrixShape& shape) {
  const MemoryReservation room =
      reserveMemory(2 * tensor.elements() * sizeof(double), "the singular values of a tensor");
  const std::vector<double> numbers = tensor.numbers();
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>
      matrix(numbers.data(), static_cast<Eigen::Index>(shape.rows),
             static_cast<Eigen::Index>(shape.columns));
  const Eigen::VectorXd values = singularValues(matrix);
  return {values.begin(), values.end()};
}

}  // namespace

std::optional<MatrixShape> matrixShape(const std::vector<std::uint64_t>& shape) {
  if (shape.size() < 2) return std::nullopt;
  const MatrixShape made{shape.front(),
                         std::accumulate(shape.begin() + 1, shape.end(), std::uint64_t{1},
                                         std::multiplies<std::uint64_t>())};
  return made.side() < 2 ? std::nullopt : std::optional(made);
}

TensorSpectrum spectrumOf(const Tensor& tensor) {
  TensorSpectrum made;
  made.values = singularValuesOf(tensor, matrixShape(tensor.shape()).value());
  const double largest = made.largest();
  if (!(largest > 0)) return made;
  const double sum = std::accumulate(made.values.begin(), made.values.end(), 0.0);
  double entropy = 0;
  for (const double value : made.values) {
    made.stable_rank += value / largest * (value / largest);
    if (value > 0) entropy -= value / sum * std::log(value / sum);
  }
  made.effective_rank = std::exp(entropy);
  made.condition = largest / made.values.back();
  return made;
}

}  // namespace lineament
