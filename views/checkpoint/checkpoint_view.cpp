// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/checkpoint_view.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "views/checkpoint/structure_tree.h"
#include "views/common/number_text.h"
#include "views/common/roomy_rows.h"
#include "views/common/ruled_grid.h"
#include "views/common/tensor_card.h"

namespace lineament::views {

namespace {

constexpr int kRowHeight = 24;

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

CheckpointView::CheckpointView(QWidget* parent) : View(parent) {
  model_ = new CheckpointModel(this);
  card_ = new TensorCard(this);
  connect(card_, &TensorCard::summedUp, this, [this] { figure_.setPortrait(*card_->portrait()); });
  makeTree();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  makeBar();
  structure_ = new StructureTree(this);
  connect(structure_, &StructureTree::chosen, this, [this](const QStringList& names) {
    for (const QString& name : names) {
      const auto entry = figure_.checkpoint().find(name.toStdString());
      if (entry) return choose(*entry);
    }
  });
  stack_ = new QStackedWidget(this);
  stack_->addWidget(tree_);
  stack_->addWidget(structure_);
  auto* split = new QSplitter(this);
  split->addWidget(stack_);
  split->addWidget(card_);
  split->setStretchFactor(0, 1);
  split->setCollapsible(0, false);
  column->addWidget(split, 1);
}

void CheckpointView::makeTree() {
  tree_ = new QTreeView(this);
  tree_->setModel(model_);
  tree_->setFrameShape(QFrame::NoFrame);
  tree_->setUniformRowHeights(true);
  tree_->setItemDelegate(new RoomyRows(kRowHeight, tree_));
  tree_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  tree_->setAccessibleName(tr("Tensors"));
  tree_->header()->setStretchLastSection(false);
  tree_->header()->setSectionResizeMode(TensorCells::name, QHeaderView::Stretch);
  for (int c = TensorCells::shape; c < TensorCells::columns; ++c) {
    tree_->header()->setSectionResizeMode(c, QHeaderView::ResizeToContents);
  }
  connect(tree_->selectionModel(), &QItemSelectionModel::currentChanged, this,
          &CheckpointView::currentChanged);
  connect(tree_, &QTreeView::expanded, this,
          [this](const QModelIndex& index) { figure_.setUnfolded(model_->nodeAt(index), true); });
  connect(tree_, &QTreeView::collapsed, this,
          [this](const QModelIndex& index) { figure_.setUnfolded(model_->nodeAt(index), false); });
  auto* copy = new QAction(tr("Copy rows"), tree_);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this,
          [this] { QGuiApplication::clipboard()->setText(copied()); });
  tree_->addAction(copy);
  tree_->setContextMenuPolicy(Qt::ActionsContextMenu);
  setFocusProxy(tree_);
}

void CheckpointView::makeBar() {
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 4, 12, 4);
  bar->setSpacing(8);
  pages_ = new QTabBar(this);
  pages_->setDrawBase(false);
  pages_->addTab(tr("Tensors"));
  pages_->addTab({});
  connect(pages_, &QTabBar::currentChanged, this, &CheckpointView::showPage);
  filter_ = new QLineEdit(this);
  filter_->setClearButtonEnabled(true);
  filter_->setPlaceholderText(tr("Show tensors whose name contains"));
  filter_->setToolTip(tr("Words that the name contains, in any order"));
  filter_->setAccessibleName(tr("Filter"));
  connect(filter_, &QLineEdit::textEdited, this, [this](const QString& text) {
    setFilter(text);
    Q_EMIT optionsChanged();
  });
  counts_ = new QLabel(this);
  bar->addWidget(pages_);
  bar->addWidget(filter_, 1);
  bar->addWidget(counts_);
  static_cast<QVBoxLayout*>(layout())->addLayout(bar);
}

