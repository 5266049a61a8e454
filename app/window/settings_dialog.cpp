// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/settings_dialog.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include "core/base/memory.h"
#include "core/base/parallel.h"

namespace lineament::app {
namespace {

constexpr double kGigabyte = 1e9;
constexpr int kNarrowest = 220;

}  // namespace

SettingsDialog::SettingsDialog(QWidget* parent) : QDialog(parent) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Settings"));
  auto* form = new QFormLayout;
  form->setVerticalSpacing(8);
  form->setHorizontalSpacing(16);
  const auto add = [&](const QString& name, QWidget* box, const QString& tip) {
    box->setToolTip(tip);
    box->setAccessibleName(name);
    box->setMinimumWidth(kNarrowest);
    form->addRow(name, box);
  };
  add(tr("Theme"), themeBox(), tr("The colours of the window; figures in files are always light"));
  add(tr("SHAP colours"), coloursBox(),
      tr("For figures that do not say which they have; blue and gold can be told apart by nearly "
         "everyone"));
  add(tr("Threads"), threadsBox(), tr("How many threads an analysis runs on"));
  add(tr("Memory"), memoryBox(),
      tr("What large steps may take together before they say that they need more"));

  auto* close = new QPushButton(tr("Close"), this);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(close);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 16, 16, 16);
  column->setSpacing(16);
  column->addLayout(form);
  column->addLayout(buttons);
  column->setSizeConstraint(QLayout::SetFixedSize);
}

template <class Change>
void SettingsDialog::keep(const Change& change) {
  change();
  Q_EMIT chosen();
}

void SettingsDialog::showTheme() {
  const QSignalBlocker quiet(theme_);
  theme_->setCurrentIndex(static_cast<int>(settings_.theme()));
}

QComboBox* SettingsDialog::themeBox() {
  auto* box = theme_ = new QComboBox(this);
  box->setObjectName("settings.theme");
  box->addItems({tr("As the system"), tr("Light"), tr("Dark")});  // in the order of ThemeChoice
  box->setCurrentIndex(static_cast<int>(settings_.theme()));
  connect(box, &QComboBox::currentIndexChanged, this, [this](int index) {
    keep([&] { settings_.setTheme(static_cast<Settings::ThemeChoice>(index)); });
  });
  return box;
}

QComboBox* SettingsDialog::coloursBox() {
  auto* box = new QComboBox(this);
  box->setObjectName("settings.colours");
  box->addItems({tr("Red and blue"), tr("Gold and blue, colour-blind safe")});
  box->setCurrentIndex(settings_.safeColours() ? 1 : 0);
  connect(box, &QComboBox::currentIndexChanged, this,
          [this](int index) { keep([&] { settings_.setSafeColours(index == 1); }); });
  return box;
}

QSpinBox* SettingsDialog::threadsBox() {
  auto* box = new QSpinBox(this);
  box->setObjectName("settings.threads");
  box->setRange(0, hardwareThreads());
  box->setSpecialValueText(tr("All of the machine's (%1)").arg(hardwareThreads()));
  box->setValue(settings_.threads());
  connect(box, &QSpinBox::valueChanged, this,
          [this](int threads) { keep([&] { settings_.setThreads(threads); }); });
  return box;
}

QDoubleSpinBox* SettingsDialog::memoryBox() {
  auto* box = new QDoubleSpinBox(this);
  box->setObjectName("settings.memory");
  box->setRange(0, 100'000);
  box->setDecimals(1);
  box->setSingleStep(1);
  box->setSuffix(tr(" GB"));
  box->setSpecialValueText(tr("Three quarters of the machine's"));
  box->setValue(static_cast<double>(settings_.memoryBudget()) / kGigabyte);
  connect(box, &QDoubleSpinBox::valueChanged, this, [this](double gigabytes) {
    keep([&] { settings_.setMemoryBudget(static_cast<std::size_t>(gigabytes * kGigabyte)); });
  });
  return box;
}

}  // namespace lineament::app
