// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "core/base/context.h"

namespace lineament {

// Matrix products through OpenBLAS, which stays at one thread in this process: products that are
// recorded are cut into fixed blocks of rows and the blocks run as tasks, so that the bytes of the
// result depend neither on the thread count nor on OpenBLAS's own splitting.

// A row-major matrix in somebody else's memory: element (i, j) at data[i * stride + j].
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;
};

enum class Transpose { no, yes };

// C = alpha op(A) op(B) + beta C. op(A) is M x K, op(B) is K x N, C is M x N. Empty products are
// allowed (K = 0 leaves beta C). Single-threaded.
void matrixProduct(Transpose transpose_a, Transpose transpose_b, double alpha,
                   MatrixView<const double> a, MatrixView<const double> b, double beta,
                   MatrixView<double> c);
void matrixProduct(Transpose transpose_a, Transpose transpose_b, float alpha,
                   MatrixView<const float> a, MatrixView<const float> b, float beta,
                   MatrixView<float> c);

// The same over blocks of `row_block` rows of C at once.
void parallelMatrixProduct(Transpose transpose_a, Transpose transpose_b, double alpha,
                           MatrixView<const double> a, MatrixView<const double> b, double beta,
                           MatrixView<double> c, const Context& context,
                           std::size_t row_block = 256);
void parallelMatrixProduct(Transpose transpose_a, Transpose transpose_b, float alpha,
                           MatrixView<const float> a, MatrixView<const float> b, float beta,
                           MatrixView<float> c, const Context& context,
                           std::size_t row_block = 256);

// Holds OpenBLAS at one thread; main() calls it first. The products above call it too.
void keepBlasSingleThreaded();

}  // namespace lineament
