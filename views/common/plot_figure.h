// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QRectF>
#include <optional>
#include <string>
#include <vector>

#include "views/common/figure.h"
#include "views/common/spot_index.h"

namespace lineament::views {

// What is being drawn, where: `screen` drawings may be reduced to what a screen can show.
struct Drawing {
  QPainter& painter;
  QSizeF size;
  const Theme& theme;
  bool screen = false;
};

// The shown part of a plot, as shares of the whole length of its axes; y upwards.
struct ZoomWindow {
  double left = 0;
  double right = 1;
  double bottom = 0;
  double top = 1;

  bool whole() const { return *this == ZoomWindow{}; }
  bool operator==(const ZoomWindow&) const = default;
};

// The nearest window within the whole that has this width and lower end; not closer than one in
// 100,000.
void placeWithin(double& low, double& high, double wanted_low, double width);

// A figure with axes that can be zoomed, whose marks can be pointed at and chosen. Option: "zoom"
// [left, right, bottom, top].
class PlotFigure : public Figure {
 public:
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const final;

  virtual void draw(const Drawing& drawing) const = 0;
  // About how many marks a screen drawing has: with many of them it takes longer than a frame.
  virtual std::size_t marks() const { return 0; }
  // Where the data lie in a drawing of that size; what panning and zooming act on.
  virtual QRectF plotArea(const QSizeF& size) const = 0;
  virtual Qt::Orientations zoomDirections() const { return Qt::Horizontal | Qt::Vertical; }
  // What can be pointed at and chosen in a screen drawing of that size.
  virtual std::vector<Spot> spots(const QSizeF& size) const;
  virtual QString spotText(const Spot& spot) const;
  // What lies at a place where no spot is; empty for nothing.
  virtual QString textAt(const QPointF& at, const QSizeF& size) const;
  // The row that has a place to itself where no spot is, as a matrix gives it, and how it is marked
  // on the screen while the pointer is there.
  virtual std::optional<std::size_t> rowAt(const QPointF& at, const QSizeF& size) const;
  virtual void drawPointed(const Drawing& drawing, std::size_t row) const;
  // The origin of what is chosen here.
  virtual std::string origin() const { return {}; }
  // What an arrow key chooses, where the figure itself makes a step with it.
  virtual std::optional<Selection> stepped(int right, int down) const;

  // Takes over what prepare() has worked out in a copy of this figure, where it still fits.
  virtual void adopt(const PlotFigure& prepared) { static_cast<void>(prepared); }

  const ZoomWindow& zoomWindow() const { return zoom_; }
  void setZoomWindow(const ZoomWindow& window) { zoom_ = window; }

 private:
  ZoomWindow zoom_;
};

}  // namespace lineament::views
