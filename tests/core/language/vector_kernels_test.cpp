// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/vector_kernels.h"

#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/base/random.h"

namespace lineament::language {

namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed, double spread = 1) {
  Random random(seed);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(spread * random.normal()));
  }
  return values;
}

constexpr std::size_t kLengths[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257};

class VectorKernelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void functions_data() {
    using InPlace = void (*)(float*, std::size_t);
    using Definition = double (*)(double);
    QTest::addColumn<void*>("kernel");
    QTest::addColumn<void*>("definition");
    const auto row = [](const char* name, InPlace kernel, Definition definition) {
      QTest::newRow(name) << reinterpret_cast<void*>(kernel) << reinterpret_cast<void*>(definition);
    };
    row("relu", relu, [](double x) { return x > 0 ? x : 0; });
    row("silu", silu, [](double x) { return x / (1 + std::exp(-x)); });
    row("sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); });
    row("gelu", gelu, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); });
    row("gelu tanh", geluTanh, [](double x) {
      return 0.5 * x *
             (1 + std::tanh(std::sqrt(2 / 3.14159265358979) * (x + 0.044715 * x * x * x)));
    });
    row("softplus", softplus, [](double x) { return std::log1p(std::exp(x)); });
    row("exponential", exponential, [](double x) { return std::exp(x); });
  }
  void functions() {
    QFETCH(void*, kernel);
    QFETCH(void*, definition);
    const auto run = reinterpret_cast<void (*)(float*, std::size_t)>(kernel);
    const auto expected = reinterpret_cast<double (*)(double)>(definition);
    for (const std::size_t count : kLengths) {
      const auto x = drawn(count, count, 4);
      auto y = x;
      y.push_back(42);  // nothing is written behind the end
      run(y.data(), count);
      for (std::size_t i = 0; i < count; ++i) {
        const double want = expected(double(x[i]));
        QVERIFY2(std::abs(double(y[i]) - want) < 1e-6 + 2e-6 * std::abs(want),
                 qPrintable(QString("%1 gives %2, not %3").arg(x[i]).arg(y[i]).arg(want)));
      }
      QCOMPARE(y[count], 42.0F);
    }
    std::vector<float> far{-200, 200, -88, 88, 0};
    run(far.data(), 2);
    QVERIFY(!std::isnan(far[0]) && !std::isnan(far[1]));
  }

  void softmaxOfRows() {
    for (const std::size_t count : kLengths) {
      const auto scores = drawn(count, count, 10);
      auto shares = scores;
      const float log_sum = softmax(shares.data(), count);
      double sum = 0;
      for (const float score : scores) sum += std::exp(double(score));
      QVERIFY(std::abs(double(log_sum) - std::log(sum)) < 1e-5);
      for (std::size_t i = 0; i < count; ++i) {
        QVERIFY(std::abs(double(shares[i]) - std::exp(double(scores[i])) / sum) < 1e-6);
      }
    }
    std::vector<float> masked(5, -std::numeric_limits<float>::infinity());
    QVERIFY(softmax(masked.data(), 5) < 0);
    for (const float share : masked) QCOMPARE(share, 0.0F);
    masked = std::vector<float>(20, -std::numeric_limits<float>::infinity());
    masked[17] = 3;
    QCOMPARE(softmax(masked.data(), 20), 3.0F);
    QCOMPARE(masked[17], 1.0F);
    QCOMPARE(masked[0], 0.0F);
  }

  // RMSNorm of (1, 2, -2, 4), and a layer norm, from the definitions.
  void norms() {
    std::vector<float> x{1, 2, -2, 4}, y(4);
    rmsNorm(x.data(), 4, nullptr, 1e-6F, y.data());
    const double expected[] = {0.39999997, 0.79999994, -0.79999994, 1.59999987};
    for (std::size_t i = 0; i < 4; ++i) QVERIFY(std::abs(double(y[i]) - expected[i]) < 2e-7);
    for (const std::size_t count : kLengths) {
      const auto from = drawn(count, count, 3), weight = drawn(count, 5), bias = drawn(count, 6);
      std::vector<float> to = from;
      layerNorm(from.data(), count, weight.data(), bias.data(), 1e-5F, to.data());
      double mean = 0, variance = 0;
      for (const float value : from) mean += double(value) / double(count);
      for (const float value : from) variance += std::pow(double(value) - mean, 2) / double(count);
      for (std::size_t i = 0; i < count; ++i) {
        const double want =
            (double(from[i]) - mean) / std::sqrt(variance + 1e-5) * double(weight[i]) +
            double(bias[i]);
        QVERIFY(std::abs(double(to[i]) - want) < 2e-5);
      }
    }
  }

  void productsOfRows() {
    for (const std::size_t width : kLengths) {
      for (const std::size_t count :
           {std::size_t{1}, std::size_t{3}, std::size_t{4}, std::size_t{9}}) {
        const std::size_t stride = width + 3, tokens = 2;
        const auto rows = drawn(count * stride, width), x = drawn(tokens * width, 9);
        std::vector<float> y(tokens * count);
        rowProducts(rows.data(), stride, count, width, x.data(), width, tokens, y.data(), count);
        std::vector<float> sums(width, 0.5F);
        addRows(rows.data(), stride, count, width, y.data(), sums.data());
        for (std::size_t t = 0; t < tokens; ++t) {
          for (std::size_t i = 0; i < count; ++i) {
            double want = 0;
            for (std::size_t k = 0; k < width; ++k) {
              want += double(rows[i * stride + k]) * double(x[t * width + k]);
            }
            QVERIFY(std::abs(double(y[t * count + i]) - want) < 1e-4);
          }
        }
        for (std::size_t k = 0; k < width; ++k) {
          double want = 0.5;
          for (std::size_t i = 0; i < count; ++i)
            want += double(y[i]) * double(rows[i * stride + k]);
          QVERIFY(std::abs(double(sums[k]) - want) < 1e-3);
        }
      }
    }
  }

  void widens() {
    const auto numbers = drawn(37, 1, 100);
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
      std::vector<std::uint16_t> half;
      for (const float number : numbers) {
        half.push_back(dtype == DType::f16 ? floatToHalf(number) : floatToBfloat16(number));
      }
      const auto* bytes = dtype == DType::f32 ? reinterpret_cast<const std::byte*>(numbers.data())
                                              : reinterpret_cast<const std::byte*>(half.data());
      std::vector<float> wide(numbers.size());
      widen(dtype, bytes, wide.size(), wide.data());
      for (std::size_t i = 0; i < wide.size(); ++i) {
        const float want = dtype == DType::f32   ? numbers[i]
                           : dtype == DType::f16 ? halfToFloat(half[i])
                                                 : bfloat16ToFloat(half[i]);
        QCOMPARE(wide[i], want);
      }
    }
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::VectorKernelsTest)
#include "vector_kernels_test.moc"
