// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/table_model.h"

#include <QColor>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "views/common/number_text.h"
#include "views/common/theme.h"

namespace lineament::views {

namespace {

constexpr int kDigits = 6;
constexpr std::size_t kRowsPerTurn = 1'000'000;

QColor chosenGround() {
  const Theme& colours = theme();
  const auto mixed = [](int a, int b) { return (a * 3 + b) / 4; };
  return QColor(mixed(colours.view.red(), colours.accent.red()),
                mixed(colours.view.green(), colours.accent.green()),
                mixed(colours.view.blue(), colours.accent.blue()));
}

}  // namespace

QString cellText(const Column& column, std::size_t row) {
  if (column.missing(row)) return TableModel::tr("missing");
  if (column.type() == Column::Type::real) return numberText(column.number(row), kDigits);
  QString text = QString::fromStdString(column.text(row));
  if (column.type() == Column::Type::integer) text.replace(u'-', QChar(0x2212));
  return text;
}

QString tabSeparated(const Table& table, const std::vector<std::size_t>& rows) {
  QString text;
  const auto add = [&](std::string cell, bool last) {
    std::replace_if(
        cell.begin(), cell.end(),
        [](char letter) { return letter == '\t' || letter == '\n' || letter == '\r'; }, ' ');
    text += QString::fromStdString(cell) + (last ? u'\n' : u'\t');
  };
  for (std::size_t c = 0; c < table.columnCount(); ++c) {
    add(table.column(c).name(), c + 1 == table.columnCount());
  }
  for (const std::size_t row : rows) {
    for (std::size_t c = 0; c < table.columnCount(); ++c) {
      add(table.column(c).text(row), c + 1 == table.columnCount());
    }
  }
  return text;
}

TableModel::TableModel(QObject* parent) : QAbstractTableModel(parent) {
  missing_font_.setItalic(true);
  more_.setSingleShot(true);
  connect(&more_, &QTimer::timeout, this, &TableModel::giveMoreRows);
}

void TableModel::setTable(const Table& table) {
  beginResetModel();
  table_ = table;
  order_ = nullptr;
  chosen_.clear();
  giveFirstRows();
  endResetModel();
}

void TableModel::setOrder(TableFigure::Order order) {
  if (!order && !order_) return;
  beginResetModel();
  order_ = std::move(order);
  giveFirstRows();
  endResetModel();
}

std::size_t TableModel::allRows() const {
  const std::size_t rows = order_ ? order_->size() : table_.rows();
  return std::min<std::size_t>(rows, std::numeric_limits<int>::max());
}

// As many as the view had already cost nothing.
void TableModel::giveFirstRows() {
  given_ = std::min(std::max(given_, kRowsPerTurn), allRows());
  more_.stop();
  if (given_ < allRows()) more_.start(0);
}

void TableModel::giveMoreRows() {
  const std::size_t wanted = std::min(given_ + kRowsPerTurn, allRows());
  beginInsertRows({}, static_cast<int>(given_), static_cast<int>(wanted) - 1);
  given_ = wanted;
  endInsertRows();
  if (given_ < allRows()) more_.start(0);
}

std::size_t TableModel::sourceRow(int row) const {
  const auto shown = static_cast<std::size_t>(row);
  return order_ ? (*order_)[shown] : shown;
}

int TableModel::rowOf(std::size_t source_row) const {
  if (!order_) return source_row < table_.rows() ? static_cast<int>(source_row) : -1;
  const auto found = std::find(order_->begin(), order_->end(), source_row);
  return found == order_->end() ? -1 : static_cast<int>(found - order_->begin());
}

void TableModel::setChosen(const std::vector<std::size_t>& source_rows) {
  chosen_ = source_rows;  // ascending, as a Selection has them
}

int TableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(given_);
}

int TableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.columnCount());
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Column& column = table_.column(static_cast<std::size_t>(index.column()));
  const std::size_t row = sourceRow(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return cellText(column, row);
    case Qt::ToolTipRole:
      if (column.missing(row)) return tr("No value");
      return QString::fromStdString(column.text(row));
    case Qt::TextAlignmentRole:
      return int((column.numeric() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
      return column.missing(row) ? QVariant(theme().muted) : QVariant();
    case Qt::FontRole:
      return column.missing(row) ? QVariant(missing_font_) : QVariant();
    case Qt::BackgroundRole:
      if (std::binary_search(chosen_.begin(), chosen_.end(), row)) return chosenGround();
      return {};
    default:
      return {};
  }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role != Qt::DisplayRole) return {};
  if (orientation == Qt::Vertical) {
    return numberText(static_cast<double>(sourceRow(section) + 1), 15);
  }
  const Column& column = table_.column(static_cast<std::size_t>(section));
  return withUnit(QString::fromStdString(column.name()), QString::fromStdString(column.unit()));
}

}  // namespace lineament::views