void CheckpointView::setData(const Data& shown) {
  figure_.setData(shown);
  {
    const QSignalBlocker quiet(filter_);
    filter_->clear();
  }
  card_->clear();
  showTree();
  showStructure();
}

void CheckpointView::showStructure() {
  const nlohmann::json& structure = figure_.checkpoint().structure();
  pages_->setTabText(1, isOperatorGraph(structure) ? tr("Operators") : tr("Modules"));
  pages_->setCurrentIndex(0);
  pages_->setVisible(hasStructureRows(structure));
  structure_->show(figure_.checkpoint());
}

void CheckpointView::showPage(int page) {
  stack_->setCurrentIndex(page);
  filter_->setEnabled(page == 0);
}

void CheckpointView::setOptions(const nlohmann::json& options) {
  CheckpointFigure wanted = figure_;
  wanted.setOptions(options);
  if (wanted.filter() != figure_.filter()) setFilter(wanted.filter());
  if (wanted.chosen()) choose(*wanted.chosen());
}

void CheckpointView::setFilter(const QString& filter) {
  {
    const QSignalBlocker quiet(filter_);
    if (filter_->text() != filter) filter_->setText(filter);
  }
  figure_.setFilter(filter);
  if (!figure_.chosen()) card_->clear();
  showTree();
  if (figure_.chosen()) tree_->setCurrentIndex(model_->indexOf(*figure_.chosen()));
}

// What the filter leaves, unfolded as the figure has it.
void CheckpointView::showTree() {
  model_->show(figure_.checkpoint(), figure_.tree());
  const TensorTree& tree = *figure_.tree();
  for (std::size_t node = 1; node < tree.nodes.size(); ++node) {
    if (tree.nodes[node].group() && figure_.unfolded(node)) {
      tree_->expand(model_->indexOfNode(node));
    }
  }
  counts_->setText(tr("%1 of %2 tensors")
                       .arg(counted(tree.nodes[TensorTree::kRoot].tensors),
                            counted(figure_.checkpoint().entries().size())));
  counts_->setVisible(!figure_.filter().isEmpty());
  Q_EMIT captionChanged();
}

void CheckpointView::choose(std::size_t entry) {
  const QModelIndex index = model_->indexOf(entry);
  if (!index.isValid()) return;
  tree_->setCurrentIndex(index);
  tree_->scrollTo(index);
}

void CheckpointView::currentChanged(const QModelIndex& index) {
  const auto entry = model_->entryAt(index);
  if (entry && entry == figure_.chosen()) return;
  figure_.choose(entry);
  if (entry) {
    card_->show(*figure_.portrait(), background());
  } else {
    card_->clear();
  }
  Q_EMIT optionsChanged();
}

QString CheckpointView::copied() const {
  RuledGrid grid;
  for (const char* head : {"tensor", "shape", "dtype", "parameters", "bytes"}) {
    grid.columns.push_back({QString::fromLatin1(head)});
  }
  const auto& entries = figure_.checkpoint().entries();
  const auto add = [&](std::size_t which) {
    const Checkpoint::Entry& entry = entries[which];
    grid.rows.push_back({QString::fromStdString(entry.name),
                         QString::fromStdString(shapeText(entry.shape)), dtypeLabel(entry.dtype),
                         QString::number(elementsOf(entry)), QString::number(entry.bytes)});
  };
  std::vector<std::size_t> chosen;
  const QModelIndexList rows = tree_->selectionModel()->selectedRows();
  for (const QModelIndex& row : rows) {
    if (const auto entry = model_->entryAt(row)) chosen.push_back(*entry);
  }
  if (chosen.empty()) {
    for (const TensorTree::Node& node : figure_.tree()->nodes) {
      if (!node.group()) chosen.push_back(node.entry);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  for (const std::size_t which : chosen) add(which);
  return tabSeparated(grid);
}

void CheckpointView::fit() {
  setFilter({});
  tree_->scrollToTop();
}

}  // namespace lineament::views
