// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/decompositions.h"

#include <algorithm>
#include <vector>

#include "core/base/blas.h"
#include "core/base/error.h"

extern "C" void dgesdd_(const char* job, const int* rows, const int* columns, double* a,
                        const int* a_stride, double* values, double* u, const int* u_stride,
                        double* vt, const int* vt_stride, double* work, const int* work_size,
                        int* integers, int* info);
extern "C" void dsyevd_(const char* job, const char* triangle, const int* size, double* a,
                        const int* a_stride, double* values, double* work, const int* work_size,
                        int* integers, const int* integers_size, int* info);

namespace lineament {

namespace {

constexpr ErrorText kFailed{"decomposition", "Decompose a matrix", "LAPACK's {routine} gave up", "",
                            "Look for infinite or missing numbers in the data"};

// job 'N': the values alone; 'V': the vectors take the place of `a`.
Eigen::VectorXd decomposeSymmetric(char job, Eigen::MatrixXd& a) {
  const int size = static_cast<int>(a.rows());
  Eigen::VectorXd values(size);
  if (size == 0) return values;
  keepBlasSingleThreaded();
  double best = 0;
  int best_integers = 0, work_size = -1, integers_size = -1, info = 0;
  const auto call = [&](double* work, int* integers) {
    dsyevd_(&job, "L", &size, a.data(), &size, values.data(), work, &work_size, integers,
            &integers_size, &info);
  };
  call(&best, &best_integers);
  work_size = static_cast<int>(best);
  integers_size = best_integers;
  std::vector<double> work(static_cast<std::size_t>(std::max(1, work_size)));
  std::vector<int> integers(static_cast<std::size_t>(std::max(1, integers_size)));
  call(work.data(), integers.data());
  if (info != 0) throw Error(kFailed, {{"routine", "dsyevd"}});
  return values;
}

// job 'N': the values alone; 'S': u [rows, k] and vt [k, columns] as well.
Eigen::VectorXd decompose(char job, Eigen::MatrixXd a, Eigen::MatrixXd& u, Eigen::MatrixXd& vt) {
  const int rows = static_cast<int>(a.rows()), columns = static_cast<int>(a.cols());
  const int count = std::min(rows, columns);
  Eigen::VectorXd values(count);
  if (count == 0) return values;
  keepBlasSingleThreaded();
  const int u_stride = std::max(1, static_cast<int>(u.rows()));
  const int vt_stride = std::max(1, static_cast<int>(vt.rows()));
  std::vector<int> integers(8 * static_cast<std::size_t>(count));
  int info = 0, size = -1;
  double best = 0;
  const auto call = [&](double* work) {
    dgesdd_(&job, &rows, &columns, a.data(), &rows, values.data(), u.data(), &u_stride, vt.data(),
            &vt_stride, work, &size, integers.data(), &info);
  };
  call(&best);
  size = static_cast<int>(best);
  std::vector<double> work(static_cast<std::size_t>(std::max(1, size)));
  call(work.data());
  if (info != 0) throw Error(kFailed, {{"routine", "dgesdd"}});
  return values;
}

}  // namespace

SingularDecomposition singularDecomposition(const Eigen::MatrixXd& matrix) {
  const Eigen::Index count = std::min(matrix.rows(), matrix.cols());
  Eigen::MatrixXd u(matrix.rows(), count), vt(count, matrix.cols());
  Eigen::VectorXd values = decompose('S', matrix, u, vt);
  return {std::move(u), std::move(values), vt.transpose()};
}

Eigen::VectorXd singularValues(const Eigen::MatrixXd& matrix) {
  Eigen::MatrixXd none;
  return decompose('N', matrix, none, none);
}

SymmetricDecomposition symmetricDecomposition(Eigen::MatrixXd matrix) {
  Eigen::VectorXd values = decomposeSymmetric('V', matrix);
  return {std::move(values), std::move(matrix)};
}

Eigen::VectorXd symmetricEigenvalues(Eigen::MatrixXd matrix) {
  return decomposeSymmetric('N', matrix);
}

}  // namespace lineament
