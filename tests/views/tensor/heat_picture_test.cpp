// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/heat_picture.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <numeric>

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Tensor counting(std::vector<std::uint64_t> shape) {
  std::size_t count = 1;
  for (const std::uint64_t dimension : shape) count *= dimension;
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 0.0);
  return Tensor::of(std::move(shape), std::move(values));
}

HeatPicture pictureOf(const Tensor& tensor, std::size_t most) {
  const SlicePlane plane(tensor, defaultSlice(tensor));
  return heatPicture(tensor, plane, {0, plane.rows(), 0, plane.columns()}, most, {});
}

}  // namespace

class HeatPictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void planesOfAnyRank() {
    const Tensor tensor = counting({2, 3, 4});
    const SlicePlane last(tensor, {1, 2, {1, 0, 0}});
    QCOMPARE(last.rows(), 3u);
    QCOMPARE(last.element(2, 3), 23u);
    const SlicePlane turned(tensor, {2, 0, {0, 1, 0}});
    QCOMPARE(turned.rows(), 4u);
    QCOMPARE(turned.columns(), 2u);
    QCOMPARE(turned.element(3, 1), 12u + 4 + 3);
    QCOMPARE(SlicePlane(counting({5}), defaultSlice(counting({5}))).columns(), 5u);
    QCOMPARE(SlicePlane(counting({}), defaultSlice(counting({}))).columns(), 1u);
  }

  void slicesAreMadeToFit() {
    const Tensor tensor = counting({2, 3, 4});
    QVERIFY(fitted({7, 2, {9, 9, 9}}, tensor).row_axis == 1);
    QVERIFY(fitted({1, 1, {}}, tensor).column_axis == 2);
    QCOMPARE(fitted({0, 2, {9, 9, 9}}, tensor).at, (std::vector<std::uint64_t>{1, 2, 3}));
  }

  void smallPlanesAreExact() {
    const HeatPicture picture = pictureOf(counting({3, 4}), 8);
    QVERIFY(!picture.reduced());
    QCOMPARE(picture.value(2, 1), 9.0f);
    QCOMPARE(picture.low, 0.0);
    QCOMPARE(picture.high, 11.0);
  }

  void largePlanesAreMeans() {
    const HeatPicture picture = pictureOf(counting({6, 5}), 2);
    QCOMPARE(picture.block_rows, 3u);
    QCOMPARE(picture.block_columns, 3u);
    QCOMPARE(picture.value(0, 0), 6.0f);   // of 0 1 2, 5 6 7, 10 11 12
    QCOMPARE(picture.value(1, 1), 23.5f);  // of 18 19, 23 24, 28 29
    QCOMPARE(picture.high, 29.0);          // of the cells, not of their means
  }

  void whatIsNoNumberIsNotLost() {
    std::vector<double> values(16, 1.0);
    values[5] = kNaN;
    values[10] = -kInfinity;
    values[11] = 3;
    const HeatPicture picture = pictureOf(Tensor::of({4, 4}, values), 2);
    QVERIFY(picture.marks[0] == HeatPicture::not_a_number);
    QVERIFY(picture.marks[1] == HeatPicture::plain);
    QVERIFY(picture.marks[3] == HeatPicture::infinite);
    QCOMPARE(picture.value(0, 0), 1.0f);
    QVERIFY(std::abs(picture.value(1, 1) - 5.0f / 3) < 1e-6f);
    const HeatPicture none = pictureOf(Tensor::of({1, 2}, std::vector<double>{kNaN, kNaN}), 2);
    QVERIFY(std::isnan(none.low) && std::isnan(none.value(0, 1)));
  }

  void vectorsKeepTheirExtremes() {
    const HeatPicture picture = pictureOf(Tensor::of({4}, std::vector<double>{5, -1, 2, 2}), 2);
    QCOMPARE(picture.extremes[0].low, -1.0);
    QCOMPARE(picture.extremes[0].high, 5.0);
  }

  void middleLeavesTheTailsOut() {
    std::vector<double> values(1000, 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 100);
    values[3] = 1e9;
    const Limits middle = middleOf(pictureOf(Tensor::of({10, 100}, values), 512), 0.98);
    QVERIFY(middle.low >= 0 && middle.high <= 99);
  }
};

QTEST_APPLESS_MAIN(HeatPictureTest)
#include "heat_picture_test.moc"
