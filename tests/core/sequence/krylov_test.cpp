// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/krylov.h"

#include <QtTest>

using namespace lineament::sequence;

// Everything against plain powers.
class KrylovTest : public QObject {
  Q_OBJECT

  static constexpr Eigen::Index kStates = 7;

 private Q_SLOTS:
  void againstPlainPowers() {
    const RowMatrix matrix = discretise(kStates, 0.1, 0.5, false).transition;
    const Eigen::VectorXd v = Eigen::VectorXd::LinSpaced(kStates, -1, 2);
    const RowMatrix rows = RowMatrix::Random(2, kStates);
    for (const Eigen::Index count : {1, 2, 3, 16, 17, 50}) {
      const Krylov powers(matrix, count);
      const RowMatrix weights = RowMatrix::Random(count, 3);
      RowMatrix kernels(2, count), sums = RowMatrix::Zero(kStates, 3);
      Eigen::VectorXd power = v, across = v, transposed = Eigen::VectorXd::Zero(kStates);
      for (Eigen::Index i = 0; i < count; ++i) {
        QVERIFY((powers.apply(v, i) - power).norm() < 1e-12);
        QVERIFY((powers.applyTransposed(v, i) - across).norm() < 1e-12);
        kernels.col(i) = rows * power;
        sums += power * weights.row(i);
        transposed += weights(i, 1) * across;
        power = matrix * power;
        across = matrix.transpose() * across;
      }
      QVERIFY((powers.kernels(rows, v) - kernels).norm() < 1e-12);
      QVERIFY((powers.sums(v, weights) - sums).norm() < 1e-12);
      QVERIFY((powers.transposedSum(v, weights.col(1)) - transposed).norm() < 1e-12);
    }
  }

  void fewerWeightsThanPowers() {
    const RowMatrix matrix = discretise(kStates, 0.1, 0.5, false).transition;
    const Eigen::VectorXd v = Eigen::VectorXd::Ones(kStates);
    const Krylov powers(matrix, 40);
    const RowMatrix weights = RowMatrix::Ones(2, 1);
    QVERIFY((powers.sums(v, weights) - (v + matrix * v)).norm() < 1e-14);
    QCOMPARE(powers.sums(v, RowMatrix(0, 1)).norm(), 0.0);
  }
};

QTEST_GUILESS_MAIN(KrylovTest)
#include "krylov_test.moc"
