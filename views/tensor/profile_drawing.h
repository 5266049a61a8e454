// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/axis_scale.h"
#include "views/tensor/heat_picture.h"

namespace lineament::views {

// The values of a vector over their index: dots on a line where each is one value, from the
// smallest to the largest of each block where they are too many.
void drawProfile(QPainter& painter, const QRectF& plot, const HeatPicture& picture,
                 const AxisScale& x, const AxisScale& y, const Theme& theme);

}  // namespace lineament::views
