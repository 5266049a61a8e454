// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QString>
#include <vector>

#include "views/common/theme.h"

namespace lineament::views {

// Where the values of one axis lie in a figure: `low` at position `first`, `high` at `last`. A
// logarithmic axis has low > 0.
struct AxisScale {
  double low = 0;
  double high = 1;
  double first = 0;
  double last = 1;
  bool logarithmic = false;
  bool whole = false;  // it counts things: ticks at whole numbers only

  double position(double value) const;
  double value(double position) const;

  // The part of the axis from one share of its length to another, stretched to the whole.
  AxisScale part(double from, double to) const;
};

// The values' range as an axis shows it: a little wider, never of no width, positive when
// logarithmic.
struct Range {
  double low = 0;
  double high = 1;
};
Range paddedRange(double low, double high, bool logarithmic, double share = 0.04);

struct Tick {
  double value = 0;
  QString label;
};

// Round values about `spacing` units apart, and the fine ones between them.
struct Ticks {
  std::vector<Tick> major;
  std::vector<double> minor;
};
Ticks ticksFor(const AxisScale& scale, double spacing = 70);

// Ticks, their labels and the axis' own label below `plot` or left of it. The bottom label may be
// wider than the plot, but stays inside the figure.
void drawBottomAxis(QPainter& painter, const QRectF& plot, const AxisScale& scale,
                    const QString& label, double figure_width, const Theme& theme);
void drawLeftAxis(QPainter& painter, const QRectF& plot, const AxisScale& scale,
                  const QString& label, const Theme& theme);
void drawGrid(QPainter& painter, const QRectF& plot, const AxisScale* x, const AxisScale* y,
              const Theme& theme);

// Where the middle of something `width` wide has to lie, near `middle`, to stay inside a figure.
double centredWithin(double middle, double width, double figure_width);

// The room that the axes take outside the plot.
double bottomAxisHeight(bool labelled);
double leftAxisWidth(const AxisScale& scale, bool labelled);

}  // namespace lineament::views
