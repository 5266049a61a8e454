// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/figure_style.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <algorithm>

namespace lineament::views {

namespace {

// Figures go into papers and slides, so they use what journals ask for where it is installed; the
// interface's own font otherwise.
QString figureFamily() {
  static const QString family = [] {
    const QStringList installed = QFontDatabase::families();
    for (const char* wanted : {"Helvetica Neue", "Helvetica", "Arial", "Liberation Sans",
                               "Nimbus Sans", "Noto Sans", "DejaVu Sans"}) {
      const QString name = QString::fromLatin1(wanted);
      const QString of_a_foundry = name + QStringLiteral(" [");
      const bool there = std::any_of(installed.begin(), installed.end(), [&](const QString& one) {
        return one == name || one.startsWith(of_a_foundry);
      });
      if (there) return name;
    }
    return QFont().family();
  }();
  return family;
}

}  // namespace

QFont figureFont(TextSize size, bool bold) {
  QFont font(figureFamily());
  font.setPixelSize(static_cast<int>(size));
  font.setHintingPreference(QFont::PreferNoHinting);
  font.setKerning(true);
  if (bold) font.setWeight(QFont::Bold);
  return font;
}

QPen figurePen(const QColor& colour, double width, Qt::PenStyle style) {
  QPen pen(colour, std::max(width, kThinnest), style, Qt::FlatCap, Qt::MiterJoin);
  return pen;
}

double textWidth(const QFont& font, const QString& text) {
  return QFontMetricsF(font).horizontalAdvance(text);
}

double textHeight(const QFont& font) {
  return QFontMetricsF(font).height();
}

QString elidedText(const QFont& font, const QString& text, double width) {
  return QFontMetricsF(font).elidedText(text, Qt::ElideRight, width);
}

void drawLabel(QPainter& painter, const QPointF& anchor, Qt::Alignment alignment,
               const QString& text) {
  const QFontMetricsF metrics(painter.font());
  const double width = metrics.horizontalAdvance(text);
  double x = anchor.x(), y = anchor.y();
  if (alignment & Qt::AlignRight) x -= width;
  if (alignment & Qt::AlignHCenter) x -= width / 2;
  if (alignment & Qt::AlignTop) y += metrics.ascent();
  if (alignment & Qt::AlignVCenter) y += metrics.capHeight() / 2;
  if (alignment & Qt::AlignBottom) y -= metrics.descent();
  painter.drawText(QPointF(x, y), text);
}

void drawUpwardLabel(QPainter& painter, const QPointF& anchor, const QString& text) {
  painter.save();
  painter.translate(anchor);
  painter.rotate(-90);
  drawLabel(painter, {0, 0}, Qt::AlignHCenter | Qt::AlignVCenter, text);
  painter.restore();
}

}  // namespace lineament::views
