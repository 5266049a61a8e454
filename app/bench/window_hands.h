// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <functional>
#include <string>

#include "app/bench/turn_watch.h"
#include "app/window/main_window.h"

namespace lineament::app {

// What a person's hands do in a window that measures itself. Everything happens in events of the
// loop, as it would, and the loop goes on between them.
class WindowHands {
 public:
  using Step = std::function<void()>;

  WindowHands(WatchedApplication& application, MainWindow& window)
      : application_(application), window_(window) {}

  void phase(const std::string& name, const Step& steps);  // one of the watch's

  void act(const Step& step);
  void rest(int milliseconds);
  // Ends the program where that does not come within minutes.
  void until(const std::function<bool()>& reached);
  void idle();  // no job is running, and none begins

  void press(QWidget* widget, int key, Qt::KeyboardModifiers modifiers = {});
  void move(QWidget& widget, QEvent::Type type, const QPointF& at, Qt::MouseButtons held);
  void drag(QWidget& widget);
  void wheel(QWidget* widget, int delta, int times);

 protected:
  static constexpr int kLookMs = 20;
  static constexpr int kRestMs = 400;  // of nothing to do, before the next step

  WatchedApplication& application_;
  MainWindow& window_;

 private:
  std::string phase_;
};

}  // namespace lineament::app
