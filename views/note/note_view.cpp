// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_view.h"

#include <QAbstractTextDocumentLayout>
#include <QEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/note/note_document.h"

namespace lineament::views {

namespace {

constexpr double kLowest = 60;  // of a figure, also of an empty note

// Laid out for print, `width` units wide.
void setForPrint(QTextDocument& document, const Note& note, double width, const Theme& theme) {
  document.setDefaultFont(figureFont(TextSize::large));
  document.setDocumentMargin(2);
  setNote(document, note, theme);
  document.setTextWidth(width);
}

}  // namespace

NoteView::NoteView(QWidget* parent) : View(parent) {
  page_ = new QTextBrowser(this);
  page_->setFrameShape(QFrame::NoFrame);
  page_->setOpenLinks(false);
  page_->document()->setDocumentMargin(20);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(page_);
  setFocusProxy(page_);
}

void NoteView::setData(const Data& shown) {
  note_ = shown.require<Note>();
  page_->setAccessibleName(QString::fromStdString(note_.title));
  fill();
  Q_EMIT captionChanged();
}

void NoteView::fill() {
  const int at = page_->verticalScrollBar()->value();
  setNote(*page_->document(), note_, theme());
  page_->verticalScrollBar()->setValue(at);
}

void NoteView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) fill();  // the rules' colours
  View::changeEvent(event);
}

void NoteView::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  QTextDocument document;
  setForPrint(document, note_, size.width(), theme);
  QAbstractTextDocumentLayout::PaintContext context;
  context.palette.setColor(QPalette::Text, theme.text);
  context.clip = QRectF(QPointF(0, 0), size);
  painter.save();
  painter.setClipRect(context.clip);
  document.documentLayout()->draw(&painter, context);
  painter.restore();
}

QSizeF NoteView::naturalSize(double width) const {
  QTextDocument document;
  setForPrint(document, note_, width, figureTheme());
  return {width, std::max(document.size().height(), kLowest)};
}

QString NoteView::caption() const {
  const auto words = QString::fromStdString(note_.markdown).simplified().count(u' ') + 1;
  return tr("%1 · %2 words")
      .arg(QString::fromStdString(note_.title.empty() ? "Note" : note_.title),
           numberText(note_.markdown.empty() ? 0 : static_cast<double>(words), 15));
}

void NoteView::fit() {
  page_->verticalScrollBar()->setValue(0);
}

}  // namespace lineament::views
