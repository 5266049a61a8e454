// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <vector>

#include "views/common/axis_scale.h"
#include "views/common/ruled_grid.h"
#include "views/model/model_sheet.h"

namespace lineament::views {

// Effects drawn beside the numbers, one line per term: a dot at the coefficient and a bar over its
// confidence interval (a forest plot).

// What the effects are of: one unit of the feature, or one standard deviation of it, which makes
// features of different units comparable.
enum class EffectScale { unit, deviation };
enum class TermOrder { given, effect };  // as in the data, or the largest effect first

double effectOf(const Coefficient& coefficient, EffectScale scale);

// Indices of the terms; those without an effect (NaN) last.
std::vector<std::size_t> orderedTerms(const LinearPart& part, EffectScale scale, TermOrder order);

// The numbers beside the plot, the terms in `order` and the intercept last.
RuledGrid coefficientGrid(const LinearPart& part, const std::vector<std::size_t>& order);

// All terms and the intercept with the digits that a spreadsheet needs, tab between cells.
QString coefficientRows(const LinearPart& part);

// Every effect with its interval, and zero.
AxisScale effectAxis(const LinearPart& part, EffectScale scale, double left, double right);

// Draws the terms of `order` in lines `kGridRow` high from the top of `plot`; the axis is below
// `plot`, whose height is that of the lines.
void drawEffects(QPainter& painter, const QRectF& plot, const ModelSheet& sheet,
                 const std::vector<std::size_t>& order, EffectScale scale, double figure_width,
                 const Theme& theme);

}  // namespace lineament::views
