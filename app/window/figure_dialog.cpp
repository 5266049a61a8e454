// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/figure_dialog.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>

#include "app/window/primary_button.h"

namespace lineament::app {
namespace {

constexpr double kMillimetresPerInch = 25.4;
constexpr double kUnitsPerInch = 96;  // of a view's drawing

QDoubleSpinBox* millimetres(double low, double high, double value, QWidget* parent) {
  auto* box = new QDoubleSpinBox(parent);
  box->setRange(low, high);
  box->setDecimals(1);
  box->setSuffix(FigureDialog::tr(" mm"));
  box->setValue(value);
  return box;
}

QString fileStem(const QString& title) {
  QString stem;
  for (const QChar c : title.toLower()) stem += c.isLetterOrNumber() ? c : QChar('_');
  return stem.isEmpty() ? QString("figure") : stem;
}

}  // namespace

FigureDialog::FigureDialog(views::View& view, const views::FigureRecord& record, QWidget* parent)
    : QDialog(parent), view_(&view), record_(record) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Export figure"));
  auto* form = new QFormLayout;
  form->setVerticalSpacing(8);
  form->setHorizontalSpacing(12);

  preset_ = new QComboBox(this);
  preset_->addItem(tr("One column, 85 mm"), 85.0);
  preset_->addItem(tr("One and a half columns, 114 mm"), 114.0);
  preset_->addItem(tr("Full width, 174 mm"), 174.0);
  preset_->addItem(tr("Free"), 0.0);
  preset_->setCurrentIndex(2);
  width_ = millimetres(20, 1000, 174, this);
  height_ = millimetres(0, 1000, 0, this);
  height_->setSpecialValueText(tr("Natural"));
  dpi_ = new QSpinBox(this);
  dpi_->setRange(72, 1200);
  dpi_->setValue(300);
  dpi_->setSuffix(tr(" dpi"));
  type_ = new QComboBox(this);
  type_->setObjectName("format");
  type_->addItem(tr("PDF, vector"), "pdf");
  type_->addItem(tr("SVG, vector"), "svg");
  type_->addItem(tr("PNG, pixels"), "png");
  size_ = new QLabel(this);
  size_->setForegroundRole(QPalette::PlaceholderText);
  form->addRow(tr("Size"), preset_);
  form->addRow(tr("Width"), width_);
  form->addRow(tr("Height"), height_);
  form->addRow(tr("Resolution"), dpi_);
  form->addRow(tr("Format"), type_);
  form->addRow(QString(), size_);

  auto* save = new PrimaryButton(tr("Export figure…"), this);
  auto* close = new QPushButton(tr("Close"), this);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(close);
  buttons->addWidget(save);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 16, 16, 16);
  column->setSpacing(16);
  column->addLayout(form);
  column->addLayout(buttons);

  connect(preset_, &QComboBox::activated, this, &FigureDialog::presetChosen);
  connect(width_, &QDoubleSpinBox::valueChanged, this, &FigureDialog::refresh);
  connect(height_, &QDoubleSpinBox::valueChanged, this, &FigureDialog::refresh);
  connect(dpi_, &QSpinBox::valueChanged, this, &FigureDialog::refresh);
  connect(type_, &QComboBox::currentIndexChanged, this, &FigureDialog::refresh);
  connect(save, &QPushButton::clicked, this, &FigureDialog::chooseFile);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(&view, &QObject::destroyed, this, &QDialog::close);
  refresh();
}

void FigureDialog::presetChosen() {
  const double width = preset_->currentData().toDouble();
  if (width > 0) width_->setValue(width);
  refresh();
}

// The figure's own paper, which nothing here changes.
std::optional<QSizeF> FigureDialog::page() const {
  return view_ ? view_->figure().pageSize() : std::nullopt;
}

void FigureDialog::refresh() {
  for (QWidget* asks : {static_cast<QWidget*>(preset_), static_cast<QWidget*>(width_),
                        static_cast<QWidget*>(height_)}) {
    asks->setEnabled(!page());
    asks->setToolTip(page() ? tr("A sheet has the size of its paper") : QString());
  }
  const int preset = preset_->findData(width_->value());
  preset_->setCurrentIndex(preset >= 0 ? preset : preset_->count() - 1);
  dpi_->setEnabled(ending() == QLatin1String("png"));
  size_->setText(sizeText());
}

QString FigureDialog::ending() const {
  return type_->currentData().toString();
}

views::FigureFormat FigureDialog::format() const {
  return {.width_mm = width_->value(), .height_mm = height_->value(), .dpi = dpi_->value()};
}

QString FigureDialog::sizeText() const {
  if (!view_) return {};
  const double width = page() ? page()->width() : width_->value();
  double height = page() ? page()->height() : height_->value();
  if (height <= 0) {
    const double units = width / kMillimetresPerInch * kUnitsPerInch;
    height = view_->figure().naturalSize(units).height() / kUnitsPerInch * kMillimetresPerInch;
  }
  const QString paper = tr("%1 × %2 mm").arg(width, 0, 'f', 1).arg(height, 0, 'f', 1);
  if (ending() != QLatin1String("png")) return paper;
  const double dots = dpi_->value() / kMillimetresPerInch;
  return tr("%1, %2 × %3 pixels")
      .arg(paper)
      .arg(std::lround(width * dots))
      .arg(std::lround(height * dots));
}

void FigureDialog::chooseFile() {
  auto* dialog = new QFileDialog(this, tr("Export figure"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix(ending());
  dialog->setNameFilter(QString("%1 (*.%2)").arg(ending().toUpper(), ending()));
  dialog->selectFile(fileStem(record_.title) + '.' + ending());
  connect(dialog, &QFileDialog::fileSelected, this, &FigureDialog::fileChosen);
  dialog->open();
}

}  // namespace lineament::app
