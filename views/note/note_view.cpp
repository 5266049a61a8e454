// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_view.h"

#include <QEvent>
#include <QScrollBar>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace lineament::views {

NoteView::NoteView(QWidget* parent) : View(parent) {
  page_ = new QTextBrowser(this);
  page_->setFrameShape(QFrame::NoFrame);
  page_->setOpenLinks(false);
  document_ = new NoteDocument(page_);
  document_->setDocumentMargin(20);
  page_->setDocument(document_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(page_);
  setFocusProxy(page_);
}

void NoteView::setData(const Data& shown) {
  figure_.setData(shown);
  page_->setAccessibleName(QString::fromStdString(figure_.note().title));
  fill();
  Q_EMIT captionChanged();
}

void NoteView::fill() {
  const int at = page_->verticalScrollBar()->value();
  filled_for_ = theme().name;
  setNote(*document_, figure_.note(), theme());
  page_->verticalScrollBar()->setValue(at);
}

void NoteView::changeEvent(QEvent* event) {
  // The rules' colours; a hidden note has time until it is shown.
  if (event->type() == QEvent::PaletteChange && isVisible()) fill();
  View::changeEvent(event);
}

void NoteView::showEvent(QShowEvent* event) {
  if (filled_for_ != theme().name) fill();
  View::showEvent(event);
}

void NoteView::fit() {
  page_->verticalScrollBar()->setValue(0);
}

}  // namespace lineament::views
