// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/cloud_furniture.h"

#include <Eigen/Geometry>
#include <QLinearGradient>
#include <cmath>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 16;

void useLabelFont(QPainter& painter, const Theme& theme) {
  painter.setFont(figureFont());
  painter.setPen(theme.text);
}

QString lengthText(double value) {
  QString text = QString::number(value, 'g', 3);
  return text.replace('-', QChar(0x2212));
}

}  // namespace

double roundLength(double length) {
  const double power = std::pow(10.0, std::floor(std::log10(length)));
  const double mantissa = length / power;
  return power * (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1);
}

void paintColourBar(QPainter& painter, const QSizeF& size, const PointColouring& colouring,
                    std::span<const QRgb> ramp, const Theme& theme) {
  const double height = std::min(160.0, size.height() * 0.45);
  const QRectF bar(size.width() - kMargin - 10, kMargin + 16, 10, height);
  QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
  for (int stop = 0; stop <= 16; ++stop) {
    gradient.setColorAt(stop / 16.0, QColor(ramp[ramp.size() * std::size_t(stop) / 17]));
  }
  painter.fillRect(bar, gradient);

  useLabelFont(painter, theme);
  const QString unit = colouring.unit.isEmpty() ? QString() : " " + colouring.unit;
  const QRectF above(0, kMargin - 4, size.width() - kMargin, 16);
  painter.drawText(above, Qt::AlignRight | Qt::AlignVCenter, colouring.quantity);
  painter.setPen(theme.muted);
  const auto label = [&](double share, double value) {
    const double y = bar.bottom() - share * bar.height();
    painter.drawText(QRectF(0, y - 8, bar.left() - 5, 16), Qt::AlignRight | Qt::AlignVCenter,
                     lengthText(value) + unit);
  };
  label(0, colouring.low);
  label(0.5, 0.5 * (colouring.low + colouring.high));
  label(1, colouring.high);
}

void paintAxes(QPainter& painter, const QSizeF& size, const OrbitCamera& camera,
               const Theme& theme) {
  const auto projection = camera.projection(size);
  const QPointF origin(kMargin + 26, size.height() - kMargin - 26);
  useLabelFont(painter, theme);
  const char* const names[] = {"x", "y", "z"};
  for (int axis = 0; axis < 3; ++axis) {
    const Eigen::Vector3d direction = Eigen::Vector3d::Unit(axis);
    const QPointF along(projection.right.dot(direction), -projection.up.dot(direction));
    painter.setPen(figurePen(theme.muted, 1.2));
    painter.drawLine(origin, origin + 20 * along);
    painter.setPen(theme.text);
    const QPointF label = origin + 27 * along;
    painter.drawText(QRectF(label.x() - 8, label.y() - 8, 16, 16), Qt::AlignCenter, names[axis]);
  }
}

void paintScaleBar(QPainter& painter, const QSizeF& size, const OrbitCamera& camera,
                   const Theme& theme) {
  const double pixels_per_metre = camera.projection(size).scale / camera.distance();
  const double metres = roundLength(120 / pixels_per_metre);
  const double width = metres * pixels_per_metre;
  const double y = size.height() - kMargin;
  const double left = size.width() - kMargin - width;
  painter.setPen(figurePen(theme.text, 1.2));
  painter.drawPolyline(
      QPolygonF{{left, y - 4}, {left, y}, {left + width, y}, {left + width, y - 4}});
  useLabelFont(painter, theme);
  painter.drawText(QRectF(left - 40, y - 22, width + 80, 16), Qt::AlignCenter,
                   lengthText(metres) + " m");
}

}  // namespace lineament::views
