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
          [this] { QGuiApplication::clipboard()->setText(figure().copied()); });
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
  });
  line_->addStretch(1);
  auto* label = new QLabel(tr("Colours over"), bar_);
  label->setBuddy(colours_);
  line_->addWidget(label);
  line_->addWidget(colours_);
}

QString TensorView::axisName(std::size_t axis) const {
  const Tensor& tensor = figure().tensor();
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
  const std::size_t rank = figure().tensor().rank();
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
    const std::uint64_t last = std::max<std::uint64_t>(figure().tensor().shape()[axis], 1) - 1;
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

const TensorFigure& TensorView::figure() const {
  return plot_->figure();
}

void TensorView::setBackground(Background& background) {
  View::setBackground(background);
  plot_->setBackground(background);
}

void TensorView::setData(const Data& shown) {
  plot_->setData(shown);
  const Tensor& tensor = figure().tensor();
  card_->show({.name = shapeLabel(tensor.shape()),
               .shape = tr("%1 values").arg(numberText(static_cast<double>(tensor.elements()), 15)),
               .dtype = dtypeLabel(tensor.dtype()),
               .note = {},
               .matrix = matrixShape(tensor.shape()),
               .values = [tensor] { return tensor; },
               .summary = {},
               .spectrum = {},
               .problem = {},
               .spectrum_problem = {}},
              background());
  makeControls();
  showSlice();
}

void TensorView::showSlice() {
  const TensorSlice& slice = figure().slice();
  for (qsizetype axis = 0; axis < indices_.size(); ++axis) {
    const QSignalBlocker quiet(indices_[axis].box);
    const auto index = static_cast<std::size_t>(axis);
    indices_[axis].box->setValue(static_cast<int>(slice.at[index]));
    indices_[axis].field->setVisible(index != slice.row_axis && index != slice.column_axis);
  }
  if (rows_) rows_->setCurrentIndex(static_cast<int>(slice.row_axis));
  if (columns_) columns_->setCurrentIndex(static_cast<int>(slice.column_axis));
  colours_->setCurrentIndex(figure().middleOnly() ? 1 : 0);
  Q_EMIT captionChanged();
}

// Choosing for one side what the other one has exchanges the two.
void TensorView::axesChosen() {
  TensorSlice slice = figure().slice();
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
  TensorSlice slice = figure().slice();
  for (std::size_t axis = 0; axis < slice.at.size(); ++axis) {
    const auto at = static_cast<qsizetype>(axis);
    slice.at[axis] = static_cast<std::uint64_t>(indices_[at].box->value());
  }
  plot_->setSlice(slice);
  Q_EMIT captionChanged();
  Q_EMIT optionsChanged();
}

void TensorView::setOptions(const nlohmann::json& options) {
  plot_->setOptions(options);
  showSlice();
}

void TensorView::setSelection(const Selection& selection) {
  plot_->setSelection(selection);
}

void TensorView::fit() {
  plot_->fit();
}

}  // namespace lineament::views
