// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/weight_colours.h"

#include <QImage>
#include <QPainter>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr std::size_t kRampSteps = 1024;
constexpr double kApart = 11;  // units between the bar's numbers

double logarithm(double number) {
  return std::log(number);
}

// For pictures of a million dots, to 2e-5: the exponent, and of the rest m in [1, 2), with
// t = m - 1, the polynomial t + t (1 - t) q(t), right at both ends, q fitted by least squares.
float logarithm(float number) {
  constexpr float ln2 = 0.69314718F;
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const float exponent = static_cast<float>(bits >> 23) - 127;
  const float t = std::bit_cast<float>((bits & 0x7fffffU) | 0x3f800000U) - 1;
  const float q = 0.44183587F + t * (-0.26653628F + t * (0.14701877F + t * -0.04424374F));
  return ln2 * (exponent + t + t * (1 - t) * q);
}

// Where a magnitude stands between 0 and the limit.
template <class Number>
Number stepOf(WeightScale scale, Number magnitude, Number limit, Number floor, Number decades) {
  if (scale == WeightScale::log) {
    return magnitude > floor ? std::min(Number{1}, logarithm(magnitude / floor) / decades) : 0;
  }
  const Number part = std::min(Number{1}, magnitude / limit);
  return scale == WeightScale::root ? std::sqrt(part) : part;
}

}  // namespace

WeightColours::WeightColours(double limit, bool has_negative, bool dark, WeightScale scale,
                             double floor)
    : limit_(limit > 0 ? limit : 1), signed_(has_negative), scale_(scale) {
  floor_ = std::clamp(floor, limit_ * 1e-30, limit_ / 2);
  decades_ = std::log(limit_ / floor_);
  const ColourMap& map = signed_ ? divergingMap(dark) : sequentialMap(dark);
  for (std::size_t i = 0; i < kRampSteps; ++i) {
    ramp_.push_back(map.at(static_cast<double>(i) / (kRampSteps - 1)).rgb());
  }
}

double WeightColours::magnitudeShare(double magnitude) const {
  return stepOf(scale_, magnitude, limit_, floor_, decades_);
}

double WeightColours::share(double weight) const {
  const double part = magnitudeShare(std::abs(weight));
  return signed_ ? 0.5 + std::copysign(part, weight) / 2 : part;
}

double WeightColours::weight(double share) const {
  const double side = signed_ ? 2 * share - 1 : share;
  const double part = std::abs(side);
  const double magnitude = scale_ == WeightScale::linear ? part * limit_
                           : scale_ == WeightScale::root ? part * part * limit_
                           : part > 0                    ? floor_ * std::exp(part * decades_)
                                                         : 0;
  return std::copysign(magnitude, side);
}

std::vector<double> WeightColours::marks() const {
  std::vector<double> found;
  if (scale_ == WeightScale::log) {
    const auto first = static_cast<int>(std::ceil(std::log10(floor_) - 1e-9));
    for (int power = first; std::pow(10, power) < 0.8 * limit_; ++power) {
      found.push_back(std::pow(10, power));
    }
  } else {
    found = {0, limit_ / 4};
    if (scale_ == WeightScale::linear) found.insert(found.end(), {limit_ / 2, 0.75 * limit_});
  }
  found.push_back(limit_);
  if (!signed_) return found;
  if (scale_ == WeightScale::log) found.insert(found.begin(), 0);
  const std::vector<double> upper(found.begin() + 1, found.end());
  for (const double mark : upper) found.insert(found.begin(), -mark);
  return found;
}

QRgb WeightColours::of(float weight) const {
  if (!std::isfinite(weight)) return ColourMap::missing().rgb();
  const float part = stepOf(scale_, std::abs(weight), static_cast<float>(limit_),
                            static_cast<float>(floor_), static_cast<float>(decades_));
  const float share = signed_ ? 0.5F + std::copysign(part, weight) / 2 : part;
  return ramp_[static_cast<std::size_t>(share * (kRampSteps - 1) + 0.5F)];
}

void drawWeightBar(QPainter& painter, const QRectF& place, const WeightColours& colours,
                   const QString& label, const Theme& theme) {
  const int steps = static_cast<int>(std::ceil(place.height()));
  QImage ramp(1, steps, QImage::Format_RGB32);
  for (int i = 0; i < steps; ++i) {
    ramp.setPixel(0, i, colours.of(static_cast<float>(colours.weight(1 - (i + 0.5) / steps))));
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter.drawImage(place, ramp);
  painter.setFont(figureFont(TextSize::small));
  std::vector<double> marks = colours.marks();
  std::reverse(marks.begin(), marks.end());  // the ends are always there: the upper one comes first
  double last = place.top() - 2 * kApart;
  for (const double mark : marks) {
    const double y = place.bottom() - colours.share(mark) * place.height();
    if (y - last < kApart && mark != colours.lowest()) continue;
    last = y;
    painter.setPen(figurePen(theme.muted));
    painter.drawLine(QPointF(place.right(), y), QPointF(place.right() + 3, y));
    painter.setPen(theme.text);
    drawLabel(painter, {place.right() + 6, y}, Qt::AlignLeft | Qt::AlignVCenter,
              numberText(mark, 2));
  }
  painter.setPen(theme.muted);
  drawLabel(painter, {place.left(), place.top() - 8}, Qt::AlignLeft | Qt::AlignBottom, label);
}

}  // namespace lineament::views
