// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_figure.h"

#include <QAbstractTextDocumentLayout>
#include <QPainter>
#include <algorithm>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/note/note_document.h"

namespace lineament::views {

namespace {

constexpr double kLowest = 60;  // also of an empty note

// Laid out for print, `width` units wide.
void setForPrint(NoteDocument& document, const Note& note, double width, const Theme& theme) {
  document.setDefaultFont(figureFont(TextSize::large));
  document.setDocumentMargin(2);
  setNote(document, note, theme);
  document.setTextWidth(width);
}

}  // namespace

void NoteFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  NoteDocument document;
  setForPrint(document, note_, size.width(), theme);
  QAbstractTextDocumentLayout::PaintContext context;
  context.palette.setColor(QPalette::Text, theme.text);
  context.clip = QRectF(QPointF(0, 0), size);
  painter.save();
  painter.setClipRect(context.clip);
  document.documentLayout()->draw(&painter, context);
  painter.restore();
}

QSizeF NoteFigure::naturalSize(double width) const {
  NoteDocument document;
  setForPrint(document, note_, width, figureTheme());
  return {width, std::max(document.size().height(), kLowest)};
}

QString NoteFigure::caption() const {
  const auto words = QString::fromStdString(note_.markdown).simplified().count(u' ') + 1;
  return tr("%1 · %2 words")
      .arg(QString::fromStdString(note_.title.empty() ? "Note" : note_.title),
           numberText(note_.markdown.empty() ? 0 : static_cast<double>(words), 15));
}

}  // namespace lineament::views
