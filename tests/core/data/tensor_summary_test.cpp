// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tensor_summary.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/parallel.h"

using namespace lineament;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

class TensorSummaryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void countsWhatIsThere() {
    const Tensor tensor =
        Tensor::of({2, 4}, std::vector<double>{0, 1, 2, 3, kNaN, kInfinity, 0, -6});
    const TensorSummary summary = summarize(tensor, {});
    QCOMPARE(summary.count, 8u);
    QCOMPARE(summary.nan, 1u);
    QCOMPARE(summary.infinite, 1u);
    QCOMPARE(summary.zeros, 2u);
    QCOMPARE(summary.finite(), 6u);
    QCOMPARE(summary.low, -6.0);
    QCOMPARE(summary.high, 3.0);
    QCOMPARE(summary.mean, 0.0);
    QVERIFY(std::abs(summary.deviation - std::sqrt(50.0 / 6)) < 1e-12);
    QCOMPARE(summary.histogram.front(), 1u);
    QCOMPARE(summary.histogram.back(), 1u);
    QCOMPARE(std::accumulate(summary.histogram.begin(), summary.histogram.end(), std::uint64_t{0}),
             6u);
  }

  // A large offset, over many blocks, must not drown the spread.
  void momentsOfManyBlocksKeepTheirDigits() {
    const std::size_t count = 300'001;
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = 1e9 + static_cast<double>(i % 3);
    const Tensor tensor = Tensor::of({count}, values);
    const TensorSummary summary = summarize(tensor, {});
    QVERIFY(std::abs(summary.mean - 1e9 - 1) < 1e-5);
    QVERIFY(std::abs(summary.deviation - std::sqrt(2.0 / 3)) < 1e-5);
    const ThreadLimit one(1);
    const TensorSummary alone = summarize(tensor, {});
    QCOMPARE(alone.mean, summary.mean);
    QCOMPARE(alone.deviation, summary.deviation);
  }

  void nothingFiniteHasNoMean() {
    const TensorSummary empty = summarize(Tensor::of({0, 3}, std::vector<double>{}), {});
    QCOMPARE(empty.count, 0u);
    QVERIFY(std::isnan(empty.mean));
    const TensorSummary lost =
        summarize(Tensor::of({2}, std::vector<double>{kNaN, -kInfinity}), {});
    QVERIFY(std::isnan(lost.low));
    QCOMPARE(lost.finite(), 0u);
  }

  void widestRangeAndOneValueFillTheirBins() {
    const double most = std::numeric_limits<double>::max();
    const TensorSummary wide = summarize(Tensor::of({3}, std::vector<double>{-most, 0, most}), {});
    QCOMPARE(wide.histogram.front(), 1u);
    QCOMPARE(wide.histogram[TensorSummary::kBins / 2], 1u);
    QCOMPARE(wide.histogram.back(), 1u);
    const TensorSummary constant = summarize(Tensor::of({4}, std::vector<float>(4, 2.5f)), {});
    QCOMPARE(constant.deviation, 0.0);
    QCOMPARE(constant.histogram[TensorSummary::kBins / 2], 4u);
  }

  void packedTypesAreAnError() {
    const Tensor packed(DType::f4, {4}, std::vector<std::byte>(2));
    try {
      summarize(packed, {});
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("tensor.packed"));
    }
  }
};

QTEST_APPLESS_MAIN(TensorSummaryTest)
#include "tensor_summary_test.moc"
