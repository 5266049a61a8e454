// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>

namespace lineament::views {

// A menu in which several boxes can be ticked: it stays open when one is, and closes on anything
// else.
class StayingMenu : public QMenu {
 public:
  using QMenu::QMenu;

 protected:
  void mouseReleaseEvent(QMouseEvent* event) override {
    if (!ticked(actionAt(event->position().toPoint()))) QMenu::mouseReleaseEvent(event);
  }
  void keyPressEvent(QKeyEvent* event) override {
    const bool ticks = event->key() == Qt::Key_Space || event->key() == Qt::Key_Return ||
                       event->key() == Qt::Key_Enter;
    if (!ticks || !ticked(activeAction())) QMenu::keyPressEvent(event);
  }

 private:
  bool ticked(QAction* action) {
    if (!action || action != activeAction() || !action->isCheckable() || !action->isEnabled()) {
      return false;
    }
    action->trigger();
    return true;
  }
};

}  // namespace lineament::views
