// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/window/settings.h"

class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace lineament::app {

// What a person can choose for the program. Every choice is kept and said at once; there is nothing
// to confirm.
class SettingsDialog : public QDialog {
  Q_OBJECT

 public:
  explicit SettingsDialog(QWidget* parent);

  void showTheme();  // after it was chosen elsewhere

 Q_SIGNALS:
  void chosen();  // the settings have changed

 private:
  template <class Change>
  void keep(const Change& change);
  QComboBox* themeBox();
  QComboBox* coloursBox();
  QSpinBox* threadsBox();
  QDoubleSpinBox* memoryBox();

  Settings settings_;
  QComboBox* theme_ = nullptr;
};

}  // namespace lineament::app
