// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/table_view.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <mutex>

#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr int kRowHeight = 22;
constexpr std::size_t kMostCopied = 1'000'000;
constexpr int kSummaryLookMs = 100;

QString counted(std::size_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

// Filled by the job, emptied by the view.
struct TableView::Summaries {
  std::mutex mutex;
  std::vector<std::pair<int, ColumnSummary>> made;
};

TableView::TableView(QWidget* parent) : View(parent) {
  buildGrid();
  buildFilterBar();
  summary_look_.setInterval(kSummaryLookMs);
  connect(&summary_look_, &QTimer::timeout, this, &TableView::takeSummaries);
}

TableView::~TableView() {
  stopJobs();
}

void TableView::buildGrid() {
  model_ = new TableModel(this);
  grid_ = new QTableView(this);
  head_ = new TableHeader(grid_);
  grid_->setHorizontalHeader(head_);
  grid_->setFrameShape(QFrame::NoFrame);
  grid_->setWordWrap(false);
  grid_->setTabKeyNavigation(false);  // Tab leads on to the next control
  grid_->setSelectionBehavior(QAbstractItemView::SelectRows);
  grid_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  grid_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  grid_->setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
  grid_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  grid_->verticalHeader()->setMinimumSectionSize(kRowHeight);
  grid_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  grid_->verticalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
  grid_->setModel(model_);

  auto* copy = new QAction(tr("Copy rows"), grid_);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this, &TableView::copySelectedRows);
  auto* let_go = new QAction(tr("Clear selection"), grid_);
  let_go->setShortcut(Qt::Key_Escape);
  let_go->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(let_go, &QAction::triggered, grid_, &QTableView::clearSelection);
  grid_->addActions({copy, let_go});
  grid_->setContextMenuPolicy(Qt::ActionsContextMenu);

  connect(head_, &QHeaderView::sectionClicked, this, &TableView::headClicked);
  connect(grid_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &TableView::rowsChosen);
}

void TableView::buildFilterBar() {
  filter_column_ = new QComboBox(this);
  filter_column_->setToolTip(tr("Column to filter by"));
  filter_text_ = new QLineEdit(this);
  filter_text_->setClearButtonEnabled(true);
  filter_text_->setPlaceholderText(
      tr("Show rows where the value is > 5, 2..7, contains x, missing"));
  filter_text_->setToolTip(
      tr("Condition on the column: > 5, 2..7, = x, contains x, missing, present"));
  note_ = new QLabel(this);
  connect(filter_column_, &QComboBox::currentIndexChanged, this, &TableView::showArrangement);
  connect(filter_text_, &QLineEdit::editingFinished, this, &TableView::filterEdited);

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 4, 8, 4);
  bar->setSpacing(8);
  bar->addWidget(filter_column_);
  bar->addWidget(filter_text_, 1);
  bar->addWidget(note_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(bar);
  column->addWidget(grid_, 1);
}

void TableView::setData(const Data& shown) {
  TableFigure wanted = figure_;
  wanted.setData(shown);  // throws before anything changes here
  stopJobs();
  figure_ = wanted;
  shown_ = {};
  const Table& table = figure_.table();
  {
    const QSignalBlocker quiet(filter_column_);
    filter_column_->clear();
    for (const Column& column : table.columns()) {
      filter_column_->addItem(QString::fromStdString(column.name()));
    }
  }
  head_->setTable(table);
  model_->setTable(table);
  for (int c = 0; c < model_->columnCount(); ++c)
    grid_->setColumnWidth(c, head_->sectionSizeHint(c));
  showArrangement();
  startSummaries();
  Q_EMIT captionChanged();
}

void TableView::setOptions(const nlohmann::json& options) {
  TableFigure wanted = figure_;
  wanted.setOptions(options);
  arrange(wanted.arrangement());
}

void TableView::fit() {
  arrange({});
}

void TableView::sortBy(int column, bool descending) {
  TableFigure::Arrangement wanted = figure_.arrangement();
  wanted.sort_column.reset();
  if (column != kUnsorted) wanted.sort_column = static_cast<std::size_t>(column);
  wanted.descending = descending;
  arrange(wanted);
  Q_EMIT optionsChanged();
}

// Up, down, and back to the order of the table.
void TableView::headClicked(int column) {
  const TableFigure::Arrangement& now = figure_.arrangement();
  if (now.sort_column != static_cast<std::size_t>(column)) {
    sortBy(column, false);
  } else {
    sortBy(now.descending ? kUnsorted : column, !now.descending);
  }
}

void TableView::setFilter(int column, const QString& condition) {
  TableFigure::Arrangement wanted = figure_.arrangement();
  if (condition.trimmed().isEmpty()) {
    wanted.filters.erase(static_cast<std::size_t>(column));
  } else {
    wanted.filters[static_cast<std::size_t>(column)] = condition.trimmed();
  }
  arrange(wanted);
  Q_EMIT optionsChanged();
}

void TableView::filterEdited() {
  const int column = filter_column_->currentIndex();
  if (column < 0) return;
  const auto& filters = figure_.arrangement().filters;
  const auto before = filters.find(static_cast<std::size_t>(column));
  const QString text = filter_text_->text().trimmed();
  if (text == (before == filters.end() ? QString() : before->second)) return;
  try {
    setFilter(column, text);
  } catch (const Error& error) {
    note_->setText(QString::fromStdString(error.remedy()));
  }
}

