// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/data/table.h"
#include "views/common/figure.h"
#include "views/table/row_order.h"

namespace lineament::views {

// The first rows of a table as sorting and filtering leave it, in print; also the values of an
// Explanation and the attributes of Features. Options: "sort" {"column", "descending"}, "filters"
// {column: condition}. Figure id "table".
class TableFigure : public Copied<TableFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(TableFigure)

 public:
  // How people arrange the rows.
  struct Arrangement {
    std::map<std::size_t, QString> filters;  // by column; each is a condition
    std::optional<std::size_t> sort_column;
    bool descending = false;

    bool natural() const { return filters.empty() && !sort_column; }
    bool operator==(const Arrangement&) const = default;
  };

  QString id() const override { return QStringLiteral("table"); }
  // A Table, an Explanation or Features; throws Error ("data.kind") for another kind.
  void setData(const Data& data) override;
  // Throws Error (usage) for a filter that is no condition. The rows are put in order by prepare(),
  // or by whoever calls arrange().
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void prepare(const Context& context) override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  const Table& table() const { return table_; }
  const std::string& origin() const { return origin_; }
  const Arrangement& arrangement() const { return arrangement_; }
  void setArrangement(const Arrangement& arrangement);

  // The rows shown, in order. Null: all of them as they are.
  using Order = std::shared_ptr<const std::vector<std::uint32_t>>;
  const Order& order() const { return order_; }
  void setOrder(Order order);  // of the arrangement
  static Order arrange(const Table& table, const Arrangement& arrangement, const Context& context);
  std::size_t rowsShown() const { return order_ ? order_->size() : table_.rows(); }

 private:
  std::vector<std::size_t> firstRows(std::size_t most) const;

  Table table_;
  std::string origin_;
  Arrangement arrangement_;
  Order order_;
  bool arranged_ = true;  // `order_` is that of `arrangement_`
};

}  // namespace lineament::views
