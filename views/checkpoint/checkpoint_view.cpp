// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/checkpoint_view.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/common/roomy_rows.h"
#include "views/common/tensor_card.h"

namespace lineament::views {

namespace {

constexpr std::size_t kUnfoldedAtOnce = 60;  // tensors that are all shown from the beginning
constexpr std::size_t kUnfoldedByFilter = 2000;
constexpr std::size_t kMostPrinted = 400;  // rows
constexpr double kNote = 16;
constexpr int kRowHeight = 24;

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

CheckpointView::CheckpointView(QWidget* parent) : View(parent) {
  model_ = new CheckpointModel(this);
  card_ = new TensorCard(this);
  makeTree();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  makeBar();
  auto* split = new QSplitter(this);
  split->addWidget(tree_);
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
  tree_->header()->setSectionResizeMode(CheckpointModel::name, QHeaderView::Stretch);
  for (int c = CheckpointModel::shape; c < CheckpointModel::columns; ++c) {
    tree_->header()->setSectionResizeMode(c, QHeaderView::ResizeToContents);
  }
  connect(tree_->selectionModel(), &QItemSelectionModel::currentChanged, this,
          &CheckpointView::currentChanged);
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
  bar->addWidget(filter_, 1);
  bar->addWidget(counts_);
  static_cast<QVBoxLayout*>(layout())->addLayout(bar);
}

void CheckpointView::setData(const Data& shown) {
  model_->setCheckpoint(shown.require<Checkpoint>());
  {
    const QSignalBlocker quiet(filter_);
    filter_->clear();
  }
  card_->clear();
  unfold();
  showCounts();
}

void CheckpointView::setOptions(const nlohmann::json& options) {
  const auto word = [&](const char* key) -> std::optional<std::string> {
    const auto found = options.find(key);
    if (found == options.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  if (const auto filter = word("filter")) setFilter(QString::fromStdString(*filter));
  if (const auto tensor = word("tensor")) {
    if (const auto entry = model_->checkpoint().find(*tensor)) choose(*entry);
  }
}

nlohmann::json CheckpointView::options() const {
  nlohmann::json options = nlohmann::json::object();
  options["filter"] = model_->filter().toStdString();
  if (const auto entry = model_->entryAt(tree_->currentIndex())) {
    options["tensor"] = model_->checkpoint().entries()[*entry].name;
  }
  return options;
}

void CheckpointView::setFilter(const QString& filter) {
  const auto chosen = model_->entryAt(tree_->currentIndex());
  {
    const QSignalBlocker quiet(filter_);
    if (filter_->text() != filter) filter_->setText(filter);
  }
  model_->setFilter(filter.simplified());
  unfold();
  if (chosen && model_->indexOf(*chosen).isValid()) {
    tree_->setCurrentIndex(model_->indexOf(*chosen));
  } else {
    card_->clear();
  }
  showCounts();
}

void CheckpointView::choose(std::size_t entry) {
  const QModelIndex index = model_->indexOf(entry);
  if (!index.isValid()) return;
  tree_->setCurrentIndex(index);
  tree_->scrollTo(index);
}

void CheckpointView::currentChanged(const QModelIndex& index) {
  const auto entry = model_->entryAt(index);
  if (!entry) {
    card_->clear();
  } else {
    const Checkpoint checkpoint = model_->checkpoint();
    const Checkpoint::Entry& tensor = checkpoint.entries()[*entry];
    const std::string_view dtype = name(tensor.dtype);
    card_->show({QString::fromStdString(tensor.name), shapeLabel(tensor.shape),
                 QString::fromUtf8(dtype.data(), static_cast<qsizetype>(dtype.size())),
                 QString::fromStdString(tensor.note),
                 [checkpoint, which = *entry] { return checkpoint.tensor(which); }});
  }
  Q_EMIT optionsChanged();
}

// All of a few tensors or of what a filter leaves; of many the first groups.
void CheckpointView::unfold() {
  const std::uint64_t most = model_->filter().isEmpty() ? kUnfoldedAtOnce : kUnfoldedByFilter;
  if (model_->tree().nodes[TensorTree::kRoot].tensors <= most) {
    tree_->expandAll();
  } else {
    tree_->collapseAll();
    if (model_->rowCount() == 1) tree_->expandToDepth(0);
  }
}

void CheckpointView::showCounts() {
  const TensorTree::Node& root = model_->tree().nodes[TensorTree::kRoot];
  counts_->setText(tr("%1 of %2 tensors")
                       .arg(counted(root.tensors), counted(model_->checkpoint().entries().size())));
  counts_->setVisible(!model_->filter().isEmpty());
  Q_EMIT captionChanged();
}

QString CheckpointView::copied() const {
  RuledGrid grid;
  for (const char* head : {"tensor", "shape", "dtype", "parameters", "bytes"}) {
    grid.columns.push_back({QString::fromLatin1(head)});
  }
  const auto& entries = model_->checkpoint().entries();
  const auto add = [&](std::size_t which) {
    const Checkpoint::Entry& entry = entries[which];
    const std::string_view dtype = name(entry.dtype);
    grid.rows.push_back({QString::fromStdString(entry.name),
                         QString::fromStdString(shapeText(entry.shape)),
                         QString::fromUtf8(dtype.data(), static_cast<qsizetype>(dtype.size())),
                         QString::number(elementsOf(entry)), QString::number(entry.bytes)});
  };
  std::vector<std::size_t> chosen;
  const QModelIndexList rows = tree_->selectionModel()->selectedRows();
  for (const QModelIndex& row : rows) {
    if (const auto entry = model_->entryAt(row)) chosen.push_back(*entry);
  }
  if (chosen.empty()) {
    for (const TensorTree::Node& node : model_->tree().nodes) {
      if (!node.group()) chosen.push_back(node.entry);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  for (const std::size_t which : chosen) add(which);
  return tabSeparated(grid);
}

void CheckpointView::addRows(const QModelIndex& parent, int depth, RuledGrid& grid) const {
  for (int row = 0; row < model_->rowCount(parent) && grid.rows.size() < kMostPrinted; ++row) {
    const QModelIndex index = model_->index(row, 0, parent);
    QStringList cells;
    for (int column = 0; column < CheckpointModel::columns; ++column) {
      cells << model_->data(index.siblingAtColumn(column), Qt::DisplayRole).toString();
    }
    cells.first().prepend(QString(3 * depth, QChar(0x00a0)));
    grid.rows.push_back(cells);
    if (tree_->isExpanded(index)) addRows(index, depth + 1, grid);
  }
}

RuledGrid CheckpointView::unfoldedRows() const {
  RuledGrid grid;
  for (int column = 0; column < CheckpointModel::columns; ++column) {
    grid.columns.push_back(
        {model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(),
         column >= CheckpointModel::parameters,
         column == CheckpointModel::name || column == CheckpointModel::shape ? 0 : column});
  }
  addRows({}, 0, grid);
  return grid;
}

double CheckpointView::cardWidth(double width) const {
  const bool chosen = model_->entryAt(tree_->currentIndex()).has_value();
  return chosen && width > 2 * TensorCard::kWidth ? TensorCard::kWidth : 0;
}

void CheckpointView::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  const RuledGrid grid = unfoldedRows();
  const double card = cardWidth(size.width());
  const double width = size.width() - (card > 0 ? card + 20 : 0);
  const std::size_t rows = gridRowsIn(size.height() - kNote, grid.rows.size());
  drawRuledGrid(painter, {0, 0}, grid, placesIn(grid, width), rows, width, theme);
  const double y = kGridHead + kGridRow * static_cast<double>(rows) + kNote / 2;
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  const QString all = caption();
  drawLabel(painter, {0, y}, Qt::AlignLeft | Qt::AlignVCenter,
            rows < grid.rows.size()
                ? tr("%1 of %2 lines · %3").arg(counted(rows), counted(grid.rows.size()), all)
                : all);
  if (card > 0) card_->paint(painter, {width + 20, 0, card, size.height()}, theme);
  painter.restore();
}

QSizeF CheckpointView::naturalSize(double width) const {
  const double rows = static_cast<double>(std::max<std::size_t>(unfoldedRows().rows.size(), 1));
  const double grid = kGridHead + kGridRow * rows + kNote + 2;
  return {width, cardWidth(width) > 0 ? std::max(grid, TensorCard::kHeight) : grid};
}

QString CheckpointView::caption() const {
  const TensorTree::Node& root = model_->tree().nodes[TensorTree::kRoot];
  const auto& entries = model_->checkpoint().entries();
  if (root.tensors < entries.size()) {
    return tr("%1 of %2 tensors, %3 parameters, %4")
        .arg(counted(root.tensors), counted(entries.size()), counted(root.parameters),
             bytesLabel(root.bytes));
  }
  return tr("%1 tensors, %2 parameters, %3")
      .arg(counted(root.tensors), counted(root.parameters), bytesLabel(root.bytes));
}

void CheckpointView::fit() {
  setFilter({});
  tree_->scrollToTop();
}

}  // namespace lineament::views
