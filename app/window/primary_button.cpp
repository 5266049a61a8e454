// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/primary_button.h"

#include <QPainter>

#include "views/common/theme.h"

namespace lineament::app {

PrimaryButton::PrimaryButton(const QString& text, QWidget* parent) : QPushButton(text, parent) {
  setCursor(Qt::PointingHandCursor);
}

QSize PrimaryButton::sizeHint() const {
  const int words = fontMetrics().horizontalAdvance(text());
  return {std::max(96, words + 32), 32};
}

void PrimaryButton::paintEvent(QPaintEvent*) {
  const views::Theme& theme = views::theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QColor fill = isEnabled() ? theme.accent : theme.line;
  if (isDown()) {
    fill = fill.darker(115);
  } else if (underMouse() && isEnabled()) {
    fill = fill.lighter(108);
  }
  const QRectF face = QRectF(rect()).adjusted(1, 1, -1, -1);
  painter.setPen(Qt::NoPen);
  painter.setBrush(fill);
  painter.drawRoundedRect(face, 4, 4);
  if (hasFocus()) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.accent_text, 1));
    painter.drawRoundedRect(face.adjusted(2.5, 2.5, -2.5, -2.5), 3, 3);
  }
  painter.setPen(isEnabled() ? theme.accent_text : theme.muted);
  QFont strong = font();
  strong.setWeight(QFont::DemiBold);
  painter.setFont(strong);
  painter.drawText(rect(), Qt::AlignCenter | Qt::TextShowMnemonic, text());
}

}  // namespace lineament::app
