// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/point_colours.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lineament::views {

namespace {

using Quantity = std::function<double(std::size_t)>;  // holds what it reads

Quantity quantityOf(const PointCloud& cloud, const QString& quantity) {
  const SharedArray<float>& p = cloud.positions;
  if (quantity == "distance") {
    return [p](std::size_t i) { return std::hypot(p[3 * i], p[3 * i + 1], p[3 * i + 2]); };
  }
  if (const auto* attribute = cloud.find(quantity.toStdString())) {
    return [values = attribute->values](std::size_t i) { return double(values[i]); };
  }
  return [p](std::size_t i) { return double(p[3 * i + 2]); };
}

struct Range {
  double low = 0;
  double high = 1;
};

Range bulkRange(std::size_t points, const Quantity& quantity) {
  const std::size_t step = std::max<std::size_t>(1, points / 100000);
  std::vector<double> sampled;
  sampled.reserve(points / step + 1);
  for (std::size_t i = 0; i < points; i += step) {
    const double value = quantity(i);
    if (std::isfinite(value)) sampled.push_back(value);
  }
  if (sampled.empty()) return {};
  const auto quantile = [&](double share) {
    const auto at = sampled.begin() +
                    static_cast<std::ptrdiff_t>(share * static_cast<double>(sampled.size() - 1));
    std::nth_element(sampled.begin(), at, sampled.end());
    return *at;
  };
  Range range{quantile(0.02), quantile(0.98)};
  if (range.low == range.high) range.high = range.low + 1;
  return range;
}

}  // namespace

QStringList quantitiesOf(const PointCloud& cloud) {
  QStringList quantities{"height", "distance"};
  for (const auto& attribute : cloud.attributes) {
    quantities.append(QString::fromStdString(attribute.name));
  }
  return quantities;
}

PointColouring colouringBy(const PointCloud& cloud, const QString& quantity) {
  PointColouring colouring{quantity, "m", 0, 1};
  if (const auto* attribute = cloud.find(quantity.toStdString())) {
    colouring.unit = QString::fromStdString(attribute->unit);
  }
  const Range range = bulkRange(cloud.points(), quantityOf(cloud, quantity));
  colouring.low = range.low;
  colouring.high = range.high;
  return colouring;
}

PointColour pointColours(const PointCloud& cloud, const PointColouring& colouring,
                         std::span<const QRgb> ramp) {
  const double steps = static_cast<double>(ramp.size() - 1);
  const double scale = steps / (colouring.high - colouring.low);
  return [quantity = quantityOf(cloud, colouring.quantity), low = colouring.low, scale, steps,
          ramp](std::size_t point) {
    const double at = (quantity(point) - low) * scale;
    // A number that is not one fails every comparison and stays at the start.
    return ramp[at > 0 ? static_cast<std::size_t>(std::min(at + 0.5, steps)) : 0];
  };
}

double quantityAt(const PointCloud& cloud, const QString& quantity, std::size_t point) {
  return quantityOf(cloud, quantity)(point);
}

PointCloud::Bounds bulkOf(const PointCloud& cloud) {
  PointCloud::Bounds bounds;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const float* p = cloud.positions.data() + axis;
    const Range range = bulkRange(cloud.points(), [p](std::size_t i) { return double(p[3 * i]); });
    bounds.low[axis] = static_cast<float>(range.low);
    bounds.high[axis] = static_cast<float>(range.high);
  }
  return bounds;
}

}  // namespace lineament::views
