// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/normalisation.h"

#include <limits>

#include "core/autodiff/view.h"
#include "gradient_check.h"

using namespace lineament;
using namespace lineament::autodiff;
using namespace lineament::autodiff::test;

namespace {

const std::vector<Shape> kShapes = {{1}, {7}, {3, 5}, {4, 1}, {2, 1, 3}};

}  // namespace

class NormalisationTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void softmaxByHand() {
    const std::vector<double> x = {0, std::log(2.0), std::log(5.0), 3, 3, 3};
    const auto rows = [](auto&, const auto& in) { return softmax(in[0]); };
    QVERIFY(close(valuesOf({{{2, 3}, x}}, rows), {0.125, 0.25, 0.625, 1.0 / 3, 1.0 / 3, 1.0 / 3},
                  1e-15));
    const auto columns =
        valuesOf({{{2, 3}, x}}, [](auto&, const auto& in) { return softmax(in[0], 0); });
    QVERIFY(close({columns[0] + columns[3], columns[1] + columns[4], columns[2] + columns[5]},
                  {1, 1, 1}, 1e-15));
    QVERIFY(close({columns[0]}, {1 / (1 + std::exp(3.0))}, 1e-15));
    QVERIFY(close(valuesOf({{{3}, {0, std::log(2.0), std::log(5.0)}}},
                           [](auto&, const auto& in) { return logSoftmax(in[0]); }),
                  {std::log(0.125), std::log(0.25), std::log(0.625)}, 1e-14));
  }

  void softmaxOfExtremes() {
    const double infinity = std::numeric_limits<double>::infinity();
    const auto rows = [](auto&, const auto& in) { return softmax(in[0]); };
    QVERIFY(close(valuesOf({{{3}, {1000, 1000, -infinity}}}, rows), {0.5, 0.5, 0}));
    QVERIFY(close(valuesOf({{{2}, {-infinity, -infinity}}}, rows), {0, 0}));
    QVERIFY(
        close(valuesOf({{{2}, {1000, 0}}}, [](auto&, const auto& in) { return logSoftmax(in[0]); }),
              {0, -1000}));
  }

  void softmaxGradients() {
    for (const Shape& shape : kShapes) {
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return softmax(x[0]); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return softmax(x[0], 0); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return logSoftmax(x[0]); }));
      QVERIFY(gradientsAgree({shape}, [](auto&, const auto& x) { return logSoftmax(x[0], 0); }));
    }
  }

  void normsAsPlainLoops() {
    Random random(8);
    const std::size_t n = 5;
    const auto x = randomNumbers(3 * n, random), w = randomNumbers(n, random),
               b = randomNumbers(n, random);
    std::vector<double> layer, rms;
    for (std::size_t row = 0; row < 3; ++row) {
      double mean = 0, variance = 0, squares = 0;
      for (std::size_t i = 0; i < n; ++i) mean += x[row * n + i] / double(n);
      for (std::size_t i = 0; i < n; ++i) {
        variance += std::pow(x[row * n + i] - mean, 2) / double(n);
        squares += std::pow(x[row * n + i], 2) / double(n);
      }
      for (std::size_t i = 0; i < n; ++i) {
        layer.push_back((x[row * n + i] - mean) / std::sqrt(variance + 0.01) * w[i] + b[i]);
        rms.push_back(x[row * n + i] / std::sqrt(squares + 0.01) * w[i]);
      }
    }
    QVERIFY(
        close(valuesOf({{{3, n}, x}, {{n}, w}, {{n}, b}},
                       [](auto&, const auto& in) { return layerNorm(in[0], in[1], in[2], 0.01); }),
              layer));
    QVERIFY(close(valuesOf({{{3, n}, x}, {{n}, w}},
                           [](auto&, const auto& in) { return rmsNorm(in[0], in[1], 0.01); }),
                  rms));
  }

  void normGradients() {
    for (const Shape& shape : kShapes) {
      const Shape last{shape.back()};
      QVERIFY(gradientsAgree({shape, last, last}, [](auto&, const auto& x) {
        return layerNorm(x[0], x[1], x[2], 0.1);
      }));
      QVERIFY(gradientsAgree({shape, last},
                             [](auto&, const auto& x) { return rmsNorm(x[0], x[1], 0.1); }));
    }
    QVERIFY(gradientsAgree({{4, 3}, {4}, {4}}, [](auto&, const auto& x) {
      return layerNorm(transpose(x[0]), x[1], x[2], 0.1);
    }));
  }

  void batchNormPerChannel() {
    const auto build = [](auto&, const auto& x) {
      return batchNorm<double>(x[0], {x[1], x[2], x[3], x[4]}, 1, 0.25);
    };
    // (x - mean) / 2 * weight + bias with variance 3.75, channels in the middle.
    QVERIFY(close(valuesOf({{{1, 2, 2}, {1, 3, 5, 7}},
                            {{2}, {1, 3}},
                            {{2}, {3.75, 3.75}},
                            {{2}, {2, 4}},
                            {{2}, {0, 10}}},
                           build),
                  {0, 2, 14, 18}));
    const Range positive{0.5, 2};
    QVERIFY(gradientsAgree({{3, 2, 4}, {2}, {2}, {2}, {2}}, build, positive));
    QVERIFY(gradientsAgree({{3, 5}, {5}, {5}, {5}, {5}}, build, positive));
    QVERIFY(gradientsAgree({{1, 1}, {1}, {1}, {1}, {1}}, build, positive));
  }

  void errors() {
    Tape<double> tape;
    const auto x = tape.input({2, 3}), w = tape.input({2}), empty = tape.input({2, 0});
    const auto scalar = tape.input({});
    const std::string shapes = "autodiff.shapes";
    QCOMPARE(errorKey([&] { layerNorm(x, w, w); }), shapes);
    QCOMPARE(errorKey([&] { rmsNorm(x, w); }), shapes);
    QCOMPARE(errorKey([&] { batchNorm<double>(x, {w, w, w, w}); }), shapes);
    QCOMPARE(errorKey([&] { softmax(empty); }), shapes);
    QCOMPARE(errorKey([&] { softmax(scalar); }), std::string("autodiff.axis"));
    QCOMPARE(errorKey([&] { logSoftmax(x, 2); }), std::string("autodiff.axis"));
  }
};

QTEST_APPLESS_MAIN(NormalisationTest)
#include "normalisation_test.moc"
