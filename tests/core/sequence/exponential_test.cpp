// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <span>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/core/sequence/exponential_test.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/sequence/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

// Whole vectors only.
void everyPowerOfTwo(std::span<float> x) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(d)) {
    hn::StoreU(powerOfTwo(d, hn::LoadU(d, x.data() + i)), d, x.data() + i);
  }
}

void everySigmoid(std::span<float> x) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(d)) {
    hn::StoreU(sigmoid(d, hn::LoadU(d, x.data() + i)), d, x.data() + i);
  }
}

void everyExponential(std::span<float> x) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(d)) {
    hn::StoreU(boundedExponential(d, hn::LoadU(d, x.data() + i)), d, x.data() + i);
  }
}

void everyPair(std::span<float> x, std::span<float> fall) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(d)) {
    auto rise = hn::LoadU(d, x.data() + i), other = rise;
    exponentialPair(d, rise, rise, other);
    hn::StoreU(rise, d, x.data() + i);
    hn::StoreU(other, d, fall.data() + i);
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE || defined(Q_MOC_RUN)
namespace lineament::sequence {

HWY_EXPORT(everyPowerOfTwo);
HWY_EXPORT(everySigmoid);
HWY_EXPORT(everyExponential);
HWY_EXPORT(everyPair);

namespace {

constexpr std::size_t kEach = 1024;
constexpr double kTwoUnits = 2 * 1.1920929e-7;  // in the last place, of a number from 1 to 2

// `count` numbers from `low` to `high`.
std::vector<float> spread(double low, double high, std::size_t count) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    x[i] = static_cast<float>(low + share * (high - low));
  }
  return x;
}

double relativeTo(double exact, float found) {
  return std::abs(static_cast<double>(found) / exact - 1);
}

// Calls work(function) for every vector instruction set that this processor has.
template <class Work>
void forTargets(Work work) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    work(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace

class ExponentialTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Every exponent of a single-precision x, with numbers spread over each.
  void powersOfTwoWithinTheStatedError() {
    forTargets([&](const char* target) {
      for (int exponent = -149; exponent < 7; ++exponent) {
        for (const double sign : {-1.0, 1.0}) {
          std::vector<float> x(kEach);
          for (std::size_t i = 0; i < kEach; ++i) {
            x[i] =
                static_cast<float>(sign * std::ldexp(1 + static_cast<double>(i) / kEach, exponent));
          }
          std::vector<float> power = x;
          HWY_DYNAMIC_DISPATCH(everyPowerOfTwo)(power);
          for (std::size_t i = 0; i < kEach; ++i) {
            if (x[i] < -126) {
              QVERIFY(power[i] >= 0 && power[i] <= std::ldexp(1.0f, -126));
              continue;
            }
            const double exact = std::exp2(static_cast<double>(x[i]));
            const double error = std::abs(static_cast<double>(power[i]) / exact - 1);
            QVERIFY2(error <= 2.5e-7, qPrintable(QStringLiteral("%1: 2^%2 has error %3")
                                                     .arg(QLatin1String(target))
                                                     .arg(static_cast<double>(x[i]))
                                                     .arg(error)));
          }
        }
      }
    });
  }

  void powersOfTwoThatVanish() {
    forTargets([](const char*) {
      std::vector<float> x(64, -127.0f);
      x[1] = -1e30f;
      x[2] = -std::numeric_limits<float>::infinity();
      x[3] = std::numeric_limits<float>::lowest();
      HWY_DYNAMIC_DISPATCH(everyPowerOfTwo)(x);
      QCOMPARE(x, std::vector<float>(64, 0.0f));
    });
  }

  void exponentialsWithinTwoUnits() {
    forTargets([](const char*) {
      const std::vector<float> x = spread(-87, 88, 1 << 16);
      std::vector<float> power = x;
      HWY_DYNAMIC_DISPATCH(everyExponential)(power);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = std::exp(static_cast<double>(x[i]));
        QVERIFY2(relativeTo(exact, power[i]) <= kTwoUnits, qPrintable(QString::number(x[i])));
      }
      std::vector<float> ends(64, -87.1f);
      ends[1] = std::numeric_limits<float>::lowest();
      ends[2] = -std::numeric_limits<float>::infinity();
      HWY_DYNAMIC_DISPATCH(everyExponential)(ends);
      QCOMPARE(ends, std::vector<float>(64, 0.0f));
      std::vector<float> missing(64, std::numeric_limits<float>::quiet_NaN());
      HWY_DYNAMIC_DISPATCH(everyExponential)(missing);
      for (const float found : missing) QVERIFY(std::isnan(found));
    });
  }

  void pairsWithinTwoUnits() {
    forTargets([](const char*) {
      const std::vector<float> x = spread(-80, 80, 1 << 16);
      std::vector<float> rise = x, fall(x.size());
      HWY_DYNAMIC_DISPATCH(everyPair)(rise, fall);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = std::exp(static_cast<double>(x[i]));
        QVERIFY2(relativeTo(exact, rise[i]) <= kTwoUnits, qPrintable(QString::number(x[i])));
        QVERIFY2(relativeTo(1 / exact, fall[i]) <= kTwoUnits, qPrintable(QString::number(x[i])));
      }
    });
  }

  void sigmoidOverItsRange() {
    forTargets([](const char*) {
      std::vector<float> x(kEach);
      for (std::size_t i = 0; i < kEach; ++i) x[i] = -80 + 0.2f * static_cast<float>(i);
      std::vector<float> gate = x;
      HWY_DYNAMIC_DISPATCH(everySigmoid)(gate);
      for (std::size_t i = 0; i < kEach; ++i) {
        const double exact = 1 / (1 + std::exp(-static_cast<double>(x[i])));
        // The exponent's own rounding: half a unit in the last place of 1.44 |x|.
        const double bound = 5e-7 + 1.2e-7 * std::abs(static_cast<double>(x[i]));
        QVERIFY(std::abs(static_cast<double>(gate[i]) / exact - 1) <= bound);
      }
    });
  }
};

}  // namespace lineament::sequence

QTEST_GUILESS_MAIN(lineament::sequence::ExponentialTest)
#include "exponential_test.moc"
#endif
