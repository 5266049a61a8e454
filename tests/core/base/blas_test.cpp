// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/blas.h"

#include <QtTest>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"

using namespace lineament;

namespace {

template <class T>
struct Matrix {
  std::size_t rows, columns, stride;
  std::vector<T> values;

  // `extra` elements between rows that nobody may touch.
  Matrix(std::size_t r, std::size_t c, std::size_t extra, Random& random)
      : rows(r), columns(c), stride(c + extra + (c + extra == 0)), values(r * stride) {
    for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
  }
  MatrixView<const T> view() const { return {values.data(), rows, columns, stride}; }
  MatrixView<T> change() { return {values.data(), rows, columns, stride}; }
};

template <class T>
T at(const Matrix<T>& m, Transpose transpose, std::size_t i, std::size_t j) {
  return transpose == Transpose::yes ? m.values[j * m.stride + i] : m.values[i * m.stride + j];
}

// The definition, and the gaps between rows left as they were.
template <class T>
bool agrees(Transpose ta, Transpose tb, T alpha, const Matrix<T>& a, const Matrix<T>& b, T beta,
            const Matrix<T>& before, const Matrix<T>& after, std::size_t inner, double tolerance) {
  for (std::size_t i = 0; i < after.rows; ++i) {
    for (std::size_t j = 0; j < after.stride; ++j) {
      double expected = before.values[i * after.stride + j];
      if (j < after.columns) {
        double sum = 0;
        for (std::size_t k = 0; k < inner; ++k) sum += double(at(a, ta, i, k)) * at(b, tb, k, j);
        expected = double(alpha) * sum + double(beta) * expected;
      }
      if (std::abs(after.values[i * after.stride + j] - expected) > tolerance) return false;
    }
  }
  return true;
}

template <class T>
void compareAll(double tolerance) {
  Random random(8);
  const Transpose both[] = {Transpose::no, Transpose::yes};
  for (const std::size_t m : {0u, 1u, 7u, 33u}) {
    for (const std::size_t n : {0u, 1u, 5u, 17u}) {
      for (const std::size_t k : {0u, 1u, 3u, 40u}) {
        for (const Transpose ta : both) {
          for (const Transpose tb : both) {
            const bool turn_a = ta == Transpose::yes, turn_b = tb == Transpose::yes;
            const Matrix<T> a(turn_a ? k : m, turn_a ? m : k, 2, random);
            const Matrix<T> b(turn_b ? n : k, turn_b ? k : n, 1, random);
            const Matrix<T> before(m, n, 3, random);
            Matrix<T> c = before, blocks = before;
            const T alpha = T(1.5), beta = T(-0.5);
            matrixProduct(ta, tb, alpha, a.view(), b.view(), beta, c.change());
            QVERIFY(agrees(ta, tb, alpha, a, b, beta, before, c, k, tolerance));
            parallelMatrixProduct(ta, tb, alpha, a.view(), b.view(), beta, blocks.change(), {}, 4);
            QVERIFY(agrees(ta, tb, alpha, a, b, beta, before, blocks, k, tolerance));
          }
        }
      }
    }
  }
}

}  // namespace

class BlasTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void doublesAgreeWithPlainLoops() { compareAll<double>(1e-13); }
  void floatsAgreeWithPlainLoops() { compareAll<float>(2e-5); }

  void betaZeroForgetsWhatWasThere() {
    Random random(2);
    const Matrix<double> a(3, 2, 0, random), b(2, 3, 0, random), empty(3, 0, 0, random);
    for (const auto* left : {&a, &empty}) {
      Matrix<double> c(3, 3, 0, random);
      for (double& value : c.values) value = std::nan("");
      const MatrixView<const double> right{b.values.data(), left->columns, 3, 3};
      matrixProduct(Transpose::no, Transpose::no, 1.0, left->view(), right, 0.0, c.change());
      for (const double value : c.values) QVERIFY(std::isfinite(value));
    }
  }

  void theSameBytesAtAnyThreadCount() {
    Random random(3);
    const Matrix<float> a(301, 203, 0, random), b(203, 97, 0, random);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
      const ThreadLimit limit(threads);
      Matrix<float> c(301, 97, 0, random);
      parallelMatrixProduct(Transpose::no, Transpose::no, 1.0f, a.view(), b.view(), 0.0f,
                            c.change(), {}, 64);
      results.push_back(c.values);
    }
    for (const auto& result : results) {
      QVERIFY(std::memcmp(result.data(), results[0].data(), result.size() * sizeof(float)) == 0);
    }
  }
};

QTEST_APPLESS_MAIN(BlasTest)
#include "blas_test.moc"
