// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/blas.h"

#include <cblas.h>

#include <mutex>

#include "core/base/parallel.h"

namespace lineament {

namespace {

CBLAS_TRANSPOSE flag(Transpose transpose) {
  return transpose == Transpose::yes ? CblasTrans : CblasNoTrans;
}

void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
          const double* a, int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, float alpha, const float* a,
          int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

template <class T>
void scale(MatrixView<T> c, T beta) {
  for (std::size_t i = 0; i < c.rows; ++i) {
    for (std::size_t j = 0; j < c.columns; ++j) {
      T& value = c.data[i * c.stride + j];
      value = beta == T{0} ? T{0} : beta * value;
    }
  }
}

template <class T>
void product(Transpose transpose_a, Transpose transpose_b, T alpha, MatrixView<const T> a,
             MatrixView<const T> b, T beta, MatrixView<T> c) {
  keepBlasSingleThreaded();
  const std::size_t inner = transpose_a == Transpose::yes ? a.rows : a.columns;
  if (c.rows == 0 || c.columns == 0) return;
  if (inner == 0) return scale(c, beta);
  gemm(flag(transpose_a), flag(transpose_b), static_cast<int>(c.rows), static_cast<int>(c.columns),
       static_cast<int>(inner), alpha, a.data, static_cast<int>(a.stride), b.data,
       static_cast<int>(b.stride), beta, c.data, static_cast<int>(c.stride));
}

template <class T>
void productInBlocks(Transpose transpose_a, Transpose transpose_b, T alpha, MatrixView<const T> a,
                     MatrixView<const T> b, T beta, MatrixView<T> c, const Context& context,
                     std::size_t row_block) {
  forBlocks(c.rows, row_block, context, [&](std::size_t begin, std::size_t end) {
    MatrixView<const T> part = a;
    if (transpose_a == Transpose::yes) {
      part.data += begin;
      part.columns = end - begin;
    } else {
      part.data += begin * a.stride;
      part.rows = end - begin;
    }
    product<T>(transpose_a, transpose_b, alpha, part, b, beta,
               {c.data + begin * c.stride, end - begin, c.columns, c.stride});
  });
}

}  // namespace

void matrixProduct(Transpose transpose_a, Transpose transpose_b, double alpha,
                   MatrixView<const double> a, MatrixView<const double> b, double beta,
                   MatrixView<double> c) {
  product<double>(transpose_a, transpose_b, alpha, a, b, beta, c);
}

void matrixProduct(Transpose transpose_a, Transpose transpose_b, float alpha,
                   MatrixView<const float> a, MatrixView<const float> b, float beta,
                   MatrixView<float> c) {
  product<float>(transpose_a, transpose_b, alpha, a, b, beta, c);
}

void parallelMatrixProduct(Transpose transpose_a, Transpose transpose_b, double alpha,
                           MatrixView<const double> a, MatrixView<const double> b, double beta,
                           MatrixView<double> c, const Context& context, std::size_t row_block) {
  productInBlocks<double>(transpose_a, transpose_b, alpha, a, b, beta, c, context, row_block);
}

void parallelMatrixProduct(Transpose transpose_a, Transpose transpose_b, float alpha,
                           MatrixView<const float> a, MatrixView<const float> b, float beta,
                           MatrixView<float> c, const Context& context, std::size_t row_block) {
  productInBlocks<float>(transpose_a, transpose_b, alpha, a, b, beta, c, context, row_block);
}

void keepBlasSingleThreaded() {
  static std::once_flag once;
  std::call_once(once, [] { openblas_set_num_threads(1); });
}

}  // namespace lineament
