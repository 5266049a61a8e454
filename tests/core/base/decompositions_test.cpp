// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/decompositions.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"

using lineament::SingularDecomposition;
using lineament::singularDecomposition;
using lineament::singularValues;
using lineament::SymmetricDecomposition;
using lineament::symmetricDecomposition;
using lineament::symmetricEigenvalues;

class DecompositionsTest : public QObject {
  Q_OBJECT

  // Some large enough for divide and conquer, which leaves small ones to another method.
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

  // The second difference matrix of n points: its eigenvalues are 2 - 2 cos(k pi / (n + 1)).
  void secondDifferences() {
    for (const Eigen::Index size : {1, 5, 80}) {
      Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(size, size);
      for (Eigen::Index i = 0; i < size; ++i) {
        matrix(i, i) = 2;
        if (i > 0) matrix(i, i - 1) = matrix(i - 1, i) = -1;
      }
      const SymmetricDecomposition parts = symmetricDecomposition(matrix);
      const Eigen::VectorXd values = symmetricEigenvalues(matrix);
      for (Eigen::Index k = 0; k < size; ++k) {
        const double angle = static_cast<double>(k + 1) * M_PI / static_cast<double>(size + 1);
        QVERIFY(std::abs(parts.values[k] - (2 - 2 * std::cos(angle))) < 1e-13);
        QVERIFY(std::abs(values[k] - parts.values[k]) < 1e-13);
      }
      const Eigen::MatrixXd again =
          parts.vectors * parts.values.asDiagonal() * parts.vectors.transpose();
      QVERIFY((again - matrix).cwiseAbs().maxCoeff() < 1e-13);
    }
  }

  void missingNumbersAreRefused() {
    Eigen::MatrixXd matrix = example(20, 20);
    matrix(3, 2) = std::numeric_limits<double>::quiet_NaN();
    try {
      singularValues(matrix);
      QFAIL("no error");
    } catch (const lineament::Error& error) {
      QCOMPARE(error.key(), std::string("decomposition"));
    }
  }
};

QTEST_GUILESS_MAIN(DecompositionsTest)
#include "decompositions_test.moc"
