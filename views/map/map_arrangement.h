// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QRectF>
#include <optional>
#include <string_view>
#include <vector>

#include "views/common/theme.h"

namespace lineament::views {

// How a map shows two rasters of the same place: one over the other; divided by an upright line,
// the upper one on its right; or beside each other, the lower one on the left.
enum class MapArrangement { over, swipe, beside };

std::string_view name(MapArrangement arrangement);  // "over", "swipe", "beside"
std::optional<MapArrangement> arrangementFromName(std::string_view name);

// One plot, or two of the same size with a gap between them.
std::vector<QRectF> plotsOf(const QRectF& frame, MapArrangement arrangement, double gap);

// The line of the swipe, `share` of the plot's width from its left.
double dividerAt(const QRectF& plot, double share);
void drawDivider(QPainter& painter, const QRectF& plot, double share);
// The handle that a hand drags it by; files have only the line.
constexpr double kHandleRadius = 9;
void drawDividerHandle(QPainter& painter, const QRectF& plot, double share, const Theme& theme);

}  // namespace lineament::views
