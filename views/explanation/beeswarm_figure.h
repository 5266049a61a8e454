// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "views/common/axis_scale.h"
#include "views/explanation/explanation_figure.h"

namespace lineament::views {

// SHAP values of all rows: a line of dots per feature, the most important one on top, coloured by
// the feature's own value. A dot stands for a row and can be chosen. Figure id "beeswarm".
class BeeswarmFigure : public Copied<BeeswarmFigure, ExplanationFigure> {
  Q_DECLARE_TR_FUNCTIONS(BeeswarmFigure)

 public:
  QString id() const override { return QStringLiteral("beeswarm"); }
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  // More rows than these are drawn as an even random part of them.
  static constexpr std::size_t kMostRowsOnScreen = 5000;
  static constexpr std::size_t kMostRowsInFiles = 20000;

  void draw(const Drawing& drawing) const override;
  std::size_t marks() const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override { return Qt::Horizontal; }
  std::vector<Spot> spots(const QSizeF& size) const override;
  QString spotText(const Spot& spot) const override;

 private:
  struct Dot {
    std::size_t row = 0;  // explained row
    double value = 0;
    double offset = 0;  // in lines, upwards
    float colour = 0;   // position in the colour map; NaN: no number
  };
  struct Swarm {
    FeatureLine line;
    std::vector<Dot> dots;  // in drawing order: those without a number first
  };
  void explanationChanged() override;
  std::vector<Swarm> arranged(std::size_t most_rows) const;
  Swarm swarmOf(const FeatureLine& line, const std::vector<std::size_t>& rows,
                std::vector<std::size_t>& order) const;
  std::vector<float> colourPositions(const FeatureLine& line,
                                     const std::vector<std::size_t>& rows) const;
  double valueOf(const FeatureLine& line, std::size_t row) const;
  AxisScale scale(const QRectF& plot) const;
  void drawDots(const Drawing& drawing, const QRectF& plot, const std::vector<Swarm>& swarms) const;
  void drawColourBar(const Drawing& drawing, const QRectF& plot) const;

  std::vector<Swarm> swarms_;  // as on the screen
  Range range_;
};

}  // namespace lineament::views
