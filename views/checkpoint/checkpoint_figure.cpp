// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/checkpoint_figure.h"

#include <QPainter>
#include <algorithm>

#include "views/checkpoint/tensor_cells.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr std::size_t kUnfoldedAtOnce = 60;  // tensors that are all shown from the beginning
constexpr std::size_t kUnfoldedByFilter = 2000;
constexpr std::size_t kMostPrinted = 400;  // rows
constexpr double kNote = 16;
constexpr double kGap = 20;  // between the rows and the portrait

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

std::optional<std::string> wordIn(const nlohmann::json& options, const char* key) {
  const auto found = options.find(key);
  if (found == options.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

void CheckpointFigure::setData(const Data& data) {
  checkpoint_ = data.require<Checkpoint>();
  choose(std::nullopt);
  setFilter({});
}

void CheckpointFigure::setOptions(const nlohmann::json& options) {
  if (const auto filter = wordIn(options, "filter")) setFilter(QString::fromStdString(*filter));
  if (const auto tensor = wordIn(options, "tensor")) {
    if (const auto entry = checkpoint_.find(*tensor)) choose(entry);
  }
}

nlohmann::json CheckpointFigure::options() const {
  nlohmann::json options{{"filter", filter_.toStdString()}};
  if (chosen_) options["tensor"] = checkpoint_.entries()[*chosen_].name;
  return options;
}

void CheckpointFigure::setFilter(const QString& filter) {
  filter_ = filter.simplified();
  tree_ = std::make_shared<const TensorTree>(treeOf(checkpoint_.entries(), filter_.toStdString()));
  unfold();
  if (chosen_ && !tree_->nodeOf(*chosen_)) choose(std::nullopt);
}

void CheckpointFigure::unfold() {
  const std::size_t most = filter_.isEmpty() ? kUnfoldedAtOnce : kUnfoldedByFilter;
  const TensorTree::Node& root = tree_->nodes[TensorTree::kRoot];
  unfolded_.assign(tree_->nodes.size(), root.tensors <= most);
  unfolded_[TensorTree::kRoot] = true;
  if (root.children.size() == 1) unfolded_[root.children.front()] = true;
}

void CheckpointFigure::choose(std::optional<std::size_t> entry) {
  const auto node = entry ? tree_->nodeOf(*entry) : std::nullopt;
  if (entry && !node) return;
  chosen_ = entry;
  portrait_.reset();
  if (!entry) return;
  for (std::size_t above = tree_->nodes[*node].parent; above != TensorTree::kRoot;
       above = tree_->nodes[above].parent) {
    unfolded_[above] = true;
  }
  const Checkpoint::Entry& tensor = checkpoint_.entries()[*entry];
  portrait_ = TensorPortrait{
      .name = QString::fromStdString(tensor.name),
      .shape = shapeLabel(tensor.shape),
      .dtype = dtypeLabel(tensor.dtype),
      .note = QString::fromStdString(tensor.note),
      .matrix = matrixShape(tensor.shape),
      .values = [checkpoint = checkpoint_, which = *entry] { return checkpoint.tensor(which); },
      .summary = {},
      .spectrum = {},
      .problem = {},
      .spectrum_problem = {}};
}

void CheckpointFigure::prepare(const Context& context) {
  if (portrait_ && !portrait_->summedUp()) portrait_->sumUp(context);
}

void CheckpointFigure::addRows(std::size_t parent, int depth, RuledGrid& grid) const {
  for (const std::size_t child : tree_->nodes[parent].children) {
    if (grid.rows.size() == kMostPrinted) return;
    QStringList cells;
    for (int column = 0; column < TensorCells::columns; ++column) {
      cells << TensorCells::text(checkpoint_, tree_->nodes[child], column);
    }
    cells.first().prepend(QString(3 * depth, QChar(0x00a0)));
    grid.rows.push_back(cells);
    if (unfolded_[child]) addRows(child, depth + 1, grid);
  }
}

RuledGrid CheckpointFigure::unfoldedRows() const {
  RuledGrid grid;
  for (int column = 0; column < TensorCells::columns; ++column) {
    const bool kept = column == TensorCells::name || column == TensorCells::shape;
    grid.columns.push_back(
        {TensorCells::head(column), TensorCells::numeric(column), kept ? 0 : column});
  }
  addRows(TensorTree::kRoot, 0, grid);
  return grid;
}

double CheckpointFigure::portraitWidth(double width) const {
  return chosen_ && width > 2 * TensorPortrait::kWidth ? TensorPortrait::kWidth : 0;
}

void CheckpointFigure::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  const RuledGrid grid = unfoldedRows();
  const double portrait = portraitWidth(size.width());
  const double width = size.width() - (portrait > 0 ? portrait + kGap : 0);
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
  if (portrait > 0) {
    drawPortrait(painter, {width + kGap, 0, portrait, size.height()}, portrait_, theme);
  }
  painter.restore();
}

QSizeF CheckpointFigure::naturalSize(double width) const {
  const double rows = static_cast<double>(std::max<std::size_t>(unfoldedRows().rows.size(), 1));
  const double grid = kGridHead + kGridRow * rows + kNote + 2;
  return {width, portraitWidth(width) > 0 ? std::max(grid, portrait_->height()) : grid};
}

QString CheckpointFigure::caption() const {
  const TensorTree::Node& root = tree_->nodes[TensorTree::kRoot];
  const auto& entries = checkpoint_.entries();
  if (root.tensors < entries.size()) {
    return tr("%1 of %2 tensors, %3 parameters, %4")
        .arg(counted(root.tensors), counted(entries.size()), counted(root.parameters),
             bytesLabel(root.bytes));
  }
  const QString all =
      tr("%1 tensors, %2 parameters, %3")
          .arg(counted(root.tensors), counted(root.parameters), bytesLabel(root.bytes));
  const auto& structure = checkpoint_.structure();
  if (!structure.contains("nodes")) return all;
  return tr("%1, a graph of %2 operators").arg(all, counted(structure.at("nodes").size()));
}

}  // namespace lineament::views
