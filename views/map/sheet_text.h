// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPainter>
#include <QString>
#include <vector>

namespace lineament::views {

// Text of a cell, broken into lines of at most `width` units, within words where they are longer.
// Of more than `most` lines the last one kept is elided.
class SheetText {
 public:
  SheetText(const QString& text, const QFont& font, double width, int most = 4);

  double height() const;
  void draw(QPainter& painter, const QPointF& top_left, const QColor& colour) const;

 private:
  QFont font_;
  std::vector<QString> lines_;
};

// The font of a figure at another size, in units.
QFont sheetFont(double size, bool bold = false);

}  // namespace lineament::views
