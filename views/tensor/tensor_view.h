// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

#include "views/common/view.h"
#include "views/tensor/tensor_figure.h"

class QComboBox;
class QHBoxLayout;
class QSpinBox;

namespace lineament::views {

class TensorCard;
class TensorPlot;

// A tensor: a plane of it, which of its dimensions run and where the others stand to be chosen, and
// what all of its values are like.
class TensorView : public View {
  Q_OBJECT

 public:
  explicit TensorView(QWidget* parent = nullptr);

  const TensorFigure& figure() const override;
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  void setBackground(Background& background) override;
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
