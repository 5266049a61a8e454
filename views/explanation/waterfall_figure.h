// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/axis_scale.h"
#include "views/explanation/explanation_figure.h"
#include "views/explanation/waterfall_layout.h"

namespace lineament::views {

// How one row's prediction comes about: arrows from the base value to f(x), one per feature. Shows
// the first selected row, or else the option "row" (an explained row, counted from 0); arrow keys
// go to the next and the previous one. Figure id "waterfall".
class WaterfallFigure : public Copied<WaterfallFigure, ExplanationFigure> {
  Q_DECLARE_TR_FUNCTIONS(WaterfallFigure)

 public:
  QString id() const override { return QStringLiteral("waterfall"); }
  QSizeF naturalSize(double width) const override;
  void setSelection(const Selection& selection) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  QString caption() const override;

  void draw(const Drawing& drawing) const override;
  QRectF plotArea(const QSizeF& size) const override;
  Qt::Orientations zoomDirections() const override { return {}; }
  QString textAt(const QPointF& at, const QSizeF& size) const override;
  std::optional<Selection> stepped(int right, int down) const override;

 private:
  void explanationChanged() override;
  void show(std::size_t row);
  QString barLabel(const WaterfallBar& bar) const;
  double pitch(const QRectF& plot) const;
  AxisScale scale(const QRectF& plot) const;
  void drawGuides(const Drawing& drawing, const QRectF& plot, const AxisScale& x) const;
  void drawEnds(const Drawing& drawing, const QRectF& plot, const AxisScale& x) const;
  void drawBar(const Drawing& drawing, const WaterfallBar& bar, const AxisScale& x, double middle,
               double pitch, int decimals) const;

  std::size_t row_ = 0;
  WaterfallLayout layout_;
};

}  // namespace lineament::views
