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
#include <QtConcurrent>
#include <algorithm>
#include <numeric>

#include "core/data/explanation.h"
#include "views/common/number_text.h"
#include "views/table/printed_table.h"

namespace lineament::views {

namespace {

constexpr int kRowHeight = 22;
constexpr std::size_t kPrintedRows = 20;
constexpr std::size_t kMostCopied = 1'000'000;

Table tableOf(const Data& shown) {
  if (const auto* explanation = shown.as<Explanation>()) return explanationTable(*explanation);
  return shown.require<Table>();
}

QString counted(std::size_t count) {
  return numberText(static_cast<double>(count), 15);
}

}  // namespace

TableView::TableView(QWidget* parent) : View(parent) {
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

  buildFilterBar();
  connect(head_, &QHeaderView::sectionClicked, this, &TableView::headClicked);
  connect(grid_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &TableView::rowsChosen);
  connect(&arranged_, &QFutureWatcherBase::finished, this, &TableView::takeArranged);
}

TableView::~TableView() {
  stopJobs();
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
  connect(filter_column_, &QComboBox::currentIndexChanged, this, &TableView::showFilter);
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
  const Table table = tableOf(shown);
  stopJobs();
  origin_ = shown.origin();
  filters_.clear();
  sort_column_ = -1;
  head_->setSortIndicatorShown(false);
  {
    const QSignalBlocker quiet(filter_column_);
    filter_column_->clear();
    for (const Column& column : table.columns()) {
      filter_column_->addItem(QString::fromStdString(column.name()));
    }
  }
  showFilter();
  head_->setTable(table);
  model_->setTable(table);
  for (int c = 0; c < model_->columnCount(); ++c)
    grid_->setColumnWidth(c, head_->sectionSizeHint(c));
  startSummaries();
  Q_EMIT captionChanged();
}

void TableView::setOptions(const nlohmann::json& options) {
  const Table& table = model_->table();
  if (const auto filters = options.find("filters");
      filters != options.end() && filters->is_object()) {
    filters_.clear();
    for (const auto& [name, condition] : filters->items()) {
      const auto column = table.find(name);
      if (!column || !condition.is_string()) continue;
      parseFilter(condition.get<std::string>(), table.column(*column));
      filters_[static_cast<int>(*column)] = QString::fromStdString(condition.get<std::string>());
    }
  }
  if (const auto sort = options.find("sort"); sort != options.end() && sort->is_object()) {
    const auto column = table.find(sort->value("column", ""));
    sort_column_ = column ? static_cast<int>(*column) : -1;
    descending_ = sort->value("descending", false);
  }
  showFilter();
  arrange();
}

nlohmann::json TableView::options() const {
  nlohmann::json options = nlohmann::json::object();
  const Table& table = model_->table();
  options["filters"] = nlohmann::json::object();
  for (const auto& [column, condition] : filters_) {
    options["filters"][table.column(static_cast<std::size_t>(column)).name()] =
        condition.toStdString();
  }
  options["sort"] = nlohmann::json::object();
  if (sort_column_ >= 0) {
    options["sort"] = {{"column", table.column(static_cast<std::size_t>(sort_column_)).name()},
                       {"descending", descending_}};
  }
  return options;
}

void TableView::fit() {
  setOptions({{"filters", nlohmann::json::object()}, {"sort", nlohmann::json::object()}});
}

void TableView::sortBy(int column, bool descending) {
  sort_column_ = column;
  descending_ = descending;
  arrange();
  Q_EMIT optionsChanged();
}

// Up, down, and back to the order of the table.
void TableView::headClicked(int column) {
  if (column != sort_column_) {
    sortBy(column, false);
  } else {
    sortBy(descending_ ? -1 : column, !descending_);
  }
}

void TableView::setFilter(int column, const QString& condition) {
  const Table& table = model_->table();
  if (condition.trimmed().isEmpty()) {
    filters_.erase(column);
  } else {
    parseFilter(condition.toStdString(), table.column(static_cast<std::size_t>(column)));
    filters_[column] = condition.trimmed();
  }
  showFilter();
  arrange();
  Q_EMIT optionsChanged();
}

void TableView::filterEdited() {
  const int column = filter_column_->currentIndex();
  if (column < 0) return;
  const auto before = filters_.find(column);
  const QString text = filter_text_->text().trimmed();
  if (text == (before == filters_.end() ? QString() : before->second)) return;
  try {
    setFilter(column, text);
  } catch (const Error& error) {
    note_->setText(QString::fromStdString(error.remedy()));
  }
}

void TableView::showFilter() {
  const auto found = filters_.find(filter_column_->currentIndex());
  const QSignalBlocker quiet(filter_text_);
  filter_text_->setText(found == filters_.end() ? QString() : found->second);
}

bool TableView::busy() const {
  return arranged_.isRunning() || summaries_.isRunning();
}

void TableView::arrange() {
  arranging_.request_stop();  // the old job ends by itself; nobody waits for it
  RowOrderRequest request;
  const Table table = model_->table();
  for (const auto& [column, condition] : filters_) {
    const auto index = static_cast<std::size_t>(column);
    request.filters.push_back({index, parseFilter(condition.toStdString(), table.column(index))});
  }
  if (sort_column_ >= 0) request.sort_column = static_cast<std::size_t>(sort_column_);
  request.descending = descending_;
  head_->setSortIndicatorShown(sort_column_ >= 0);
  head_->setSortIndicator(sort_column_, descending_ ? Qt::DescendingOrder : Qt::AscendingOrder);

  arranging_ = std::stop_source();
  note_->setText(request.natural() ? QString() : tr("Arranging rows"));
  arranged_.setFuture(QtConcurrent::run([table, request, stop = arranging_.get_token()] {
    Arranged result;
    if (request.natural()) return result;
    Context context;
    context.stop = stop;
    try {
      result.order = rowOrder(table, request, context);
    } catch (const Cancelled&) {
      result.cancelled = true;
    } catch (const Error& error) {
      result.problem = QString::fromStdString(error.found());
    }
    return result;
  }));
}

void TableView::takeArranged() {
  if (arranging_.stop_requested()) return;
  Arranged result = arranged_.result();
  if (result.cancelled) return;
  if (filters_.empty() && sort_column_ < 0) {
    model_->setNaturalOrder();
    note_->clear();
  } else if (!result.problem.isEmpty()) {
    note_->setText(result.problem);
  } else {
    model_->setOrder(std::move(result.order));
    note_->setText(filters_.empty()
                       ? QString()
                       : tr("%1 of %2 rows")
                             .arg(counted(model_->rowCount()), counted(model_->table().rows())));
  }
  Q_EMIT rowsArranged();
  Q_EMIT captionChanged();
}

void TableView::startSummaries() {
  summing_ = std::stop_source();
  summaries_ = QtConcurrent::run([this, table = model_->table(), stop = summing_.get_token()] {
    Context context;
    context.stop = stop;
    try {
      for (std::size_t c = 0; c < table.columnCount(); ++c) {
        const ColumnSummary summary = summarize(table.column(c), context);
        // The view waits for this job before it goes, so `this` is there; what is still queued
        // then is dropped with it.
        QMetaObject::invokeMethod(this, [this, c, summary, stop] {
          if (!stop.stop_requested()) head_->setSummary(static_cast<int>(c), summary);
        });
      }
    } catch (const Cancelled&) {
      return;
    }
  });
}

void TableView::stopJobs() {
  arranging_.request_stop();
  summing_.request_stop();
  arranged_.setFuture({});
  summaries_.waitForFinished();
}

void TableView::rowsChosen() {
  std::vector<std::size_t> rows;
  for (const QItemSelectionRange& range : grid_->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom(); ++row)
      rows.push_back(model_->sourceRow(row));
  }
  const Selection wanted(origin_, std::move(rows));
  if (wanted == selection() || (wanted.empty() && selection().empty())) return;
  View::setSelection(wanted);
  model_->setChosen(wanted.indices());
  grid_->viewport()->update();
  Q_EMIT selectionEdited(wanted);
  Q_EMIT captionChanged();
}

