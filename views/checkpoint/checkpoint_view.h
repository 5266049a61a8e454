// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/checkpoint/checkpoint_model.h"
#include "views/common/ruled_grid.h"
#include "views/common/view.h"

class QLabel;
class QLineEdit;
class QTreeView;

namespace lineament::views {

class TensorCard;

// The tensors of a checkpoint, grouped by their names, to filter and to copy, and what the values
// of the chosen one are like. Options: "filter", "tensor" (the chosen one's name). View id
// "checkpoint".
class CheckpointView : public View {
  Q_OBJECT

 public:
  explicit CheckpointView(QWidget* parent = nullptr);

  QString id() const override { return QStringLiteral("checkpoint"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  // The rows as they are unfolded, and the chosen tensor's values beside them.
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;
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
  void unfold();
  void showCounts();
  void addRows(const QModelIndex& parent, int depth, RuledGrid& grid) const;
  RuledGrid unfoldedRows() const;
  double cardWidth(double width) const;

  CheckpointModel* model_;
  QTreeView* tree_;
  QLineEdit* filter_ = nullptr;
  QLabel* counts_ = nullptr;
  TensorCard* card_;
};

}  // namespace lineament::views
