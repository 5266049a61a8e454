// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/structure_tree.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <algorithm>
#include <numeric>

#include "views/common/roomy_rows.h"

namespace lineament::views {

namespace {

constexpr int kRowHeight = 24;
constexpr std::size_t kUnfoldedAtOnce = 200;  // rows
constexpr int kRowsMeasured = 100;            // for the widths of columns
constexpr int kReadsWidth = 240;
constexpr int kNestedKindWidth = 160;  // at least, for rows that are unfolded later

}  // namespace

StructureTree::StructureTree(QWidget* parent) : QTreeView(parent) {
  model_ = new StructureModel(this);
  setModel(model_);
  setFrameShape(QFrame::NoFrame);
  setUniformRowHeights(true);
  setItemDelegate(new RoomyRows(kRowHeight, this));
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  header()->setStretchLastSection(true);
  header()->setResizeContentsPrecision(kRowsMeasured);
  auto* copy = new QAction(tr("Copy rows"), this);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  connect(copy, &QAction::triggered, this,
          [this] { QGuiApplication::clipboard()->setText(copied()); });
  addAction(copy);
  setContextMenuPolicy(Qt::ActionsContextMenu);
}

void StructureTree::show(const Checkpoint& checkpoint) {
  checkpoint_ = checkpoint;
  model_->show({});
  made_ = false;
  if (isVisible()) makeRows();
}

void StructureTree::showEvent(QShowEvent* event) {
  if (!made_) makeRows();
  QTreeView::showEvent(event);
}

void StructureTree::makeRows() {
  made_ = true;
  std::vector<StructureRow> rows = structureRows(checkpoint_.structure());
  bool named = false, nested = false;
  for (const StructureRow& row : rows) {
    named = named || !row.name.isEmpty() || !row.parts.empty();
    nested = nested || !row.parts.empty();
  }
  model_->show(std::move(rows));
  if (model_->count() <= kUnfoldedAtOnce) expandAll();
  const bool operators = isOperatorGraph(checkpoint_.structure());
  setRootIsDecorated(nested);
  setColumnHidden(StructureModel::name, !named);
  setColumnHidden(StructureModel::reads, !operators);
  setColumnHidden(StructureModel::gives, !operators);
  for (const int column : {StructureModel::kind, StructureModel::name}) {
    resizeColumnToContents(column);
  }
  if (nested) {
    const int width = std::max(columnWidth(StructureModel::kind), kNestedKindWidth);
    setColumnWidth(StructureModel::kind, width);
  }
  setColumnWidth(StructureModel::reads, kReadsWidth);
}

void StructureTree::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
  QTreeView::currentChanged(current, previous);
  if (current.isValid()) Q_EMIT chosen(model_->rowAt(current).reads);
}

QString StructureTree::copied() const {
  std::vector<std::size_t> positions;
  for (const QModelIndex& row : selectionModel()->selectedRows()) {
    positions.push_back(row.internalId());
  }
  std::sort(positions.begin(), positions.end());
  if (positions.empty()) {
    positions.resize(model_->count());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
  }
  QStringList lines;
  for (const std::size_t position : positions) {
    const StructureRow& row = model_->rowAt(model_->indexOf(position));
    QStringList cells;
    for (int column = 0; column < StructureModel::columns; ++column) {
      cells << StructureModel::text(row, column);
    }
    lines << cells.join(QLatin1Char('\t'));
  }
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace lineament::views
