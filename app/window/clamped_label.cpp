// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/clamped_label.h"

#include <QPainter>
#include <QTextLayout>

namespace lineament::app {
namespace {

// The text cut into lines of that width, the last of them elided where more follows.
QStringList wrapped(const QString& text, const QFont& font, int width, int most) {
  QTextLayout layout(text, font);
  layout.beginLayout();
  QStringList lines;
  for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
    line.setLineWidth(width);
    if (lines.size() + 1 == most) {
      const QString rest = text.mid(line.textStart());
      lines << QFontMetrics(font).elidedText(rest, Qt::ElideRight, width);
      break;
    }
    lines << text.mid(line.textStart(), line.textLength());
  }
  layout.endLayout();
  return lines;
}

}  // namespace

ClampedLabel::ClampedLabel(const QString& text, int lines, QPalette::ColorRole role,
                           QWidget* parent)
    : QWidget(parent), text_(text.simplified()), lines_(lines), role_(role) {
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  setToolTip(text_);
  setAccessibleName(text_);
}

QSize ClampedLabel::sizeHint() const {
  constexpr int kUsualWidth = 240;
  return {kUsualWidth, heightForWidth(kUsualWidth)};
}

int ClampedLabel::heightForWidth(int width) const {
  const auto lines = static_cast<int>(wrapped(text_, font(), width, lines_).size());
  return lines * fontMetrics().lineSpacing() + 2;
}

void ClampedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(palette().color(role_));
  int baseline = fontMetrics().ascent();
  for (const QString& line : wrapped(text_, font(), width(), lines_)) {
    painter.drawText(0, baseline, line);
    baseline += fontMetrics().lineSpacing();
  }
}

}  // namespace lineament::app
