// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/adam.h"

#include <QtTest>
#include <array>
#include <cmath>

using namespace lineament::autodiff;

namespace {

// Steps down f(w) = sum of a_i w_i^2 / 2 from (1, -2, 0.5) with a = (1, 10, 0.01).
template <class T>
std::array<double, 3> afterSteps(int steps, ParameterGroup group) {
  Parameters<T> parameters;
  const std::size_t which = parameters.add("w", {3}, parameters.addGroup(group));
  const std::span<T> w = parameters.values(which), g = parameters.gradients(which);
  w[0] = T(1), w[1] = T(-2), w[2] = T(0.5);
  Adam<T> adam(parameters, {0.1});
  for (int i = 0; i < steps; ++i) {
    g[0] = w[0], g[1] = T(10) * w[1], g[2] = T(0.01) * w[2];
    adam.step();
  }
  return {double(w[0]), double(w[1]), double(w[2])};
}

bool near(const std::array<double, 3>& found, const std::array<double, 3>& expected,
          double tolerance) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (!(std::abs(found[i] - expected[i]) <= tolerance)) {
      qWarning("%zu: %.17g, expected %.17g", i, found[i], expected[i]);
      return false;
    }
  }
  return true;
}

}  // namespace

class AdamTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Expected numbers: the published algorithms written down plainly in another language.
  void stepsAsPublished() {
    const ParameterGroup plain{"plain", 1, 0}, decayed{"decayed", 0.3, 0.5};
    QVERIFY(near(afterSteps<double>(1, plain),
                 {0.9000000009999999, -1.90000000005, 0.40000019999959996}, 1e-14));
    QVERIFY(near(afterSteps<double>(10, plain),
                 {0.07624916061975462, -1.0245868357073606, -0.20332222012997106}, 1e-13));
    QVERIFY(near(afterSteps<double>(10, decayed),
                 {0.5850171610834682, -1.4423485783865664, 0.16187011312507787}, 1e-13));
    QVERIFY(near(afterSteps<float>(10, plain),
                 {0.07624916061975462, -1.0245868357073606, -0.20332222012997106}, 2e-6));
  }

  void clippingKeepsTheDirection() {
    Parameters<double> parameters;
    const std::size_t a = parameters.add("a", {1}), b = parameters.add("b", {2});
    parameters.gradients(a)[0] = 2;
    parameters.gradients(b)[0] = -3;
    parameters.gradients(b)[1] = 6;
    QCOMPARE(gradientNorm(parameters), 7.0);
    QCOMPARE(clipGradients(parameters, 10.0), 7.0);
    QCOMPARE(parameters.gradients(b)[1], 6.0);
    QCOMPARE(clipGradients(parameters, 3.5), 7.0);
    QCOMPARE(parameters.gradients(a)[0], 1.0);
    QCOMPARE(parameters.gradients(b)[0], -1.5);
    QCOMPARE(parameters.gradients(b)[1], 3.0);
  }

  void keptValuesComeBack() {
    Parameters<float> parameters;
    const std::size_t a = parameters.add("a", {2}), b = parameters.add("b", {1});
    parameters.values(a)[1] = 3;
    parameters.values(b)[0] = 4;
    std::vector<float> kept;
    parameters.copyTo(kept);
    parameters.values(a)[1] = 0;
    parameters.values(b)[0] = 0;
    parameters.restore(kept);
    QCOMPARE(parameters.values(a)[1], 3.0f);
    QCOMPARE(parameters.values(b)[0], 4.0f);
  }
};

QTEST_APPLESS_MAIN(AdamTest)
#include "adam_test.moc"
