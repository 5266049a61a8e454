// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <vector>

#include "views/checkpoint/structure_rows.h"

namespace lineament::views {

// The modules or operators of a checkpoint for Qt's item views; texts are made for the rows that
// are looked at.
class StructureModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Columns { kind, name, reads, gives, attributes, columns };

  explicit StructureModel(QObject* parent = nullptr) : QAbstractItemModel(parent) {}

  void show(std::vector<StructureRow> rows);
  std::size_t count() const { return nodes_.size(); }  // rows, those within others too

  const StructureRow& rowAt(const QModelIndex& index) const;
  // The rows in their order, each before its parts.
  QModelIndex indexOf(std::size_t position) const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  static QString text(const StructureRow& row, int column);

 private:
  static constexpr std::size_t kRoot = static_cast<std::size_t>(-1);

  struct Node {
    const StructureRow* row;
    std::size_t parent;  // kRoot of the outermost
    int place;           // among its parent's
    std::vector<std::size_t> parts;
  };

  std::vector<std::size_t> add(const std::vector<StructureRow>& rows, std::size_t parent);
  const std::vector<std::size_t>& partsOf(const QModelIndex& parent) const;

  std::vector<StructureRow> rows_;
  std::vector<Node> nodes_;
  std::vector<std::size_t> outermost_;
};

}  // namespace lineament::views
