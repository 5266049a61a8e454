// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/checkpoint/checkpoint_figure.h"
#include "views/checkpoint/checkpoint_model.h"
#include "views/common/view.h"

class QLabel;
class QLineEdit;
class QStackedWidget;
class QTabBar;
class QTreeView;

namespace lineament::views {

class StructureTree;
class TensorCard;

// The tensors of a checkpoint to unfold, filter and copy, beside the portrait of the chosen one;
// where the checkpoint says how they work together, also its modules or operators. An operator
// brings the first tensor that it reads.
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
  StructureTree* structure() const { return structure_; }
  QTabBar* pages() const { return pages_; }  // tensors, structure; hidden where there is one alone
  const CheckpointModel& model() const { return *model_; }
  TensorCard& card() const { return *card_; }

 private:
  void makeTree();
  void makeBar();
  void currentChanged(const QModelIndex& index);
  void showTree();
  void showStructure();
  void showPage(int page);

  CheckpointFigure figure_;
  CheckpointModel* model_;
  QTabBar* pages_;
  QStackedWidget* stack_;
  QTreeView* tree_;
  StructureTree* structure_;
  QLineEdit* filter_ = nullptr;
  QLabel* counts_ = nullptr;
  TensorCard* card_;
};

}  // namespace lineament::views
