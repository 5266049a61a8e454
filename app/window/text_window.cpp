// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/text_window.h"

#include <QDialog>
#include <QKeySequence>
#include <QShortcut>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "views/note/note_document.h"

namespace lineament::app {

void showText(QWidget* parent, const QString& title, const QString& markdown) {
  auto* window = new QDialog(parent);
  window->setAttribute(Qt::WA_DeleteOnClose);
  window->setWindowTitle(title);
  window->resize(640, 560);
  auto* page = new QTextBrowser(window);
  page->setFrameShape(QFrame::NoFrame);
  page->setOpenLinks(false);
  page->setAccessibleName(title);
  auto* document = new views::NoteDocument(page);
  document->setDocumentMargin(16);
  page->setDocument(document);
  views::setNote(*document, {{}, markdown.toStdString()}, views::theme());
  auto* column = new QVBoxLayout(window);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(page);
  QObject::connect(new QShortcut(QKeySequence::Close, window), &QShortcut::activated, window,
                   &QDialog::close);
  window->show();
}

}  // namespace lineament::app
