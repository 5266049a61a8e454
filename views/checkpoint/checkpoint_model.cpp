// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/checkpoint_model.h"

#include "core/base/memory.h"
#include "views/common/number_text.h"
#include "views/common/theme.h"

namespace lineament::views {

namespace {

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

QString text(std::string_view letters) {
  return QString::fromUtf8(letters.data(), static_cast<qsizetype>(letters.size()));
}

}  // namespace

QString shapeLabel(const std::vector<std::uint64_t>& shape) {
  return QString::fromStdString(shapeText(shape)).replace(u'x', QChar(0x00d7));
}

QString bytesLabel(std::uint64_t bytes) {
  return QString::fromStdString(bytesText(static_cast<double>(bytes)));
}

CheckpointModel::CheckpointModel(QObject* parent) : QAbstractItemModel(parent) {
  tree_ = treeOf({}, {});
}

void CheckpointModel::setCheckpoint(const Checkpoint& checkpoint) {
  beginResetModel();
  checkpoint_ = checkpoint;
  filter_.clear();
  tree_ = treeOf(checkpoint_.entries(), {});
  endResetModel();
}

void CheckpointModel::setFilter(const QString& filter) {
  beginResetModel();
  filter_ = filter;
  tree_ = treeOf(checkpoint_.entries(), filter.toStdString());
  endResetModel();
}

std::size_t CheckpointModel::nodeAt(const QModelIndex& index) const {
  return index.isValid() ? static_cast<std::size_t>(index.internalId()) : TensorTree::kRoot;
}

std::optional<std::size_t> CheckpointModel::entryAt(const QModelIndex& index) const {
  const TensorTree::Node& node = tree_.nodes[nodeAt(index)];
  if (!index.isValid() || node.group()) return std::nullopt;
  return node.entry;
}

QModelIndex CheckpointModel::indexOf(std::size_t entry) const {
  for (std::size_t i = 1; i < tree_.nodes.size(); ++i) {
    if (tree_.nodes[i].entry == entry) {
      return createIndex(static_cast<int>(tree_.nodes[i].row), 0, quintptr(i));
    }
  }
  return {};
}

QModelIndex CheckpointModel::index(int row, int column, const QModelIndex& parent) const {
  const TensorTree::Node& above = tree_.nodes[nodeAt(parent)];
  if (row < 0 || column < 0 || column >= columns ||
      static_cast<std::size_t>(row) >= above.children.size()) {
    return {};
  }
  return createIndex(row, column, quintptr(above.children[static_cast<std::size_t>(row)]));
}

QModelIndex CheckpointModel::parent(const QModelIndex& index) const {
  const std::size_t above = tree_.nodes[nodeAt(index)].parent;
  if (!index.isValid() || above == TensorTree::kRoot) return {};
  return createIndex(static_cast<int>(tree_.nodes[above].row), 0, quintptr(above));
}

int CheckpointModel::rowCount(const QModelIndex& parent) const {
  if (parent.column() > 0) return 0;
  return static_cast<int>(tree_.nodes[nodeAt(parent)].children.size());
}

int CheckpointModel::columnCount(const QModelIndex&) const {
  return columns;
}

QString CheckpointModel::text(const TensorTree::Node& node, int column) const {
  const Checkpoint::Entry* entry = node.group() ? nullptr : &checkpoint_.entries()[node.entry];
  switch (column) {
    case name:
      return QString::fromStdString(node.name);
    case shape:
      return entry ? shapeLabel(entry->shape) : tr("%1 tensors").arg(counted(node.tensors));
    case dtype:
      return entry ? views::text(lineament::name(entry->dtype)) : QString();
    case parameters:
      return counted(node.parameters);
    case bytes:
      return bytesLabel(node.bytes);
    default:
      return {};
  }
}

QString CheckpointModel::tip(const TensorTree::Node& node) const {
  if (node.group()) return {};
  const Checkpoint::Entry& entry = checkpoint_.entries()[node.entry];
  const QString whole = QString::fromStdString(entry.name);
  return entry.note.empty() ? whole : whole + u'\n' + QString::fromStdString(entry.note);
}

QVariant CheckpointModel::data(const QModelIndex& index, int role) const {
  const TensorTree::Node& node = tree_.nodes[nodeAt(index)];
  const bool numeric = index.column() == parameters || index.column() == bytes;
  switch (role) {
    case Qt::DisplayRole:
      return text(node, index.column());
    case Qt::ToolTipRole:
      return tip(node);
    case Qt::TextAlignmentRole:
      return QVariant(Qt::AlignVCenter | (numeric ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
      return node.group() && index.column() != name ? theme().muted : theme().text;
    default:
      return {};
  }
}

QVariant CheckpointModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole && section >= parameters) {
    return QVariant(Qt::AlignVCenter | Qt::AlignRight);
  }
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case name:
      return tr("Name");
    case shape:
      return tr("Shape");
    case dtype:
      return tr("Type");
    case parameters:
      return tr("Parameters");
    case bytes:
      return tr("Size");
    default:
      return {};
  }
}

}  // namespace lineament::views
