// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/tensor_view.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "views/common/number_text.h"
#include "views/common/tensor_card.h"
#include "views/tensor/tensor_plot.h"

namespace lineament::views {

namespace {

QString shapeLabel(const Tensor& tensor) {
  return QString::fromStdString(shapeText(tensor.shape())).replace(u'x', QChar(0x00d7));
}

QString dtypeLabel(const Tensor& tensor) {
  const std::string_view dtype = name(tensor.dtype());
  return QString::fromUtf8(dtype.data(), static_cast<qsizetype>(dtype.size()));
}

// The member as an index; `now` where it is none.
std::size_t indexOf(const nlohmann::json& value, std::size_t now) {
  return value.is_number_integer() && value >= 0 ? value.get<std::size_t>() : now;
}

}  // namespace

TensorView::TensorView(QWidget* parent) : View(parent) {
  plot_ = new TensorPlot(this);
  card_ = new TensorCard(this);
  makeBar();
  auto* split = new QSplitter(this);
  split->addWidget(plot_);
  split->addWidget(card_);
  split->setStretchFactor(0, 1);
  split->setCollapsible(0, false);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(bar_);
  column->addWidget(split, 1);
  setFocusProxy(plot_);
  connect(plot_, &View::captionChanged, this, &View::captionChanged);
  connect(plot_, &View::optionsChanged, this, &View::optionsChanged);
  auto* copy = new QAction(tr("Copy the values shown"), plot_);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this,
          [this] { QGuiApplication::clipboard()->setText(plot_->copied()); });
  plot_->addAction(copy);
}

void TensorView::makeBar() {
  bar_ = new QWidget(this);
  line_ = new QHBoxLayout(bar_);
  line_->setContentsMargins(12, 4, 12, 4);
  line_->setSpacing(8);
  colours_ = new QComboBox(bar_);
  colours_->addItems({tr("all values"), tr("the middle 98 %")});
  colours_->setToolTip(tr("The values between which the colours run"));
  colours_->setAccessibleName(tr("Colours over"));
  connect(colours_, &QComboBox::activated, this, [this](int chosen) {
    plot_->setMiddleOnly(chosen == 1);
    Q_EMIT optionsChanged();
    Q_EMIT captionChanged();
  });
  line_->addStretch(1);
  auto* label = new QLabel(tr("Colours over"), bar_);
  label->setBuddy(colours_);
  line_->addWidget(label);
  line_->addWidget(colours_);
}

QString TensorView::axisName(std::size_t axis) const {
  const Tensor& tensor = plot_->tensor();
  const auto& names = tensor.dimensionNames();
  const QString size = numberText(static_cast<double>(tensor.shape()[axis]), 15);
  if (axis < names.size() && !names[axis].empty()) {
    return tr("%1 (%2)").arg(QString::fromStdString(names[axis]), size);
  }
  return tr("dimension %1 (%2)").arg(numberText(static_cast<double>(axis + 1)), size);
}

void TensorView::makeControls() {
  delete controls_;
  indices_.clear();
  rows_ = columns_ = nullptr;
  controls_ = new QWidget(bar_);
  line_->insertWidget(0, controls_);
  const std::size_t rank = plot_->tensor().rank();
  controls_->setVisible(rank >= 2);
  bar_->setVisible(rank >= 2);
  if (rank < 2) return;
  auto* line = new QHBoxLayout(controls_);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(8);
  const auto axes = [&](const QString& title) {
    auto* box = new QComboBox(controls_);
    for (std::size_t axis = 0; axis < rank; ++axis) box->addItem(axisName(axis));
    box->setAccessibleName(title);
    box->setToolTip(tr("The dimension that runs along the %1").arg(title.toLower()));
    line->addWidget(new QLabel(title, controls_));
    line->addWidget(box);
    connect(box, &QComboBox::activated, this, &TensorView::axesChosen);
    return box;
  };
  rows_ = axes(tr("Rows"));
  columns_ = axes(tr("Columns"));
  for (std::size_t axis = 0; axis < rank; ++axis) {
    auto* field = new QWidget(controls_);
    auto* pair = new QHBoxLayout(field);
    pair->setContentsMargins(8, 0, 0, 0);
    auto* box = new QSpinBox(field);
    const std::uint64_t last = std::max<std::uint64_t>(plot_->tensor().shape()[axis], 1) - 1;
    box->setMaximum(
        static_cast<int>(std::min<std::uint64_t>(last, std::numeric_limits<int>::max())));
    box->setAccessibleName(axisName(axis));
    box->setToolTip(tr("Where along %1 the plane lies, counted from 0").arg(axisName(axis)));
    auto* name = new QLabel(axisName(axis), field);
    name->setBuddy(box);
    pair->addWidget(name);
    pair->addWidget(box);
    line->addWidget(field);
    connect(box, &QSpinBox::valueChanged, this, &TensorView::indexChosen);
    indices_.append({field, box});
  }
}

