// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/cluster_quality.h"

#include <QtTest>
#include <cmath>

#include "core/base/parallel.h"
#include "core/base/random.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

// Points by rows, handed out in blocks.
class Rows : public PointSource {
 public:
  Rows(std::size_t features, std::vector<float> rows, std::size_t block)
      : features_(features),
        block_(block),
        count_(rows.size() / features),
        rows_(std::move(rows)) {}

  std::size_t features() const override { return features_; }
  std::size_t blocks() const override { return (count_ + block_ - 1) / block_; }
  Points block(std::size_t index, std::vector<float>& room) const override {
    const std::size_t first = index * block_, count = std::min(block_, count_ - first);
    room.resize(features_ * count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t f = 0; f < features_; ++f) {
        room[f * count + i] = rows_[(first + i) * features_ + f];
      }
    }
    return {room.data(), count, count};
  }

 private:
  std::size_t features_, block_, count_;
  std::vector<float> rows_;
};

const std::vector<float> kSeven{0, 0, 0, 1, 1, 0, 10, 10, 10, 11, 11, 10, 5, 0};
const std::vector<std::uint8_t> kLabels{0, 0, 0, 1, 1, 1, 0};

bool near(double found, double expected) {
  return std::abs(found - expected) < 1e-9 * std::abs(expected);
}

}  // namespace

class ClusterQualityTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The values are scikit-learn's.
  void sevenPoints() {
    for (const std::size_t block : {std::size_t{2}, std::size_t{100}}) {
      const ClusterQuality quality =
          clusterQuality(Rows(2, kSeven, block), kLabels, 2, 5000, 1, {});
      QVERIFY(near(quality.silhouette, 0.8359668664));
      QVERIFY(near(quality.calinski_harabasz, 80.7142857143));
      QVERIFY(near(quality.davies_bouldin, 0.1842899793));
      QVERIFY(near(quality.within, 19.0833333333));
      QVERIFY(near(quality.between, 308.0595238095));
    }
  }

  void whatHasNoMeaningIsNoNumber() {
    const ClusterQuality one =
        clusterQuality(Rows(2, kSeven, 3), std::vector<std::uint8_t>(7), 1, 100, 1, {});
    QVERIFY(std::isnan(one.silhouette) && std::isnan(one.calinski_harabasz));
    const ClusterQuality each =
        clusterQuality(Rows(1, {1, 2, 3}, 3), std::vector<std::uint8_t>{0, 1, 2}, 3, 100, 1, {});
    QVERIFY(std::isnan(each.davies_bouldin));
  }

  void emptyClustersDoNotCount() {
    std::vector<std::uint8_t> labels = kLabels;
    for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(label * 2);
    const ClusterQuality quality = clusterQuality(Rows(2, kSeven, 3), labels, 3, 100, 1, {});
    QVERIFY(near(quality.silhouette, 0.8359668664));
    QVERIFY(near(quality.calinski_harabasz, 80.7142857143));
    QVERIFY(near(quality.davies_bouldin, 0.1842899793));
  }

  void aSampleIsNearTheWhole() {
    Random random(2);
    std::vector<float> rows;
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < 4000; ++i) {
      const int cluster = i % 4 == 0 ? 1 : 0;
      rows.push_back(static_cast<float>(random.normal() + 3 * cluster));
      rows.push_back(static_cast<float>(random.normal()));
      labels.push_back(static_cast<std::uint8_t>(cluster));
    }
    const Rows source(2, rows, 700);
    const double whole = clusterQuality(source, labels, 2, 4000, 1, {}).silhouette;
    const double part = clusterQuality(source, labels, 2, 1000, 1, {}).silhouette;
    QVERIFY(std::abs(whole - part) < 0.03);
    QVERIFY(part != whole);
    const ThreadLimit limit(1);
    QCOMPARE(clusterQuality(source, labels, 2, 1000, 1, {}).silhouette, part);
  }
};

QTEST_APPLESS_MAIN(ClusterQualityTest)
#include "cluster_quality_test.moc"
