// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_view.h"

#include <QEvent>
#include <QScrollBar>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "views/note/note_document.h"

namespace lineament::views {

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
  figure_.setData(shown);
  page_->setAccessibleName(QString::fromStdString(figure_.note().title));
  fill();
  Q_EMIT captionChanged();
}

void NoteView::fill() {
  const int at = page_->verticalScrollBar()->value();
  setNote(*page_->document(), figure_.note(), theme());
  page_->verticalScrollBar()->setValue(at);
}

void NoteView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) fill();  // the rules' colours
  View::changeEvent(event);
}

void NoteView::fit() {
  page_->verticalScrollBar()->setValue(0);
}

}  // namespace lineament::views
