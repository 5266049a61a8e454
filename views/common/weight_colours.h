// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QRgb>
#include <QString>
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

  QRgb of(float weight) const;
  double limit() const { return limit_; }
  double lowest() const { return signed_ ? -limit_ : 0; }
  // Where a weight stands on the bar: 0 at its lower end, 1 at its upper one; and back.
  double share(double weight) const;
  double weight(double share) const;
  // Round weights for the bar's numbers, ascending.
  std::vector<double> marks() const;

 private:
  double magnitudeShare(double magnitude) const;

  double limit_;
  bool signed_;
  WeightScale scale_;
  double floor_;
  double decades_ = 1;  // natural logarithm of limit over floor
  std::vector<QRgb> ramp_;
};

// The bar with its numbers.
void drawWeightBar(QPainter& painter, const QRectF& place, const WeightColours& colours,
                   const QString& label, const Theme& theme);

}  // namespace lineament::views
