// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "views/attention/attention_options.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace lineament::views {

// Asks for the magnitudes that the weakest and the strongest colour stand for. Is gone when it is
// closed.
class LimitsDialog : public QDialog {
  Q_OBJECT

 public:
  LimitsDialog(const AttentionOptions::Range& now, QWidget* parent);

 Q_SIGNALS:
  void chosen(double low, double high);

 private:
  void check();  // whether the two are limits

  QLineEdit *low_ = nullptr, *high_ = nullptr;
  QLabel* problem_ = nullptr;
  QPushButton* accept_ = nullptr;
};

}  // namespace lineament::views
