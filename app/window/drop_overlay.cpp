// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/drop_overlay.h"

#include <QPainter>

#include "views/common/theme.h"

namespace lineament::app {

DropOverlay::DropOverlay(QWidget* window) : QWidget(window) {
  setAttribute(Qt::WA_TransparentForMouseEvents);
  setFocusPolicy(Qt::NoFocus);
  hide();
}

void DropOverlay::say(const QString& action, const QString& detail, bool accepted) {
  action_ = action;
  detail_ = detail;
  accepted_ = accepted;
  setAccessibleName(action);
  setGeometry(parentWidget()->rect());
  raise();
  show();
  update();
}

void DropOverlay::paintEvent(QPaintEvent*) {
  const views::Theme& theme = views::theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QColor veil = theme.window;
  veil.setAlphaF(0.86F);
  painter.fillRect(rect(), veil);
  painter.setPen(QPen(accepted_ ? theme.accent : theme.error, 2, Qt::DashLine));
  painter.drawRoundedRect(QRectF(rect()).adjusted(16, 16, -16, -16), 8, 8);

  QFont large = font();
  large.setPointSizeF(large.pointSizeF() * 1.6);
  large.setWeight(QFont::DemiBold);
  painter.setFont(large);
  painter.setPen(theme.text);
  const QRect upper = rect().adjusted(32, 0, -32, -height() / 2 - 4);
  painter.drawText(upper, Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap, action_);
  painter.setFont(font());
  painter.setPen(theme.muted);
  const QRect lower = rect().adjusted(32, height() / 2 + 4, -32, 0);
  painter.drawText(lower, Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, detail_);
}

}  // namespace lineament::app
