// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <optional>

#include "core/data/checkpoint.h"
#include "views/checkpoint/tensor_cells.h"
#include "views/checkpoint/tensor_tree.h"

namespace lineament::views {

// The tensors of a checkpoint for Qt's item views, grouped by the parts of their names.
class CheckpointModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  explicit CheckpointModel(QObject* parent = nullptr);

  void show(const Checkpoint& checkpoint, std::shared_ptr<const TensorTree> tree);

  // Which node of the tree a row is, and which entry of the checkpoint; no entry for a group.
  std::size_t nodeAt(const QModelIndex& index) const;
  std::optional<std::size_t> entryAt(const QModelIndex& index) const;
  QModelIndex indexOfNode(std::size_t node) const;
  QModelIndex indexOf(std::size_t entry) const;  // invalid where the filter hides it

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString tip(const TensorTree::Node& node) const;

  Checkpoint checkpoint_;
  std::shared_ptr<const TensorTree> tree_;
};

}  // namespace lineament::views
