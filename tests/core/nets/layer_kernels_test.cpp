// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/layer_kernels.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/random.h"
#include "tests/core/base/each_target.h"

using namespace lineament;
using namespace lineament::nets;
using lineament::testing::onEachTarget;

namespace {

std::vector<double> normals(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = random.normal();
  return values;
}

}  // namespace

class LayerKernelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rectifiesAndNothingElse() {
    onEachTarget([] {
      for (std::size_t count = 0; count < 40; ++count) {
        std::vector<double> values = normals(count + 1, count);
        if (count > 3) values[count - 2] = std::numeric_limits<double>::quiet_NaN();
        const std::vector<double> before = values;
        rectify(values.data(), count);
        for (std::size_t i = 0; i < count; ++i) {
          QVERIFY(before[i] >= 0  ? values[i] == before[i]
                  : before[i] < 0 ? values[i] == 0
                                  : std::isnan(values[i]));
        }
        QCOMPARE(values[count], before[count]);
      }
    });
  }

  void productsOfRowsOfAnyWidth() {
    onEachTarget([] {
      for (const std::size_t width : {1, 2, 7, 8, 15, 16, 17, 31, 64, 100}) {
        const std::vector<double> rows = normals(5 * width, width), weights = normals(width, 1);
        std::vector<double> products(6, 99.0);
        rowProducts(rows.data(), 5, width, weights.data(), 0.5, products.data());
        for (std::size_t i = 0; i < 5; ++i) {
          long double expected = 0.5;
          for (std::size_t k = 0; k < width; ++k) {
            expected += static_cast<long double>(rows[i * width + k]) * weights[k];
          }
          QVERIFY(std::abs(static_cast<double>(products[i] - expected)) < 1e-13);
        }
        QCOMPARE(products[5], 99.0);
      }
    });
  }
};

QTEST_APPLESS_MAIN(LayerKernelsTest)
#include "layer_kernels_test.moc"
