// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "views/common/axis_scale.h"
#include "views/explanation/explanation_figure.h"

namespace lineament::views {

// A bar per feature: mean |SHAP value| over the rows, or one row's SHAP values where the option
// "row" (an explained row, counted from 0) is set. Figure id "bar".
class BarFigure : public Copied<BarFigure, ExplanationFigure> {
  Q_DECLARE_TR_FUNCTIONS(BarFigure)

 public:
  QString id() const override { return QStringLiteral("bar"); }
  QSizeF naturalSize(double width) const override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;

  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override { return {}; }
  QString textAt(const QPointF& at, const QSizeF& size) const override;

 private:
  struct Bar {
    FeatureLine line;
    double value = 0;
  };
  void explanationChanged() override;
  double valueOf(const FeatureLine& line) const;
  double pitch(const QRectF& plot) const;
  AxisScale scale(const QRectF& plot) const;
  void drawBar(const Drawing& drawing, const Bar& bar, const AxisScale& x, double middle,
               double thickness, int decimals) const;

  std::optional<std::size_t> row_;
  std::vector<Bar> bars_;
};

}  // namespace lineament::views
