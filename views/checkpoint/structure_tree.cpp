// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/structure_tree.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QTreeWidgetItemIterator>

#include "views/common/roomy_rows.h"

namespace lineament::views {

namespace {

enum Columns { kind, name, reads, gives, attributes, columns };

constexpr int kRowHeight = 24;
constexpr int kUnfoldedAtOnce = 200;  // rows
constexpr int kReadsWidth = 240;

int add(const std::vector<StructureRow>& rows, QTreeWidgetItem* parent) {
  int count = 0;
  QList<QTreeWidgetItem*> items;
  for (const StructureRow& row : rows) {
    auto* item = new QTreeWidgetItem({row.kind, row.name, row.reads.join(QStringLiteral(", ")),
                                      row.gives.join(QStringLiteral(", ")), row.attributes});
    item->setData(reads, Qt::UserRole, row.reads);
    for (int column = 0; column < columns; ++column) {
      item->setToolTip(column, item->text(column));
    }
    count += 1 + add(row.parts, item);
    items << item;
  }
  parent->addChildren(items);
  return count;
}

}  // namespace

StructureTree::StructureTree(QWidget* parent) : QTreeWidget(parent) {
  setFrameShape(QFrame::NoFrame);
  setUniformRowHeights(true);
  setItemDelegate(new RoomyRows(kRowHeight, this));
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setHeaderLabels({tr("Kind"), tr("Name"), tr("Reads"), tr("Gives"), tr("Attributes")});
  header()->setStretchLastSection(true);
  connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
    if (item) Q_EMIT chosen(item->data(reads, Qt::UserRole).toStringList());
  });
  auto* copy = new QAction(tr("Copy rows"), this);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  connect(copy, &QAction::triggered, this,
          [this] { QGuiApplication::clipboard()->setText(copied()); });
  addAction(copy);
  setContextMenuPolicy(Qt::ActionsContextMenu);
}

void StructureTree::show(const std::vector<StructureRow>& rows) {
  clear();
  const int count = add(rows, invisibleRootItem());
  if (count <= kUnfoldedAtOnce) expandAll();
  bool operators = false, named = false, nested = false;
  for (const StructureRow& row : rows) {
    operators = operators || !row.gives.isEmpty();
    named = named || !row.name.isEmpty() || !row.parts.empty();
    nested = nested || !row.parts.empty();
  }
  setRootIsDecorated(nested);
  setColumnHidden(name, !named);
  setColumnHidden(reads, !operators);
  setColumnHidden(gives, !operators);
  for (const int column : {kind, name}) resizeColumnToContents(column);
  setColumnWidth(reads, kReadsWidth);
}

QString StructureTree::copied() const {
  QStringList lines;
  const bool all = selectedItems().isEmpty();
  for (QTreeWidgetItemIterator at(const_cast<StructureTree*>(this)); *at; ++at) {
    if (!all && !(*at)->isSelected()) continue;
    QStringList cells;
    for (int column = 0; column < columns; ++column) cells << (*at)->text(column);
    lines << cells.join(QLatin1Char('\t'));
  }
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace lineament::views
