// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/text_box.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace lineament::app {

namespace {

QString joined(const std::vector<Span>& spans) {
  QString text;
  for (const Span& span : spans) text += span.text;
  return text;
}

QVector<QTextLayout::FormatRange> formatsOf(const std::vector<Span>& spans,
                                            const TextStyle& style) {
  QVector<QTextLayout::FormatRange> formats;
  int start = 0;
  for (const Span& span : spans) {
    TextStyle own = style;
    own.bold = style.bold || span.bold;
    own.fixed = style.fixed || span.fixed;
    QFont font = pageFont(own);
    font.setItalic(span.italic);
    QTextLayout::FormatRange range;
    range.start = start;
    range.length = static_cast<int>(span.text.size());
    range.format.setFont(font);
    start += range.length;
    formats.append(range);
  }
  return formats;
}

}  // namespace

QFont pageFont(const TextStyle& style) {
  QFont font = QFontDatabase::systemFont(style.fixed ? QFontDatabase::FixedFont
                                                     : QFontDatabase::GeneralFont);
  // Fixed fonts run larger than text of the same size.
  const double points = style.fixed ? style.points * 0.88 : style.points;
  font.setPixelSize(static_cast<int>(std::lround(points * kPoint)));
  font.setWeight(style.bold ? QFont::DemiBold : QFont::Normal);
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

TextBox::TextBox(const QString& text, const TextStyle& style, double width)
    : TextBox(std::vector<Span>{{text, false, false, false}}, style, width) {}

TextBox::TextBox(const std::vector<Span>& spans, const TextStyle& style, double width)
    : layout_(std::make_shared<QTextLayout>(joined(spans), pageFont(style))),
      line_height_(style.points * kPoint * style.line_height),
      colour_(style.colour) {
  QTextOption option(style.align);
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  layout_->setTextOption(option);
  layout_->setFormats(formatsOf(spans, style));
  breakLines(width);
}

void TextBox::breakLines(double width) {
  layout_->beginLayout();
  for (int number = 0;; ++number) {
    QTextLine line = layout_->createLine();
    if (!line.isValid()) break;
    line.setLineWidth(width);
    // Evenly spaced lines whatever fonts are in them: the baseline sits at the same height in each.
    line.setPosition({0, number * line_height_ + (line_height_ - line.height()) / 2});
  }
  layout_->endLayout();
}

void TextBox::draw(QPainter& painter, QPointF at, int first, int count) const {
  painter.setPen(colour_);
  const QPointF origin = at - QPointF(0, first * line_height_);
  for (int i = first; i < std::min(first + count, lines()); ++i) {
    layout_->lineAt(i).draw(&painter, origin);
  }
}

TextWidth textWidth(const QString& text, const TextStyle& style) {
  const QFontMetricsF metrics(pageFont(style));
  TextWidth width;
  width.line = metrics.horizontalAdvance(text);
  for (const QString& word : text.split(' ', Qt::SkipEmptyParts)) {
    width.word = std::max(width.word, metrics.horizontalAdvance(word));
  }
  return width;
}

}  // namespace lineament::app
