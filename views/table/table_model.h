// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QFont>
#include <QTimer>
#include <vector>

#include "core/data/selection.h"
#include "core/data/table.h"
#include "views/table/table_figure.h"

namespace lineament::views {

// A Table for Qt's item views: nothing is copied, a cell's text is made when it is painted.
class TableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit TableModel(QObject* parent = nullptr);

  void setTable(const Table& table);
  const Table& table() const { return table_; }

  // Shows these rows in this order; null shows all as they are.
  void setOrder(TableFigure::Order order);
  const TableFigure::Order& order() const { return order_; }
  bool natural() const { return !order_; }
  std::size_t sourceRow(int row) const;
  int rowOf(std::size_t source_row) const;  // -1: not shown

  void setChosen(const std::vector<std::size_t>& source_rows);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  Table table_;
  std::size_t allRows() const;
  void giveFirstRows();
  void giveMoreRows();

  TableFigure::Order order_;
  // How many of the rows the view has been given. Its head makes an entry for each, which for ten
  // million takes longer than a frame: so they are handed over some millions per turn.
  std::size_t given_ = 0;
  QTimer more_;
  std::vector<std::size_t> chosen_;
  QFont missing_font_;
};

// A cell as people read it, with sensible digits; "missing" where nothing is.
QString cellText(const Column& column, std::size_t row);

// Rows with a header, tab between cells and full precision, as spreadsheets take them from the
// clipboard. Tabs and line ends inside words become blanks.
QString tabSeparated(const Table& table, const std::vector<std::size_t>& rows);

}  // namespace lineament::views
