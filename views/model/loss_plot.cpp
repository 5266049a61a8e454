// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/loss_plot.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/common/axis_scale.h"
#include "views/common/colour_map.h"
#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kKey = 16;
constexpr double kMostPoints = 2000;  // of a curve a few hundred units wide

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ModelView)
};

struct Scales {
  AxisScale x;
  AxisScale y;
};

Range lossRange(const NetworkPart& network) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const auto* losses : {&network.training_losses, &network.validation_losses}) {
    for (const double loss : *losses) {
      if (!(loss > 0) || !std::isfinite(loss)) continue;
      low = std::min(low, loss);
      high = std::max(high, loss);
    }
  }
  return paddedRange(low, high, true);
}

QPolygonF curveOf(const std::vector<double>& losses, const Scales& scales) {
  QPolygonF curve;
  const double step = std::max(static_cast<double>(losses.size()) / kMostPoints, 1.0);
  for (double at = 0; at < static_cast<double>(losses.size()); at += step) {
    const double loss = losses[static_cast<std::size_t>(at)];
    if (loss > 0 && std::isfinite(loss)) {
      curve << QPointF(scales.x.position(std::floor(at) + 1), scales.y.position(loss));
    }
  }
  return curve;
}

void drawKey(QPainter& painter, const QPointF& at, const NetworkPart& network, const Theme& theme) {
  painter.setFont(figureFont(TextSize::small));
  double x = at.x();
  const auto add = [&](int colour, const QString& name) {
    painter.setPen(figurePen(categoricalColour(colour, theme.dark), 1.5));
    painter.drawLine(QPointF(x, at.y()), QPointF(x + 12, at.y()));
    painter.setPen(theme.text);
    drawLabel(painter, {x + 16, at.y()}, Qt::AlignLeft | Qt::AlignVCenter, name);
    x += 16 + textWidth(painter.font(), name) + 14;
  };
  add(0, Words::tr("Training"));
  if (!network.validation_losses.empty()) add(1, Words::tr("Validation"));
}

void drawBestEpoch(QPainter& painter, const QRectF& plot, const AxisScale& x, int epoch,
                   const Theme& theme) {
  if (epoch <= 0 || epoch > x.high) return;
  const double at = x.position(epoch);
  painter.setPen(figurePen(theme.line, 0.75, Qt::DashLine));
  painter.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom()));
  const bool left = at > plot.center().x();
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  drawLabel(painter, {at + (left ? -4 : 4), plot.top() + 1},
            Qt::AlignTop | (left ? Qt::AlignRight : Qt::AlignLeft),
            Words::tr("Best epoch: %1").arg(epoch));
}

}  // namespace

void drawLosses(QPainter& painter, const QRectF& area, const NetworkPart& network,
                const Theme& theme) {
  const Range range = lossRange(network);
  const double top = area.top() + kKey, bottom = area.bottom() - bottomAxisHeight(true) - 2;
  Scales scales;
  scales.y = {range.low, range.high, bottom, top, true};
  const double left = area.left() + leftAxisWidth(scales.y, true) + 4;
  const auto epochs = static_cast<double>(std::max<std::size_t>(network.training_losses.size(), 2));
  scales.x = {1, epochs, left, area.right() - 6, false};
  const QRectF plot(QPointF(left, top), QPointF(area.right() - 6, bottom));
  drawGrid(painter, plot, nullptr, &scales.y, theme);
  drawBestEpoch(painter, plot, scales.x, network.best_epoch, theme);
  painter.setBrush(Qt::NoBrush);
  int colour = 0;
  for (const auto* losses : {&network.training_losses, &network.validation_losses}) {
    painter.setPen(figurePen(categoricalColour(colour++, theme.dark), 1.3));
    painter.drawPolyline(curveOf(*losses, scales));
  }
  drawKey(painter, {plot.left(), area.top() + kKey / 2 - 3}, network, theme);
  drawBottomAxis(painter, plot, scales.x, Words::tr("Epoch"), area.right(), theme);
  drawLeftAxis(painter, plot, scales.y, Words::tr("Scaled squared error"), theme);
}

}  // namespace lineament::views