void TableView::showArrangement() {
  const TableFigure::Arrangement& now = figure_.arrangement();
  head_->setSortIndicatorShown(now.sort_column.has_value());
  head_->setSortIndicator(now.sort_column ? static_cast<int>(*now.sort_column) : kUnsorted,
                          now.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
  const auto found = now.filters.find(static_cast<std::size_t>(filter_column_->currentIndex()));
  const QSignalBlocker quiet(filter_text_);
  filter_text_->setText(found == now.filters.end() ? QString() : found->second);
}

void TableView::arrange(const TableFigure::Arrangement& arrangement) {
  figure_.setArrangement(arrangement);  // throws for what is no condition
  if (arranging_) arranging_();         // nobody waits for the one that is overtaken
  arranging_ = nullptr;
  const int number = ++arrangements_;
  showArrangement();
  if (arrangement.natural()) {
    // Told later like the others.
    QMetaObject::invokeMethod(
        this,
        [this, number] {
          if (number == arrangements_) arrangementEnded(Outcome<Nothing>(), nullptr);
        },
        Qt::QueuedConnection);
    return;
  }
  note_->setText(tr("Arranging rows"));
  const auto made = std::make_shared<TableFigure::Order>();
  arranging_ = background().start(
      tr("Arrange rows"),
      [table = figure_.table(), arrangement, made](const Context& context) {
        *made = TableFigure::arrange(table, arrangement, context);
      },
      this,
      [this, number, made](const Outcome<Nothing>& outcome) {
        if (number == arrangements_) arrangementEnded(outcome, *made);
      });
}

void TableView::arrangementEnded(const Outcome<Nothing>& outcome, const TableFigure::Order& order) {
  arranging_ = nullptr;
  if (valueOf(outcome)) {
    shown_ = figure_.arrangement();
    showOrder(order);
  } else {
    // The rows are as before, and so is what the head says of them.
    figure_.setArrangement(shown_);
    figure_.setOrder(model_->order());
    showArrangement();
    Q_EMIT optionsChanged();
  }
  const bool filtered = !shown_.filters.empty();
  const Error* error = errorOf(outcome);
  note_->setText(
      error ? QString::fromStdString(error->found())
      : filtered
          ? tr("%1 of %2 rows").arg(counted(figure_.rowsShown()), counted(figure_.table().rows()))
          : QString());
  Q_EMIT rowsArranged();
  Q_EMIT captionChanged();
}

void TableView::showOrder(const TableFigure::Order& order) {
  figure_.setOrder(order);
  model_->setOrder(order);
}

void TableView::startSummaries() {
  const auto summaries = std::make_shared<Summaries>();
  summaries_ = summaries;
  summing_ = background().start(
      tr("Sum up columns"),
      [table = figure_.table(), summaries](const Context& context) {
        const auto columns = static_cast<double>(table.columnCount());
        for (std::size_t c = 0; c < table.columnCount(); ++c) {
          const double done = static_cast<double>(c) / columns;
          ColumnSummary summary =
              summarize(table.column(c), context.part(done, done + 1 / columns));
          const std::lock_guard lock(summaries->mutex);
          summaries->made.emplace_back(static_cast<int>(c), std::move(summary));
        }
      },
      this,
      [this, summaries](const Outcome<Nothing>&) {
        if (summaries != summaries_) return;  // of a table that was shown before
        takeSummaries();
        summary_look_.stop();
        summaries_ = nullptr;
        summing_ = nullptr;
      });
  summary_look_.start();
}

void TableView::takeSummaries() {
  std::vector<std::pair<int, ColumnSummary>> made;
  {
    const std::lock_guard lock(summaries_->mutex);
    made.swap(summaries_->made);
  }
  for (const auto& [column, summary] : made) head_->setSummary(column, summary);
}

void TableView::stopJobs() {
  if (arranging_) arranging_();
  if (summing_) summing_();
  arranging_ = summing_ = nullptr;
  summaries_ = nullptr;
  summary_look_.stop();
  ++arrangements_;
}

void TableView::rowsChosen() {
  std::vector<std::size_t> rows;
  for (const QItemSelectionRange& range : grid_->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom(); ++row)
      rows.push_back(model_->sourceRow(row));
  }
  const Selection wanted(figure_.origin(), std::move(rows));
  if (wanted == selection() || (wanted.empty() && selection().empty())) return;
  figure_.setSelection(wanted);
  model_->setChosen(wanted.indices());
  grid_->viewport()->update();
  Q_EMIT selectionEdited(wanted);
  Q_EMIT captionChanged();
}

void TableView::setSelection(const Selection& selection) {
  if (selection == this->selection()) return;
  figure_.setSelection(selection);
  const bool own = selection.origin() == figure_.origin();
  model_->setChosen(own ? selection.indices() : std::vector<std::size_t>{});
  {
    const QSignalBlocker quiet(grid_->selectionModel());
    grid_->clearSelection();
  }
  if (own && !selection.empty()) {
    const int row = model_->rowOf(selection.indices().front());
    if (row >= 0) grid_->scrollTo(model_->index(row, std::max(grid_->columnAt(0), 0)));
  }
  grid_->viewport()->update();
  Q_EMIT captionChanged();
}

void TableView::copySelectedRows() const {
  std::vector<std::size_t> rows;
  for (int row = 0; row < model_->rowCount() && rows.size() < kMostCopied; ++row) {
    const std::size_t source = model_->sourceRow(row);
    if (selection().contains(source)) rows.push_back(source);
  }
  if (rows.empty()) return;
  QGuiApplication::clipboard()->setText(tabSeparated(model_->table(), rows));
}

}  // namespace lineament::views
