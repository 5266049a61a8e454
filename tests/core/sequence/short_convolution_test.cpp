// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/short_convolution.h"

#include <QtTest>
#include <cmath>

using namespace lineament::sequence;

class ShortConvolutionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The last tap multiplies the current token.
  void byHand() {
    const std::vector<double> inputs{5, 7, 1, 2, 3}, taps{100, 10, 1};
    const std::vector<double> expected{0.5 + 500 + 70 + 1, 0.5 + 700 + 10 + 2, 0.5 + 100 + 20 + 3};
    QCOMPARE(shortConvolution(inputs, taps, 0.5), expected);
  }

  void noTokens() { QVERIFY(shortConvolution({}, std::vector<double>{1}, 0).empty()); }

  void siluAndItsSlope() {
    QCOMPARE(silu(0), 0.0);
    QCOMPARE(siluSlope(0), 0.5);
    QVERIFY(std::abs(silu(1) - 0.7310585786300049) < 1e-15);
    constexpr double kStep = 1e-6;
    for (const double x : {-30.0, -2.0, 0.3, 4.0}) {
      const double slope = (silu(x + kStep) - silu(x - kStep)) / (2 * kStep);
      QVERIFY(std::abs(siluSlope(x) - slope) < 1e-8);
    }
  }

  // Linear in the inputs, the taps and the bias: the gradient's product with each of them is the
  // part of the loss that it makes.
  void backwardIsTheTranspose() {
    const std::vector<double> inputs{5, 7, 1, 2, 3}, taps{0.3, -2, 1.5}, above{1, -4, 2};
    std::vector<double> by_inputs(inputs.size()), by_taps(taps.size());
    double by_bias = 0;
    shortConvolutionBackward(inputs, taps, above, by_inputs, by_taps, by_bias);
    const std::vector<double> sums = shortConvolution(inputs, taps, 0);
    double loss = 0, from_inputs = 0, from_taps = 0;
    for (std::size_t t = 0; t < sums.size(); ++t) loss += above[t] * sums[t];
    for (std::size_t i = 0; i < inputs.size(); ++i) from_inputs += by_inputs[i] * inputs[i];
    for (std::size_t j = 0; j < taps.size(); ++j) from_taps += by_taps[j] * taps[j];
    QVERIFY(std::abs(from_inputs - loss) < 1e-12);
    QVERIFY(std::abs(from_taps - loss) < 1e-12);
    QCOMPARE(by_bias, -1.0);
  }
};

QTEST_GUILESS_MAIN(ShortConvolutionTest)
#include "short_convolution_test.moc"
