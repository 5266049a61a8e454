// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/dropout.h"

#include "core/autodiff/view.h"
#include "core/base/parallel.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

std::vector<double> masked(std::uint64_t seed, std::uint64_t step, bool training, int threads = 0) {
  const ThreadLimit limit(threads);
  Tape<double> tape;
  const auto x = tape.input({300, 200});
  std::fill_n(tape.storage(x).data(), 60000, 1.0);
  const auto y = dropout(x, 0.25);
  tape.setSeed(seed);
  tape.setStep(step);
  tape.setTraining(training);
  tape.forward();
  return tape.read(y);
}

}  // namespace

class DropoutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void dropsItsShareAndKeepsTheMean() {
    const auto y = masked(1, 0, true);
    std::size_t zeros = 0;
    for (const double value : y) {
      zeros += value == 0;
      QVERIFY(value == 0 || std::abs(value - 4.0 / 3) < 1e-15);
    }
    // Five standard deviations of a binomial count.
    QVERIFY(std::abs(double(zeros) - 15000) < 5 * std::sqrt(60000 * 0.25 * 0.75));
  }

  void theMaskComesFromSeedAndStep() {
    const auto y = masked(1, 0, true, 1);
    QVERIFY(y == masked(1, 0, true, 2));
    QVERIFY(y != masked(2, 0, true));
    QVERIFY(y != masked(1, 1, true));
  }

  void stepsAdvanceByThemselves() {
    Tape<double> tape;
    const auto x = tape.input({100});
    std::fill_n(tape.storage(x).data(), 100, 1.0);
    const auto y = dropout(x, 0.5), z = dropout(x, 0.5);
    tape.forward();
    const auto first = tape.read(y);
    QVERIFY(first != tape.read(z));  // each operation has its own stream
    tape.forward();
    QVERIFY(first != tape.read(y));
  }

  void nothingIsDroppedOutsideTraining() {
    for (const double value : masked(1, 0, false)) QCOMPARE(value, 1.0);
  }

  void gradients() {
    const auto hold = [](Tape<double>& tape) { tape.setStep(3); };
    for (const Shape& shape : {Shape{1}, Shape{3, 5}}) {
      QVERIFY(gradientsAgree(
          {shape}, [](auto&, const auto& x) { return dropout(x[0], 0.4); }, {}, 1, hold));
    }
    QVERIFY(gradientsAgree(
        {{3, 4}}, [](auto&, const auto& x) { return dropout(transpose(x[0]), 0.4); }, {}, 1, hold));
  }

  void impossibleProbabilities() {
    Tape<double> tape;
    const auto x = tape.input({2});
    for (const double p : {-0.1, 1.0, std::nan("")}) {
      QCOMPARE(errorKey([&] { dropout(x, p); }), std::string("autodiff.probability"));
    }
  }
};

QTEST_APPLESS_MAIN(DropoutTest)
#include "dropout_test.moc"
