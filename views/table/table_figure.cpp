// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/table_figure.h"

#include <algorithm>

#include "core/data/explanation.h"
#include "views/common/number_text.h"
#include "views/table/printed_table.h"

namespace lineament::views {

namespace {

constexpr std::size_t kPrintedRows = 20;
constexpr double kLowestRow = 10;  // units

Table tableOf(const Data& shown) {
  if (const auto* explanation = shown.as<Explanation>()) return explanationTable(*explanation);
  if (const auto* features = shown.as<Features>()) return features->attributes();
  return shown.require<Table>();
}

RowOrderRequest requestOf(const Table& table, const TableFigure::Arrangement& arrangement) {
  RowOrderRequest request;
  for (const auto& [column, condition] : arrangement.filters) {
    request.filters.push_back({column, parseFilter(condition.toStdString(), table.column(column))});
  }
  request.sort_column = arrangement.sort_column;
  request.descending = arrangement.descending;
  return request;
}

QString counted(std::size_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

void TableFigure::setData(const Data& data) {
  table_ = tableOf(data);
  origin_ = data.origin();
  arrangement_ = {};
  setOrder(nullptr);
}

void TableFigure::setArrangement(const Arrangement& arrangement) {
  requestOf(table_, arrangement);  // throws for what is no condition
  if (arrangement == arrangement_) return;
  arrangement_ = arrangement;
  arranged_ = false;
}

void TableFigure::setOptions(const nlohmann::json& options) {
  Arrangement wanted = arrangement_;
  if (const auto filters = options.find("filters");
      filters != options.end() && filters->is_object()) {
    wanted.filters.clear();
    for (const auto& [name, condition] : filters->items()) {
      const auto column = table_.find(name);
      if (!column || !condition.is_string()) continue;
      wanted.filters[*column] = QString::fromStdString(condition.get<std::string>());
    }
  }
  if (const auto sort = options.find("sort"); sort != options.end() && sort->is_object()) {
    wanted.sort_column = table_.find(sort->value("column", ""));
    wanted.descending = sort->value("descending", false);
  }
  setArrangement(wanted);
}

nlohmann::json TableFigure::options() const {
  nlohmann::json options{{"filters", nlohmann::json::object()}, {"sort", nlohmann::json::object()}};
  for (const auto& [column, condition] : arrangement_.filters) {
    options["filters"][table_.column(column).name()] = condition.toStdString();
  }
  if (arrangement_.sort_column) {
    options["sort"] = {{"column", table_.column(*arrangement_.sort_column).name()},
                       {"descending", arrangement_.descending}};
  }
  return options;
}

TableFigure::Order TableFigure::arrange(const Table& table, const Arrangement& arrangement,
                                        const Context& context) {
  if (arrangement.natural()) return nullptr;
  return std::make_shared<const std::vector<std::uint32_t>>(
      rowOrder(table, requestOf(table, arrangement), context));
}

void TableFigure::setOrder(Order order) {
  order_ = std::move(order);
  arranged_ = true;
}

void TableFigure::prepare(const Context& context) {
  if (!arranged_) setOrder(arrange(table_, arrangement_, context));
}

std::vector<std::size_t> TableFigure::firstRows(std::size_t most) const {
  std::vector<std::size_t> rows(std::min(most, rowsShown()));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = order_ ? (*order_)[i] : i;
  return rows;
}

void TableFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  const auto most = static_cast<std::size_t>(std::max(size.height() / kLowestRow, 1.0));
  paintTable(painter, size, theme, table_, firstRows(most), rowsShown());
}

QSizeF TableFigure::naturalSize(double width) const {
  return {width, printedTableHeight(std::min(rowsShown(), kPrintedRows))};
}

QString TableFigure::caption() const {
  QString text = arrangement_.filters.empty()
                     ? tr("%1 rows").arg(counted(table_.rows()))
                     : tr("%1 of %2 rows").arg(counted(rowsShown()), counted(table_.rows()));
  text += tr(", %1 columns").arg(counted(table_.columnCount()));
  const bool own = selection().origin() == origin_ && !selection().empty();
  if (own) text += tr(" · selected: %1").arg(counted(selection().size()));
  return text;
}

}  // namespace lineament::views
