// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fourier.h"

#include <QtTest>
#include <numbers>
#include <vector>

using namespace lineament;

class FourierTest : public QObject {
  Q_OBJECT

  template <class T>
  static std::vector<T> numbers(std::size_t count) {
    std::vector<T> x(count);
    std::uint32_t noise = 7;
    for (T& value : x) {
      noise = noise * 1664525u + 1013904223u;
      value = static_cast<T>(noise) / T{4294967296.0} - T{0.5};
    }
    return x;
  }

  template <class T>
  static void agreesWithTheDefinition(double tolerance) {
    for (const std::size_t length : {2u, 6u, 30u, 64u, 250u}) {
      const RealFourier<T> fourier(length);
      const std::vector<T> x = numbers<T>(length);
      std::vector<std::complex<T>> spectrum(fourier.spectrumLength());
      fourier.forward(x.data(), spectrum.data());
      for (std::size_t k = 0; k < spectrum.size(); ++k) {
        std::complex<double> sum = 0;
        for (std::size_t t = 0; t < length; ++t) {
          const double angle = -2 * std::numbers::pi * static_cast<double>(k * t % length) /
                               static_cast<double>(length);
          sum += static_cast<double>(x[t]) * std::polar(1.0, angle);
        }
        const std::complex<double> found(spectrum[k].real(), spectrum[k].imag());
        QVERIFY(std::abs(found - sum) < tolerance);
      }
      std::vector<T> back(length);
      fourier.inverse(spectrum.data(), back.data());
      for (std::size_t t = 0; t < length; ++t) {
        QVERIFY(std::abs(static_cast<double>(back[t] - x[t])) < tolerance);
      }
    }
  }

 private Q_SLOTS:
  void single() { agreesWithTheDefinition<float>(1e-5); }
  void twice() { agreesWithTheDefinition<double>(1e-13); }

  void lengths() {
    QCOMPARE(fourierLength(0), std::size_t{2});
    QCOMPARE(fourierLength(1), std::size_t{2});
    QCOMPARE(fourierLength(31), std::size_t{32});
    QCOMPARE(fourierLength(33), std::size_t{36});
    QCOMPARE(fourierLength(127999), std::size_t{128000});
  }
};

QTEST_GUILESS_MAIN(FourierTest)
#include "fourier_test.moc"
