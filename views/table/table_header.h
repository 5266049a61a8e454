// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHeaderView>
#include <optional>
#include <vector>

#include "core/data/table.h"
#include "views/table/column_summary.h"

namespace lineament::views {

// The head of a table: name, unit and type of each column, and under them how its values are
// spread, as soon as that is known.
class TableHeader : public QHeaderView {
  Q_OBJECT

 public:
  explicit TableHeader(QWidget* parent = nullptr);

  void setTable(const Table& table);
  void setSummary(int column, const ColumnSummary& summary);
  QSize sizeHint() const override;

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int column) const override;
  QSize sectionSizeFromContents(int column) const override;
  bool viewportEvent(QEvent* event) override;

 private:
  QString spreadText(int column) const;
  void paintSpread(QPainter& painter, const QRectF& box, const ColumnSummary& summary) const;

  Table table_;
  std::vector<std::optional<ColumnSummary>> summaries_;
};

}  // namespace lineament::views
