// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/axis_scale.h"
#include "views/sequence/curve_look.h"

namespace lineament::views {

// Eigenvalues of the transitions in the complex plane: inside the unit circle the state forgets
// along an eigenvector, on it it keeps, outside it grows; left of 0 it turns over. Most mechanisms'
// are real, so below the plane each mechanism has a lane of its own with their real parts. What
// it is made from has to outlive it.
class TransitionPlane {
 public:
  TransitionPlane(const Comparison::Plot& plot, const CurveLook& look, const QRectF& cell);

  const QRectF& area() const { return area_; }  // a square, without the lanes
  QPointF position(double real, double imaginary) const {
    return {x_.position(real), y_.position(imaginary)};
  }

  void draw(const Drawing& drawing) const;
  // The eigenvalues at the sampled token that is nearest, strong over all others.
  void drawToken(const Drawing& drawing, std::size_t token) const;

 private:
  void drawCircle(const Drawing& drawing) const;
  void drawPoints(const Drawing& drawing, std::size_t curve, std::size_t lane) const;
  double laneOf(std::size_t lane) const;  // its middle

  const Comparison::Plot& plot_;
  const CurveLook& look_;
  QRectF cell_, area_;
  AxisScale x_, y_;
  double lane_ = 0;                 // height of one
  std::vector<std::size_t> lanes_;  // curves, in the order of the mechanisms
};

}  // namespace lineament::views
