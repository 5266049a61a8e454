// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/structure_model.h"

#include <utility>

namespace lineament::views {

void StructureModel::show(std::vector<StructureRow> rows) {
  beginResetModel();
  rows_ = std::move(rows);
  nodes_.clear();
  outermost_ = add(rows_, kRoot);
  endResetModel();
}

std::vector<std::size_t> StructureModel::add(const std::vector<StructureRow>& rows,
                                             std::size_t parent) {
  std::vector<std::size_t> places;
  places.reserve(rows.size());
  for (const StructureRow& row : rows) {
    const std::size_t at = nodes_.size();
    nodes_.push_back({&row, parent, static_cast<int>(places.size()), {}});
    places.push_back(at);
    std::vector<std::size_t> parts = add(row.parts, at);
    nodes_[at].parts = std::move(parts);
  }
  return places;
}

const std::vector<std::size_t>& StructureModel::partsOf(const QModelIndex& parent) const {
  return parent.isValid() ? nodes_[parent.internalId()].parts : outermost_;
}

const StructureRow& StructureModel::rowAt(const QModelIndex& index) const {
  return *nodes_[index.internalId()].row;
}

QModelIndex StructureModel::indexOf(std::size_t position) const {
  return createIndex(nodes_[position].place, 0, quintptr(position));
}

QModelIndex StructureModel::index(int row, int column, const QModelIndex& parent) const {
  const std::vector<std::size_t>& parts = partsOf(parent);
  if (row < 0 || column < 0 || column >= columns || static_cast<std::size_t>(row) >= parts.size()) {
    return {};
  }
  return createIndex(row, column, quintptr(parts[static_cast<std::size_t>(row)]));
}

QModelIndex StructureModel::parent(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  const std::size_t above = nodes_[index.internalId()].parent;
  return above == kRoot ? QModelIndex() : indexOf(above);
}

int StructureModel::rowCount(const QModelIndex& parent) const {
  return parent.column() > 0 ? 0 : static_cast<int>(partsOf(parent).size());
}

int StructureModel::columnCount(const QModelIndex&) const {
  return columns;
}

QString StructureModel::text(const StructureRow& row, int column) {
  switch (column) {
    case kind:
      return row.kind;
    case name:
      return row.name;
    case reads:
      return row.reads.join(QStringLiteral(", "));
    case gives:
      return row.gives.join(QStringLiteral(", "));
    default:
      return row.attributes;
  }
}

QVariant StructureModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) return {};
  return text(rowAt(index), index.column());
}

QVariant StructureModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case kind:
      return tr("Kind");
    case name:
      return tr("Name");
    case reads:
      return tr("Reads");
    case gives:
      return tr("Gives");
    default:
      return tr("Attributes");
  }
}

}  // namespace lineament::views
