// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "views/common/axis_scale.h"
#include "views/sequence/curve_look.h"

namespace lineament::views {

// One small plot of a comparison: curves over the tokens, or over the lag, in a cell with its
// title and axes. Where there are too many tokens for a line, their mean is drawn over their pale
// range. The axes' range is that of the mechanisms that are shown. What it is made from has to
// outlive it.
class TracePlot {
 public:
  TracePlot(const Comparison::Plot& plot, std::uint64_t tokens, const CurveLook& look,
            const QRectF& cell);

  const QRectF& area() const { return area_; }
  QPointF position(double x, double y) const { return {x_.position(x), y_.position(y)}; }

  void draw(const Drawing& drawing) const;
  // A line through the token, and a dot on each curve where its nearest value is. Nothing where the
  // plot is not over tokens.
  void drawToken(const Drawing& drawing, std::size_t token) const;
  // The token, from 0, that a place in the plot stands for.
  std::optional<std::size_t> tokenAt(const QPointF& at) const;

 private:
  bool usable(double value) const;
  bool isDense(std::size_t points) const;
  void findRange();
  void drawCurve(const Drawing& drawing, std::size_t curve) const;

  const Comparison::Plot& plot_;
  const CurveLook& look_;
  std::uint64_t tokens_;
  QRectF cell_, area_;
  AxisScale x_, y_;
};

}  // namespace lineament::views
