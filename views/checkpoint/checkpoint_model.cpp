// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/checkpoint_model.h"

#include <utility>

#include "views/common/theme.h"

namespace lineament::views {

CheckpointModel::CheckpointModel(QObject* parent)
    : QAbstractItemModel(parent), tree_(std::make_shared<const TensorTree>(treeOf({}, {}))) {}

void CheckpointModel::show(const Checkpoint& checkpoint, std::shared_ptr<const TensorTree> tree) {
  beginResetModel();
  checkpoint_ = checkpoint;
  tree_ = std::move(tree);
  endResetModel();
}

std::size_t CheckpointModel::nodeAt(const QModelIndex& index) const {
  return index.isValid() ? static_cast<std::size_t>(index.internalId()) : TensorTree::kRoot;
}

std::optional<std::size_t> CheckpointModel::entryAt(const QModelIndex& index) const {
  const TensorTree::Node& node = tree_->nodes[nodeAt(index)];
  if (!index.isValid() || node.group()) return std::nullopt;
  return node.entry;
}

QModelIndex CheckpointModel::indexOfNode(std::size_t node) const {
  if (node == TensorTree::kRoot) return {};
  return createIndex(static_cast<int>(tree_->nodes[node].row), 0, quintptr(node));
}

QModelIndex CheckpointModel::indexOf(std::size_t entry) const {
  return indexOfNode(tree_->nodeOf(entry).value_or(TensorTree::kRoot));
}

QModelIndex CheckpointModel::index(int row, int column, const QModelIndex& parent) const {
  const TensorTree::Node& above = tree_->nodes[nodeAt(parent)];
  if (row < 0 || column < 0 || column >= TensorCells::columns ||
      static_cast<std::size_t>(row) >= above.children.size()) {
    return {};
  }
  return createIndex(row, column, quintptr(above.children[static_cast<std::size_t>(row)]));
}

QModelIndex CheckpointModel::parent(const QModelIndex& index) const {
  const std::size_t above = tree_->nodes[nodeAt(index)].parent;
  if (!index.isValid() || above == TensorTree::kRoot) return {};
  return createIndex(static_cast<int>(tree_->nodes[above].row), 0, quintptr(above));
}

int CheckpointModel::rowCount(const QModelIndex& parent) const {
  if (parent.column() > 0) return 0;
  return static_cast<int>(tree_->nodes[nodeAt(parent)].children.size());
}

int CheckpointModel::columnCount(const QModelIndex&) const {
  return TensorCells::columns;
}

QString CheckpointModel::tip(const TensorTree::Node& node) const {
  if (node.group()) return {};
  const Checkpoint::Entry& entry = checkpoint_.entries()[node.entry];
  const QString whole = QString::fromStdString(entry.name);
  return entry.note.empty() ? whole : whole + u'\n' + QString::fromStdString(entry.note);
}

QVariant CheckpointModel::data(const QModelIndex& index, int role) const {
  const TensorTree::Node& node = tree_->nodes[nodeAt(index)];
  switch (role) {
    case Qt::DisplayRole:
      return TensorCells::text(checkpoint_, node, index.column());
    case Qt::ToolTipRole:
      return tip(node);
    case Qt::TextAlignmentRole:
      return QVariant(Qt::AlignVCenter |
                      (TensorCells::numeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
      return node.group() && index.column() != TensorCells::name ? theme().muted : theme().text;
    default:
      return {};
  }
}

QVariant CheckpointModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && TensorCells::numeric(section)) {
    return QVariant(Qt::AlignVCenter | Qt::AlignRight);
  }
  return role == Qt::DisplayRole ? TensorCells::head(section) : QVariant();
}

}  // namespace lineament::views
