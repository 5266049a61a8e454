// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/view.h"

#include <QNativeGestureEvent>

namespace lineament::views {

bool View::event(QEvent* event) {
  if (event->type() == QEvent::NativeGesture) {
    const auto* gesture = static_cast<QNativeGestureEvent*>(event);
    if (gesture->gestureType() == Qt::ZoomNativeGesture &&
        pinched(gesture->position(), 1 + gesture->value())) {
      return true;
    }
  }
  return QWidget::event(event);
}

bool View::pinched(const QPointF&, double) {
  return false;
}

}  // namespace lineament::views
