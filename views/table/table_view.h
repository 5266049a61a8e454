// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFuture>
#include <QFutureWatcher>
#include <QTableView>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "views/common/view.h"
#include "views/table/row_order.h"
#include "views/table/table_header.h"
#include "views/table/table_model.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace lineament::views {

// A table with all its rows, to sort, filter, choose from and copy; also the values of an
// Explanation. Options: "sort" {"column", "descending"}, "filters" {column: condition}. View id
// "table".
class TableView : public View {
  Q_OBJECT

 public:
  explicit TableView(QWidget* parent = nullptr);
  ~TableView() override;

  QString id() const override { return QStringLiteral("table"); }
  // A Table or an Explanation; throws Error ("data.kind") for another kind.
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  nlohmann::json options() const override;
  void setSelection(const Selection& selection) override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;
  void fit() override;  // no filters, no sorting

  void sortBy(int column, bool descending);
  // Throws Error (usage) for a text that is no condition; an empty one removes the filter.
  void setFilter(int column, const QString& condition);
  bool busy() const;  // sorting, filtering or summing up
  void copySelectedRows() const;

  QTableView* grid() const { return grid_; }
  const TableModel& model() const { return *model_; }

 Q_SIGNALS:
  void rowsArranged();  // sorting and filtering have ended

 private:
  struct Arranged {
    std::vector<std::uint32_t> order;
    bool cancelled = false;
    QString problem;
  };

  void buildFilterBar();
  void filterEdited();
  void showFilter();
  void headClicked(int column);
  void arrange();
  void takeArranged();
  void startSummaries();
  void stopJobs();
  void rowsChosen();
  std::vector<std::size_t> firstRows(std::size_t most) const;

  TableModel* model_ = nullptr;
  QTableView* grid_ = nullptr;
  TableHeader* head_ = nullptr;
  QComboBox* filter_column_ = nullptr;
  QLineEdit* filter_text_ = nullptr;
  QLabel* note_ = nullptr;

  std::string origin_;
  std::map<int, QString> filters_;
  int sort_column_ = -1;
  bool descending_ = false;

  std::stop_source arranging_;
  QFutureWatcher<Arranged> arranged_;
  std::stop_source summing_;
  QFuture<void> summaries_;
};

}  // namespace lineament::views
