// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/convolution.h"

#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

const Build convolved = [](Tape<double>&, const std::vector<Value<double>>& x) {
  return causalConvolution(x[0], x[1]);
};

}  // namespace

class ConvolutionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tokensByHand() {
    // Two channels of three tokens; the last tap is the current token's.
    const std::vector<double> x = {1, 10, 2, 20, 3, 30};
    const std::vector<double> taps = {0.5, 1, 0, 2};
    QVERIFY(close(valuesOf({{{1, 3, 2}, x}, {{2, 2}, taps}}, convolved), {1, 20, 2.5, 40, 4, 60}));
    // A batch entry sees nothing of the one before it, and more taps than tokens are no harm.
    QVERIFY(close(valuesOf({{{2, 1, 1}, {3, 5}}, {{1, 4}, {7, 7, 7, 2}}}, convolved), {6, 10}));
    QVERIFY(close(valuesOf({{{1, 0, 2}, {}}, {{2, 2}, taps}}, convolved), {}));
  }

  void gradients() {
    QVERIFY(gradientsAgree({{2, 5, 3}, {3, 4}}, convolved));
    QVERIFY(gradientsAgree({{1, 2, 35}, {35, 4}}, convolved));
    QVERIFY(gradientsAgree({{3, 1, 1}, {1, 1}}, convolved));
  }

  void shapesThatDisagree() {
    Tape<double> tape;
    QCOMPARE(errorKey([&] {
               causalConvolution(tape.input({1, 3, 2}), tape.input({3, 2}));
             }),
             std::string("autodiff.shapes"));
    QCOMPARE(errorKey([&] {
               causalConvolution(tape.input({3, 2}), tape.input({2, 2}));
             }),
             std::string("autodiff.shapes"));
  }
};

QTEST_APPLESS_MAIN(ConvolutionTest)
#include "convolution_test.moc"
