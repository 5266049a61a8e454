// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_text.h"

#include <QTextLayout>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"

namespace lineament::views {

QFont sheetFont(double size, bool bold) {
  QFont font = figureFont(TextSize::label, bold);
  font.setPixelSize(static_cast<int>(std::lround(size)));
  return font;
}

SheetText::SheetText(const QString& text, const QFont& font, double width, int most) : font_(font) {
  if (text.isEmpty()) return;
  QTextLayout layout(text, font);
  QTextOption option;
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  layout.setTextOption(option);
  layout.beginLayout();
  for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
    line.setLineWidth(std::max(width, 1.0));
    if (static_cast<int>(lines_.size()) + 1 == most) {
      lines_.push_back(elidedText(font, text.mid(line.textStart()).trimmed(), width));
      break;
    }
    lines_.push_back(text.mid(line.textStart(), line.textLength()).trimmed());
  }
  layout.endLayout();
}

double SheetText::height() const {
  return static_cast<double>(lines_.size()) * std::ceil(textHeight(font_));
}

void SheetText::draw(QPainter& painter, const QPointF& top_left, const QColor& colour) const {
  painter.setFont(font_);
  painter.setPen(colour);
  const double step = std::ceil(textHeight(font_));
  QPointF at = top_left + QPointF(0, step / 2);
  for (const QString& line : lines_) {
    drawLabel(painter, at, Qt::AlignLeft | Qt::AlignVCenter, line);
    at.ry() += step;
  }
}

}  // namespace lineament::views
