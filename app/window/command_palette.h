// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLineEdit;
class QListWidget;

namespace lineament::app {

class ActionRegistry;

// Finds any command or analysis by a few letters of its name and runs it.
class CommandPalette : public QFrame {
  Q_OBJECT

 public:
  CommandPalette(const ActionRegistry& registry, QWidget* window);

  void open();  // over the upper middle of the window
  void search(const QString& typed);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void runCurrent();

  const ActionRegistry& registry_;
  QLineEdit* line_;
  QListWidget* list_;
};

}  // namespace lineament::app
