// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <optional>
#include <span>
#include <vector>

#include "core/data/series.h"
#include "views/common/axis_scale.h"
#include "views/common/plot_figure.h"

namespace lineament::views {

// Curves over common axes: learning curves, predicted against measured values. Points that stand
// for rows of a table can be chosen. Options: "log_x", "log_y" (else as the data have it),
// "colours" (for each curve the number of its colour, where figures beside this one have the same
// things in other numbers; else its own number), "curves" (for each curve {"name", "colour"} as
// "#rrggbb", which take the place of its own: what a map calls its classes). Figure id "series".
class SeriesFigure : public Copied<SeriesFigure, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(SeriesFigure)

 public:
  QString id() const override { return QStringLiteral("series"); }
  // Throws Error for another kind ("data.kind") and for a curve whose x, y and rows differ in
  // length ("series.lengths").
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  std::size_t marks() const override;
  QRectF plotArea(const QSizeF& size) const override;
  std::vector<Spot> spots(const QSizeF& size) const override;
  QString spotText(const Spot& spot) const override;
  std::string origin() const override { return origin_; }

 private:
  struct Frame {
    QRectF plot;
    AxisScale x;
    AxisScale y;
    QPointF at(double x_value, double y_value) const {
      return {x.position(x_value), y.position(y_value)};
    }
  };
  using Curve = Series::Curve;

  void findRanges();
  Frame frame(const QSizeF& size) const;
  Frame frameIn(const QRectF& plot) const;
  std::vector<QPointF> positions(const Curve& curve, const Frame& frame) const;
  bool directLabels() const;  // at the lines' ends; otherwise a key above the plot
  double endLabelWidth() const;
  std::size_t numberOf(std::size_t curve) const;  // of its colour and its marker
  QString called(std::size_t curve, const char* member) const;
  QString nameOf(std::size_t curve) const;
  QColor colourOf(std::size_t curve, bool dark) const;
  void drawMarks(const Drawing& drawing, const Frame& frame) const;
  void drawIdentity(const Drawing& drawing, const Frame& frame) const;
  void drawLine(const Drawing& drawing, std::size_t curve, std::span<const QPointF> points) const;
  void drawPoints(const Drawing& drawing, std::size_t curve, const Frame& frame,
                  std::span<const QPointF> points) const;
  void drawChosen(const Drawing& drawing, std::size_t curve, const Frame& frame,
                  std::span<const QPointF> points) const;
  bool choosing(const Curve& curve) const;
  void drawEndLabels(const Drawing& drawing, const Frame& frame) const;
  void drawKey(const Drawing& drawing, const Frame& frame) const;

  Series series_;
  std::string origin_;
  std::vector<std::size_t> colours_;
  nlohmann::json called_ = nlohmann::json::array();  // option "curves"
  bool log_x_ = false;
  bool log_y_ = false;
  Range x_range_;
  Range y_range_;
};

}  // namespace lineament::views
