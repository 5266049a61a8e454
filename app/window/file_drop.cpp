// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/file_drop.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QMimeData>
#include <QTimer>
#include <QUrl>

#include "app/window/drop_overlay.h"
#include "app/window/file_import.h"

namespace lineament::app {
namespace {

QStringList localFiles(const QMimeData* mime) {
  QStringList files;
  for (const QUrl& url : mime->urls()) {
    if (url.isLocalFile()) files << url.toLocalFile();
  }
  return files;
}

// Also what will be refused, so that the refusal can be read where the files were let go.
void take(QDropEvent& event) {
  event.setDropAction(Qt::CopyAction);
  event.accept();
}

}  // namespace

FileDrop::FileDrop(QWidget* window, FileImport& import)
    : QObject(window), window_(window), import_(import), overlay_(new DropOverlay(window)) {
  window->setAcceptDrops(true);
  window->installEventFilter(this);
}

bool FileDrop::eventFilter(QObject* watched, QEvent* event) {
  if (watched != window_) return false;
  switch (event->type()) {
    case QEvent::DragEnter:
      return entered(*static_cast<QDropEvent*>(event));
    case QEvent::DragMove:
      if (hovering_.isEmpty()) return false;
      take(*static_cast<QDropEvent*>(event));
      return true;
    case QEvent::DragLeave:
      hovering_.clear();
      overlay_->hide();
      return true;
    case QEvent::Drop:
      dropped(*static_cast<QDropEvent*>(event));
      return true;
    case QEvent::Resize:
      overlay_->setGeometry(window_->rect());
      return false;
    default:
      return false;
  }
}

bool FileDrop::entered(QDropEvent& event) {
  hovering_ = localFiles(event.mimeData());
  if (hovering_.isEmpty()) return false;
  take(event);
  import_.plan(hovering_, this, [this, files = hovering_](const OpeningPlan& plan) {
    if (files == hovering_) overlay_->say(plan.action, plan.detail, plan.accepted);
  });
  return true;
}

void FileDrop::dropped(QDropEvent& event) {
  const QStringList files = localFiles(event.mimeData());
  hovering_.clear();
  overlay_->hide();
  if (files.isEmpty()) return;
  take(event);
  // The program that the files come from waits for this event to end: let it go first.
  QTimer::singleShot(0, this, [this, files] { import_.open(files); });
}

}  // namespace lineament::app
