// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/data/shared_array.h"

namespace lineament {

struct Axis {
  std::string label;
  std::string unit;
  bool logarithmic = false;
};

// Curves over a common pair of axes: losses over epochs, predicted against measured values.
// Within a curve x and y have one length; NaN leaves a gap.
struct Series {
  enum class Style { line, points, line_and_points };
  struct Curve {
    std::string name;
    SharedArray<double> x;
    SharedArray<double> y;
    Style style = Style::line;
    // For points that stand for rows of a table: which; empty otherwise.
    SharedArray<std::uint64_t> rows;
  };
  struct Mark {  // a value worth a line across: the epoch where training stopped
    std::string label;
    double position = 0;
    bool on_x = true;
  };

  std::string title;
  Axis x;
  Axis y;
  std::vector<Curve> curves;
  std::vector<Mark> marks;
  bool identity_line = false;  // y = x, with both axes on one scale
};

}  // namespace lineament
