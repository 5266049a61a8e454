// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/checkpoint/checkpoint_figure.h"
#include "views/checkpoint/checkpoint_model.h"
#include "views/common/view.h"

class QLabel;
class QLineEdit;
class QTreeView;

namespace lineament::views {

class TensorCard;

// The tensors of a checkpoint to unfold, filter and copy, beside the portrait of the chosen one.
class CheckpointView : public View {
  Q_OBJECT

 public:
  explicit CheckpointView(QWidget* parent = nullptr);

  const CheckpointFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override { figure_.setSelection(selection); }
  void fit() override;  // no filter, the first groups unfolded

  void setFilter(const QString& filter);
  void choose(std::size_t entry);
  // The chosen rows, or all that the filter leaves, with their whole names.
  QString copied() const;

  QTreeView* tree() const { return tree_; }
  const CheckpointModel& model() const { return *model_; }
  TensorCard& card() const { return *card_; }

 private:
  void makeTree();
  void makeBar();
  void currentChanged(const QModelIndex& index);
  void showTree();

  CheckpointFigure figure_;
  CheckpointModel* model_;
  QTreeView* tree_;
  QLineEdit* filter_ = nullptr;
  QLabel* counts_ = nullptr;
  TensorCard* card_;
};

}  // namespace lineament::views
