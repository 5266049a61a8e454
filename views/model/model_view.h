// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "views/common/view.h"
#include "views/model/sheet_layout.h"

class QComboBox;
class QLabel;
class QScrollArea;

namespace lineament::views {

// What a model is: its facts, the coefficients of a linear one as numbers and as a plot, the layers
// and losses of a network, its features. Options: "effects" ("deviation": of one standard
// deviation of each feature, "unit"), "order" ("effect": the largest first, "given"). View id
// "model".
class ModelView : public View {
  Q_OBJECT

 public:
  explicit ModelView(QWidget* parent = nullptr);
  ~ModelView() override;

  QString id() const override { return QStringLiteral("model"); }
  // Throws Error for another kind ("data.kind") and for a model whose parts do not fit each other
  // ("model.sheet").
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;
  void fit() override;  // back to its beginning

  const ModelSheet& sheet() const { return sheet_; }
  // The coefficients, or else the layers and features, as rows for a spreadsheet.
  QString copied() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  class Canvas;

  void makeBar();
  void chosen();
  void rebuild();

  ModelSheet sheet_;
  EffectScale scale_ = EffectScale::deviation;
  TermOrder order_ = TermOrder::effect;
  std::unique_ptr<SheetLayout> layout_;
  QWidget* bar_;
  QComboBox* scale_choice_;
  QComboBox* order_choice_;
  QScrollArea* scroll_;
  Canvas* canvas_;
};

}  // namespace lineament::views
