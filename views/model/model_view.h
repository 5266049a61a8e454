// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/view.h"
#include "views/model/model_figure.h"

class QComboBox;
class QLabel;
class QScrollArea;

namespace lineament::views {

// A model to read, as long as it needs to be, and to copy from.
class ModelView : public View {
  Q_OBJECT

 public:
  explicit ModelView(QWidget* parent = nullptr);

  const ModelFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override { figure_.setSelection(selection); }
  void fit() override;  // back to its beginning

  // The coefficients, or else the layers and features, as rows for a spreadsheet.
  QString copied() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  class Canvas;

  void makeBar();
  void chosen();
  void showArrangement();

  ModelFigure figure_;
  QWidget* bar_;
  QComboBox* scale_choice_;
  QComboBox* order_choice_;
  QScrollArea* scroll_;
  Canvas* canvas_;
};

}  // namespace lineament::views
