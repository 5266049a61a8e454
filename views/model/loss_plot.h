// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include "views/common/theme.h"
#include "views/model/model_sheet.h"

class QPainter;

namespace lineament::views {

// The losses of a network's training over its epochs, the chosen epoch marked, axes and all within
// `area`.
void drawLosses(QPainter& painter, const QRectF& area, const NetworkPart& network,
                const Theme& theme);

}  // namespace lineament::views
