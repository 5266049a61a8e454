// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <memory>

#include "views/common/figure.h"
#include "views/model/sheet_layout.h"

namespace lineament::views {

// What a model is: its facts, the coefficients of a linear one as numbers and as a plot, the layers
// and losses of a network, its features. Options: "effects" ("deviation": of one standard
// deviation of each feature, "unit"), "order" ("effect": the largest first, "given"). Figure id
// "model".
class ModelFigure : public Copied<ModelFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(ModelFigure)

 public:
  QString id() const override { return QStringLiteral("model"); }
  // Throws Error for another kind ("data.kind") and for a model whose parts do not fit each other
  // ("model.sheet").
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  const ModelSheet& sheet() const { return *sheet_; }
  const SheetLayout* layout() const { return layout_.get(); }  // null before there is data
  EffectScale scale() const { return scale_; }
  TermOrder order() const { return order_; }
  void arrange(EffectScale scale, TermOrder order);

 private:
  std::shared_ptr<const ModelSheet> sheet_ = std::make_shared<const ModelSheet>();
  EffectScale scale_ = EffectScale::deviation;
  TermOrder order_ = TermOrder::effect;
  std::shared_ptr<const SheetLayout> layout_;  // of *sheet_
};

}  // namespace lineament::views
