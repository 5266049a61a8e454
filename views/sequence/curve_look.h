// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPen>
#include <optional>
#include <set>
#include <vector>

#include "core/data/comparison.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// What a person has made of the mechanisms in a comparison: the same in all of its plots.
struct CurveLook {
  std::set<std::size_t> hidden;        // mechanisms
  std::optional<std::size_t> forward;  // drawn last and strong, the others pale
  std::vector<std::size_t> tokens;     // the chosen ones, from 0
};

// A mechanism's colour, the same wherever it is drawn; pale where another one is forward.
QColor mechanismColour(const CurveLook& look, std::size_t mechanism, bool dark);
// The same as a pen for curves: the second eight are dashed, the third dotted.
QPen mechanismPen(const CurveLook& look, std::size_t mechanism, bool dark);

// A square in the mechanism's colour, in front of its name: whole for the first eight, half filled
// for the second, with a filled core for the third; only its outline where the mechanism is hidden.
constexpr double kSwatch = 8;
void drawSwatch(QPainter& painter, const QPointF& top_left, const QColor& colour,
                std::size_t mechanism, bool hidden = false);

// The curves that are shown, by their places in the plot, in the order they are drawn.
std::vector<std::size_t> shownCurves(const Comparison::Plot& plot, const CurveLook& look);

// The point of a curve that is nearest to a token; of equally near ones the first. Nothing where
// the curve has no point.
std::optional<std::size_t> nearestPoint(const Series::Curve& curve, std::size_t token);

// The title in bold and, where there is room, what is measured.
constexpr double kCellTitle = 18;
void drawCellTitle(const Drawing& drawing, const QRectF& cell, const QString& title,
                   const QString& measured);

}  // namespace lineament::views
