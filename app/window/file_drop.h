// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

class QDropEvent;
class QMimeData;
class QWidget;

namespace lineament::app {

class DropOverlay;
class FileImport;

// Takes files that are dragged onto a window: says over the window what would happen, and hands
// them on when they are let go.
class FileDrop : public QObject {
  Q_OBJECT

 public:
  FileDrop(QWidget* window, FileImport& import);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  bool entered(QDropEvent& event);
  void dropped(QDropEvent& event);

  QWidget* window_;
  FileImport& import_;
  DropOverlay* overlay_;
  QStringList hovering_;
};

}  // namespace lineament::app