void TableView::setSelection(const Selection& selection) {
  if (selection == this->selection()) return;
  View::setSelection(selection);
  const bool own = selection.origin() == origin_;
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

std::vector<std::size_t> TableView::firstRows(std::size_t most) const {
  std::vector<std::size_t> rows;
  const auto count = std::min<std::size_t>(most, static_cast<std::size_t>(model_->rowCount()));
  for (std::size_t row = 0; row < count; ++row)
    rows.push_back(model_->sourceRow(static_cast<int>(row)));
  return rows;
}

void TableView::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  // No row is lower than 10 units.
  const auto most = static_cast<std::size_t>(std::max(size.height() / 10, 1.0));
  paintTable(painter, size, theme, model_->table(), firstRows(most),
             static_cast<std::size_t>(model_->rowCount()));
}

QSizeF TableView::naturalSize(double width) const {
  const auto rows =
      std::min<std::size_t>(static_cast<std::size_t>(model_->rowCount()), kPrintedRows);
  return {width, printedTableHeight(rows)};
}

QString TableView::caption() const {
  const std::size_t rows = model_->table().rows();
  QString text = filters_.empty()
                     ? tr("%1 rows").arg(counted(rows))
                     : tr("%1 of %2 rows").arg(counted(model_->rowCount()), counted(rows));
  text += tr(", %1 columns").arg(counted(model_->table().columnCount()));
  const bool own = selection().origin() == origin_ && !selection().empty();
  if (own) text += tr(" · selected: %1").arg(counted(selection().size()));
  return text;
}

}  // namespace lineament::views
