// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace lineament::app {

// Lies over the window while files are dragged over it and says what would happen with them.
class DropOverlay : public QWidget {
  Q_OBJECT

 public:
  explicit DropOverlay(QWidget* window);

  void say(const QString& action, const QString& detail, bool accepted);
  QString action() const { return action_; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString action_;
  QString detail_;
  bool accepted_ = true;
};

}  // namespace lineament::app
