// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/window_hands.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>

namespace lineament::app {

namespace {

constexpr int kPatienceMs = 180'000;

}  // namespace

void WindowHands::phase(const std::string& name, const Step& steps) {
  phase_ = name;
  application_.watch().beginPhase(name);
  steps();
  application_.watch().endPhase();
}

void WindowHands::act(const Step& step) {
  QTimer::singleShot(0, &window_, step);
  rest(kLookMs);
}

void WindowHands::rest(int milliseconds) {
  QEventLoop loop;
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
}

void WindowHands::until(const std::function<bool()>& reached) {
  QElapsedTimer clock;
  clock.start();
  while (!reached() && clock.elapsed() < kPatienceMs) rest(kLookMs);
  if (!reached()) qFatal("the window did not get on with %s", phase_.c_str());
}

void WindowHands::idle() {
  until([&] { return window_.jobs().idle(); });
  rest(kRestMs);
  until([&] { return window_.jobs().idle(); });
}

void WindowHands::press(QWidget* widget, int key, Qt::KeyboardModifiers modifiers) {
  application_.postEvent(widget, new QKeyEvent(QEvent::KeyPress, key, modifiers));
  application_.postEvent(widget, new QKeyEvent(QEvent::KeyRelease, key, modifiers));
  rest(kLookMs);
}

void WindowHands::move(QWidget& widget, QEvent::Type type, const QPointF& at,
                       Qt::MouseButtons held) {
  const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
  application_.postEvent(
      &widget, new QMouseEvent(type, at, widget.mapToGlobal(at), button, held, Qt::NoModifier));
  rest(kLookMs / 2);
}

void WindowHands::drag(QWidget& widget) {
  const QPointF from(widget.width() / 2.0, widget.height() / 2.0);
  move(widget, QEvent::MouseButtonPress, from, Qt::LeftButton);
  for (int i = 1; i <= 40; ++i) {
    move(widget, QEvent::MouseMove, from + QPointF(4 * i, i), Qt::LeftButton);
  }
  move(widget, QEvent::MouseButtonRelease, from + QPointF(160, 40), Qt::NoButton);
  rest(kRestMs);
}

void WindowHands::wheel(QWidget* widget, int delta, int times) {
  const QPointF at(widget->width() / 2.0, widget->height() / 2.0);
  for (int i = 0; i < times; ++i) {
    application_.postEvent(widget, new QWheelEvent(at, widget->mapToGlobal(at), {}, {0, delta},
                                                   Qt::NoButton, {}, Qt::NoScrollPhase, false));
    rest(kLookMs / 2);
  }
}

}  // namespace lineament::app
