// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRgb>
#include <QString>
#include <QStringList>
#include <functional>
#include <span>

#include "core/data/point_cloud.h"

namespace lineament::views {

// What colours the points: a number per point, spread over a range of it.
struct PointColouring {
  QString quantity;  // "height", "distance", or an attribute's name
  QString unit;
  double low = 0;  // shown by the ramp's first colour, and below
  double high = 1;
};

// The quantities a cloud can be coloured by: height (z), distance from the origin, its attributes.
QStringList quantitiesOf(const PointCloud& cloud);

// The range is the 2nd to 98th percentile over at most 100,000 points evenly picked, so that a few
// strays do not flatten the rest.
PointColouring colouringBy(const PointCloud& cloud, const QString& quantity);

// The colour of a point, worked out when it is drawn: a cloud of ten million is given other colours
// in no time.
using PointColour = std::function<QRgb(std::size_t point)>;

// From a ramp, which has to stay; points without a finite number take its first colour.
PointColour pointColours(const PointCloud& cloud, const PointColouring& colouring,
                         std::span<const QRgb> ramp);

double quantityAt(const PointCloud& cloud, const QString& quantity, std::size_t point);

// Where most of the points are, by the same percentiles along each axis.
PointCloud::Bounds bulkOf(const PointCloud& cloud);

}  // namespace lineament::views
