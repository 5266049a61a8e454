// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QRgb>
#include <QString>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// How steps of a ramp of colours go with a weight's magnitude.
enum class WeightScale {
  linear,
  root,  // with its square root, so that small weights are not lost beside a large one
  log    // with its logarithm above a floor
};

// Colours of weights, the same for all matrices of a figure: from 0 to `limit` in one ramp, or,
// where some are negative, from -limit to limit through a neutral middle. On a logarithmic scale
// magnitudes of `floor` and less have the colour of 0.
class WeightColours {
 public:
  WeightColours(double limit, bool has_negative, bool dark, WeightScale scale = WeightScale::root,
                double floor = 1e-6);

  QRgb of(float weight) const {
    if (!std::isfinite(weight)) return missing_;
    const float part = quickShare(std::abs(weight));
    const float share = signed_ ? 0.5F + std::copysign(part, weight) / 2 : part;
    return ramp_[static_cast<std::size_t>(share * (kRampSteps - 1) + 0.5F)];
  }
  double limit() const { return limit_; }
  double lowest() const { return signed_ ? -limit_ : 0; }
  // Where a weight stands on the bar: 0 at its lower end, 1 at its upper one; and back.
  double share(double weight) const;
  double weight(double share) const;
  // Round weights for the bar's numbers, ascending.
  std::vector<double> marks() const;

 private:
  static constexpr std::size_t kRampSteps = 1024;

  double magnitudeShare(double magnitude) const;

  // For pictures of a million dots: divisions are products, and logarithms right to 2e-5.
  float quickShare(float magnitude) const {
    if (scale_ == WeightScale::log) {
      const float over = magnitude * per_floor_;
      return over > 1 ? std::min(1.0F, quickLogarithm(over) * per_decades_) : 0;
    }
    const float part = std::min(1.0F, magnitude * per_limit_);
    return scale_ == WeightScale::root ? std::sqrt(part) : part;
  }

  // The exponent, and of the rest m in [1, 2), with t = m - 1, the polynomial t + t (1 - t) q(t),
  // right at both ends, q fitted by least squares.
  static float quickLogarithm(float number) {
    constexpr float ln2 = 0.69314718F;
    const auto bits = std::bit_cast<std::uint32_t>(number);
    const float exponent = static_cast<float>(bits >> 23) - 127;
    const float t = std::bit_cast<float>((bits & 0x7fffffU) | 0x3f800000U) - 1;
    const float q = 0.44183587F + t * (-0.26653628F + t * (0.14701877F + t * -0.04424374F));
    return ln2 * (exponent + t + t * (1 - t) * q);
  }

  double limit_;
  bool signed_;
  WeightScale scale_;
  double floor_;
  double decades_ = 1;  // natural logarithm of limit over floor
  float per_limit_ = 1, per_floor_ = 1, per_decades_ = 1;
  QRgb missing_;
  std::vector<QRgb> ramp_;
};

// The bar with its numbers.
void drawWeightBar(QPainter& painter, const QRectF& place, const WeightColours& colours,
                   const QString& label, const Theme& theme);

}  // namespace lineament::views
