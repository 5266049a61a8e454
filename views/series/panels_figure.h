// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <optional>
#include <vector>

#include "core/data/series.h"
#include "views/common/axis_scale.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Curves of different units beside each other: each in a plot of its own, over the same horizontal
// axis. Options: "best" (for each curve the x of a point to point out, or null) and "notes" (for
// each curve a few words behind its name). Figure id "panels".
class PanelsFigure : public Copied<PanelsFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(PanelsFigure)

 public:
  QString id() const override { return QStringLiteral("panels"); }
  // Throws Error for another kind ("data.kind").
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QSizeF naturalSize(double width) const override;

  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override { return QRectF(QPointF(), size); }
  Qt::Orientations zoomDirections() const override { return {}; }
  std::vector<Spot> spots(const QSizeF& size) const override;
  QString spotText(const Spot& spot) const override;

 private:
  struct Panel {
    QRectF title, plot;
    AxisScale x, y;
    bool lowest = false;  // whether it says what the horizontal axis is
  };
  std::vector<Panel> panels(const QSizeF& size) const;
  void drawPanel(const Drawing& drawing, const Panel& panel, std::size_t curve) const;
  void drawBest(const Drawing& drawing, const Panel& panel, std::size_t curve) const;

  Series series_;
  std::vector<std::optional<double>> best_;
  std::vector<QString> notes_;
};

}  // namespace lineament::views
