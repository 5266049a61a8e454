// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

#include "views/common/view.h"
#include "views/tensor/tensor_slice.h"

class QComboBox;
class QHBoxLayout;
class QSpinBox;

namespace lineament::views {

class TensorCard;
class TensorPlot;

// A tensor: a plane of it as a heat map, which of its dimensions run and where the others stand
// to be chosen, or a vector over its index; and what all of its values are like. Options: "rows"
// and "columns" (dimensions, counted from 0), "at" (an index per dimension), "colours" ("all",
// "middle"), "zoom". View id "tensor".
class TensorView : public View {
  Q_OBJECT

 public:
  explicit TensorView(QWidget* parent = nullptr);

  QString id() const override { return QStringLiteral("tensor"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;
  void fit() override;

  TensorPlot& plot() const { return *plot_; }
  TensorCard& card() const { return *card_; }

 private:
  void makeBar();
  void makeControls();  // of this tensor's dimensions
  void showSlice();
  void axesChosen();
  void indexChosen();
  QString axisName(std::size_t axis) const;

  TensorPlot* plot_;
  TensorCard* card_;
  QWidget* bar_ = nullptr;
  QHBoxLayout* line_ = nullptr;
  QWidget* controls_ = nullptr;
  QComboBox* rows_ = nullptr;
  QComboBox* columns_ = nullptr;
  QComboBox* colours_ = nullptr;
  struct Index {
    QWidget* field;  // the box with its name
    QSpinBox* box;
  };
  QList<Index> indices_;  // one per dimension
};

}  // namespace lineament::views
