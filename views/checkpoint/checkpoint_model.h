// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QFont>
#include <optional>

#include "core/data/checkpoint.h"
#include "views/checkpoint/tensor_tree.h"

namespace lineament::views {

// The tensors of a checkpoint for Qt's item views, grouped by the parts of their names.
class CheckpointModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { name, shape, dtype, parameters, bytes, columns };

  explicit CheckpointModel(QObject* parent = nullptr);

  void setCheckpoint(const Checkpoint& checkpoint);
  void setFilter(const QString& filter);
  const QString& filter() const { return filter_; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  const TensorTree& tree() const { return tree_; }

  // Which entry of the checkpoint a row is; nothing for a group.
  std::optional<std::size_t> entryAt(const QModelIndex& index) const;
  QModelIndex indexOf(std::size_t entry) const;  // invalid where the filter hides it

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::size_t nodeAt(const QModelIndex& index) const;
  QString text(const TensorTree::Node& node, int column) const;
  QString tip(const TensorTree::Node& node) const;

  Checkpoint checkpoint_;
  QString filter_;
  TensorTree tree_;
};

QString shapeLabel(const std::vector<std::uint64_t>& shape);  // "64 × 32", "scalar"
QString bytesLabel(std::uint64_t bytes);                      // "1.3 GB"

}  // namespace lineament::views
