// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/weight_colours.h"

#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kApart = 11;  // units between the bar's numbers

}  // namespace

WeightColours::WeightColours(double limit, bool has_negative, bool dark, WeightScale scale,
                             double floor)
    : limit_(limit > 0 ? limit : 1),
      signed_(has_negative),
      scale_(scale),
      missing_(ColourMap::missing().rgb()) {
  floor_ = std::clamp(floor, limit_ * 1e-30, limit_ / 2);
  decades_ = std::log(limit_ / floor_);
  per_limit_ = static_cast<float>(1 / limit_);
  per_floor_ = static_cast<float>(1 / floor_);
  per_decades_ = static_cast<float>(1 / decades_);
  const ColourMap& map = signed_ ? divergingMap(dark) : sequentialMap(dark);
  for (std::size_t i = 0; i < kRampSteps; ++i) {
    ramp_.push_back(map.at(static_cast<double>(i) / (kRampSteps - 1)).rgb());
  }
}

double WeightColours::magnitudeShare(double magnitude) const {
  if (scale_ == WeightScale::log) {
    return magnitude > floor_ ? std::min(1.0, std::log(magnitude / floor_) / decades_) : 0;
  }
  const double part = std::min(1.0, magnitude / limit_);
  return scale_ == WeightScale::root ? std::sqrt(part) : part;
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
