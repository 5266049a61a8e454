// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QTextLayout>
#include <memory>
#include <vector>

#include "app/report/report.h"

class QPainter;

namespace lineament::app {

// PDF pages are laid out in tenths of a point, so that fonts, whose pixel sizes are whole numbers,
// come in steps of a tenth, too.
inline constexpr int kUnitsPerInch = 720;
inline constexpr double kPoint = 10;                         // in units
inline constexpr double kMillimetre = kUnitsPerInch / 25.4;  // in units

struct TextStyle {
  double points = 9.5;
  bool bold = false;
  bool fixed = false;
  QColor colour;
  double line_height = 1.4;  // of the font's size
  Qt::Alignment align = Qt::AlignLeft;
};

QFont pageFont(const TextStyle& style);

// A text broken into lines of a given width. Breaks inside a word where a word is wider than that.
class TextBox {
 public:
  TextBox(const QString& text, const TextStyle& style, double width);
  TextBox(const std::vector<Span>& spans, const TextStyle& style, double width);

  int lines() const { return layout_->lineCount(); }
  double lineHeight() const { return line_height_; }
  double height() const { return lines() * line_height_; }

  // Lines [first, first + count), the top left corner of the first at `at`.
  void draw(QPainter& painter, QPointF at, int first, int count) const;
  void draw(QPainter& painter, QPointF at) const { draw(painter, at, 0, lines()); }

 private:
  void breakLines(double width);

  std::shared_ptr<QTextLayout> layout_;
  double line_height_;
  QColor colour_;
};

// Width of a text on one line, and of its widest word.
struct TextWidth {
  double line = 0;
  double word = 0;
};
TextWidth textWidth(const QString& text, const TextStyle& style);

}  // namespace lineament::app
