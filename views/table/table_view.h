// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>
#include <QTimer>
#include <memory>

#include "views/common/view.h"
#include "views/table/table_figure.h"
#include "views/table/table_header.h"
#include "views/table/table_model.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace lineament::views {

// A table with all its rows, to sort, filter, choose from and copy. Sorting, filtering and summing
// up the columns run in the background; until they are done the rows stay as they were, and when a
// person cancels them, so does the arrangement.
class TableView : public View {
  Q_OBJECT

 public:
  explicit TableView(QWidget* parent = nullptr);
  ~TableView() override;

  const TableFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override;
  void setSelection(const Selection& selection) override;
  void fit() override;  // no filters, no sorting

  static constexpr int kUnsorted = -1;
  void sortBy(int column, bool descending);
  // Throws Error (usage) for a text that is no condition; an empty one removes the filter.
  void setFilter(int column, const QString& condition);
  bool busy() const { return arranging_ || summaries_; }  // sorting, filtering or summing up
  void copySelectedRows() const;

  QTableView* grid() const { return grid_; }
  const TableModel& model() const { return *model_; }

 Q_SIGNALS:
  void rowsArranged();  // sorting and filtering have ended

 private:
  struct Summaries;  // what the columns' summing up has found so far

  void buildGrid();
  void buildFilterBar();
  void filterEdited();
  void headClicked(int column);
  void arrange(const TableFigure::Arrangement& arrangement);
  void arrangementEnded(const Outcome<Nothing>& outcome, const TableFigure::Order& order);
  void showArrangement();  // in the head and the filter bar
  void showOrder(const TableFigure::Order& order);
  void startSummaries();
  void takeSummaries();
  void stopJobs();
  void rowsChosen();

  TableFigure figure_;
  TableFigure::Arrangement shown_;  // the one that the rows are in
  TableModel* model_ = nullptr;
  QTableView* grid_ = nullptr;
  TableHeader* head_ = nullptr;
  QComboBox* filter_column_ = nullptr;
  QLineEdit* filter_text_ = nullptr;
  QLabel* note_ = nullptr;

  Background::Cancel arranging_;  // empty: nothing to cancel
  int arrangements_ = 0;          // counts them, so that an overtaken one is known
  std::shared_ptr<Summaries> summaries_;
  Background::Cancel summing_;
  QTimer summary_look_;
};

}  // namespace lineament::views
