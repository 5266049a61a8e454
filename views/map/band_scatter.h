// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>
#include <string>

#include "core/data/raster.h"
#include "views/common/axis_scale.h"
#include "views/common/plot_figure.h"
#include "views/map/pixel_sample.h"

namespace lineament::views {

// Two bands of a raster against each other: how many pixels have which pair of values, in colours
// that grow with the logarithm of their number. Pixels are chosen by drawing around them, and seen
// on the map: of many a sample, the same each time. Options: "x" and "y" (the bands, as the map
// names them). Figure id "band-scatter".
class BandScatter : public Copied<BandScatter, PlotFigure> {
  Q_DECLARE_TR_FUNCTIONS(BandScatter)

 public:
  static constexpr std::size_t kChoosable = 20'000;  // pixels

  QString id() const override { return QStringLiteral("band-scatter"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void prepare(const Context& context) override;
  QSizeF naturalSize(double width) const override { return {width, 0.8 * width}; }
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  std::vector<Spot> spots(const QSizeF& size) const override;
  QString spotText(const Spot& spot) const override;
  std::string origin() const override { return origin_; }
  void adopt(const PlotFigure& prepared) override;

  const Raster& raster() const { return raster_; }
  std::array<std::size_t, 2> bands() const { return bands_; }
  bool possible() const { return raster_.bands().size() >= 2 && !raster_.categorical(); }
  const PixelSample* sample() const;  // of these bands; null while it is to come
  void setProblem(const QString& problem) { problem_ = problem; }

 private:
  struct Frame {
    QRectF plot;
    AxisScale x, y;
    QPointF at(double x_value, double y_value) const {
      return {x.position(x_value), y.position(y_value)};
    }
  };
  Frame frame(const QSizeF& size) const;
  QString axisLabel(std::size_t band) const;
  std::size_t step() const;  // from one pixel that can be chosen to the next
  void drawDensity(const Drawing& drawing, const Frame& frame) const;
  void drawChosen(const Drawing& drawing, const Frame& frame) const;

  Raster raster_;
  std::string origin_;
  std::array<std::size_t, 2> bands_{};
  std::shared_ptr<const PixelSample> sample_;
  Range x_range_, y_range_;
  QString problem_;
};

}  // namespace lineament::views
