// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>

#include "views/common/axis_scale.h"
#include "views/common/colour_map.h"
#include "views/tensor/heat_picture.h"

namespace lineament::views {

// From values to colours: through a neutral middle at 0 where there are values on both sides of
// it, from low to high otherwise. NaN and infinities have colours that no map has.
class HeatColours {
 public:
  HeatColours(const Limits& limits, bool dark);

  QColor of(float value, HeatPicture::Mark mark) const;
  const Limits& limits() const { return limits_; }
  QColor at(double share) const { return map_->at(share); }  // along the bar

  static QColor ofMark(HeatPicture::Mark mark);

 private:
  Limits limits_;
  const ColourMap* map_;
};

// Where the cells of a plane lie: cell i from i - 1/2 to i + 1/2, the first row on top.
struct HeatFrame {
  QRectF plot;
  AxisScale x;
  AxisScale y;

  QRectF place(const CellRange& range) const;
};

void drawHeat(QPainter& painter, const HeatFrame& frame, const HeatPicture& picture,
              const HeatColours& colours);

// Each cell's value in it, where the squares are cells that have room for one.
void drawCellNumbers(QPainter& painter, const HeatFrame& frame, const HeatPicture& picture,
                     const HeatColours& colours);

constexpr double kColourBarWidth = 66;  // with its numbers, right of a plot
void drawColourBar(QPainter& painter, const QRectF& plot, const HeatColours& colours,
                   const Theme& theme);

// What the colours of NaN and infinities are, where the picture has some.
constexpr double kMarkKeyHeight = 16;
bool hasMarks(const HeatPicture& picture);
void drawMarkKey(QPainter& painter, const QPointF& at, const HeatPicture& picture,
                 const Theme& theme);

}  // namespace lineament::views