void TensorView::setData(const Data& shown) {
  const Tensor tensor = shown.require<Tensor>();
  plot_->setData(shown);
  card_->show({shapeLabel(tensor),
               tr("%1 values").arg(numberText(static_cast<double>(tensor.elements()), 15)),
               dtypeLabel(tensor),
               {},
               [tensor] { return tensor; }});
  makeControls();
  showSlice();
}

void TensorView::showSlice() {
  const TensorSlice& slice = plot_->slice();
  for (qsizetype axis = 0; axis < indices_.size(); ++axis) {
    const QSignalBlocker quiet(indices_[axis].box);
    const auto index = static_cast<std::size_t>(axis);
    indices_[axis].box->setValue(static_cast<int>(slice.at[index]));
    indices_[axis].field->setVisible(index != slice.row_axis && index != slice.column_axis);
  }
  if (rows_) rows_->setCurrentIndex(static_cast<int>(slice.row_axis));
  if (columns_) columns_->setCurrentIndex(static_cast<int>(slice.column_axis));
  colours_->setCurrentIndex(plot_->middleOnly() ? 1 : 0);
  Q_EMIT captionChanged();
}

// Choosing for one side what the other one has exchanges the two.
void TensorView::axesChosen() {
  TensorSlice slice = plot_->slice();
  const auto rows = static_cast<std::size_t>(rows_->currentIndex());
  const auto columns = static_cast<std::size_t>(columns_->currentIndex());
  if (rows == columns) {
    std::swap(slice.row_axis, slice.column_axis);
  } else {
    slice.row_axis = rows;
    slice.column_axis = columns;
  }
  plot_->setSlice(slice);
  plot_->fit();
  showSlice();
  Q_EMIT optionsChanged();
}

void TensorView::indexChosen() {
  TensorSlice slice = plot_->slice();
  for (std::size_t axis = 0; axis < slice.at.size(); ++axis) {
    const auto at = static_cast<qsizetype>(axis);
    slice.at[axis] = static_cast<std::uint64_t>(indices_[at].box->value());
  }
  plot_->setSlice(slice);
  Q_EMIT captionChanged();
  Q_EMIT optionsChanged();
}

void TensorView::setOptions(const nlohmann::json& options) {
  TensorSlice slice = plot_->slice();
  if (const auto rows = options.find("rows"); rows != options.end()) {
    slice.row_axis = indexOf(*rows, slice.row_axis);
  }
  if (const auto columns = options.find("columns"); columns != options.end()) {
    slice.column_axis = indexOf(*columns, slice.column_axis);
  }
  if (const auto at = options.find("at"); at != options.end() && at->is_array()) {
    for (std::size_t axis = 0; axis < std::min(at->size(), slice.at.size()); ++axis) {
      slice.at[axis] = indexOf((*at)[axis], slice.at[axis]);
    }
  }
  plot_->setSlice(slice);
  plot_->setOptions(options);
  showSlice();
}

nlohmann::json TensorView::options() const {
  nlohmann::json options = plot_->options();
  const TensorSlice& slice = plot_->slice();
  if (plot_->tensor().rank() >= 2) {
    options["rows"] = slice.row_axis;
    options["columns"] = slice.column_axis;
    options["at"] = slice.at;
  }
  return options;
}

void TensorView::paint(QPainter& painter, const QSizeF& size, const Theme& theme) const {
  plot_->paint(painter, size, theme);
}

QSizeF TensorView::naturalSize(double width) const {
  return plot_->naturalSize(width);
}

QString TensorView::caption() const {
  const Tensor& tensor = plot_->tensor();
  QStringList parts{shapeLabel(tensor) + QStringLiteral(", ") + dtypeLabel(tensor)};
  const TensorSlice& slice = plot_->slice();
  if (tensor.rank() > 2) {
    QStringList indices;
    for (std::size_t axis = 0; axis < tensor.rank(); ++axis) {
      const bool runs = axis == slice.row_axis || axis == slice.column_axis;
      indices << (runs ? QStringLiteral(":") : QString::number(slice.at[axis]));
    }
    parts << QStringLiteral("[%1]").arg(indices.join(QStringLiteral(", ")));
  }
  const QString drawn = plot_->caption();
  if (!drawn.isEmpty()) parts << drawn;
  return parts.join(QStringLiteral(" · "));
}

void TensorView::fit() {
  plot_->fit();
}

}  // namespace lineament::views
