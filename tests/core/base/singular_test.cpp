// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/singular.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

using lineament::SingularDecomposition;
using lineament::singularDecomposition;
using lineament::singularValues;

class SingularTest : public QObject {
  Q_OBJECT

  // Large enough for divide and conquer: Eigen takes Jacobi rotations below 16 columns.
  static Eigen::MatrixXd example(Eigen::Index rows, Eigen::Index columns) {
    Eigen::MatrixXd matrix(rows, columns);
    for (Eigen::Index i = 0; i < rows; ++i) {
      for (Eigen::Index j = 0; j < columns; ++j) {
        matrix(i, j) = std::sin(1.7 * static_cast<double>(i * columns + j) + 0.3);
        if (i == j) matrix(i, j) += static_cast<double>(i + 1);
      }
    }
    return matrix;
  }

 private Q_SLOTS:
  void productIsTheMatrix_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::newRow("tall") << 60 << 33;
    QTest::newRow("wide") << 20 << 41;
    QTest::newRow("small") << 4 << 3;
  }

  void productIsTheMatrix() {
    QFETCH(int, rows);
    QFETCH(int, columns);
    const Eigen::MatrixXd matrix = example(rows, columns);
    const SingularDecomposition parts = singularDecomposition(matrix);
    const int least = std::min(rows, columns);
    QCOMPARE(parts.u.cols(), least);
    QCOMPARE(parts.v.cols(), least);
    const Eigen::MatrixXd product = parts.u * parts.values.asDiagonal() * parts.v.transpose();
    QVERIFY((product - matrix).norm() < 1e-12 * matrix.norm());
    const auto identity = Eigen::MatrixXd::Identity(least, least);
    QVERIFY((parts.u.transpose() * parts.u - identity).norm() < 1e-12);
    QVERIFY((parts.v.transpose() * parts.v - identity).norm() < 1e-12);
  }

  void valuesAloneAreTheSameAndFall() {
    const Eigen::MatrixXd matrix = example(60, 33);
    const Eigen::VectorXd values = singularValues(matrix);
    QVERIFY((values - singularDecomposition(matrix).values).norm() < 1e-12 * values[0]);
    for (Eigen::Index i = 1; i < values.size(); ++i) QVERIFY(values[i] <= values[i - 1]);
  }

  void diagonalIsKnown() {
    const Eigen::Vector3d diagonal(-3, 0, 5);
    const Eigen::VectorXd values = singularValues(diagonal.asDiagonal());
    QVERIFY((values - Eigen::Vector3d(5, 3, 0)).norm() < 1e-14);
  }
};

QTEST_GUILESS_MAIN(SingularTest)
#include "singular_test.moc"
