// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/limits_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <cmath>

namespace lineament::views {

namespace {

// As it is typed, with a point or a comma.
double numberOf(const QLineEdit& field) {
  bool number = false;
  const double value = field.text().trimmed().replace(u',', u'.').toDouble(&number);
  return number ? value : std::nan("");
}

}  // namespace

LimitsDialog::LimitsDialog(const AttentionOptions::Range& now, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Limits of the colours"));
  setAttribute(Qt::WA_DeleteOnClose);
  auto* form = new QFormLayout(this);
  low_ = new QLineEdit(QString::number(now.low), this);
  high_ = new QLineEdit(QString::number(now.high), this);
  low_->setToolTip(tr("Where a logarithmic ramp begins; 0: a share of the largest"));
  form->addRow(tr("Weakest colour"), low_);
  form->addRow(tr("Strongest colour"), high_);
  problem_ = new QLabel(this);
  form->addRow(problem_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  accept_ = buttons->button(QDialogButtonBox::Ok);
  accept_->setText(tr("Apply"));
  form->addRow(buttons);
  for (const QLineEdit* field : {low_, high_}) {
    connect(field, &QLineEdit::textChanged, this, &LimitsDialog::check);
  }
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(buttons, &QDialogButtonBox::accepted, this, [this] {
    Q_EMIT chosen(numberOf(*low_), numberOf(*high_));
    accept();
  });
  check();
}

void LimitsDialog::check() {
  const double low = numberOf(*low_), high = numberOf(*high_);
  const bool right = low >= 0 && high > low && std::isfinite(high);
  accept_->setEnabled(right);
  problem_->setText(right ? QString() : tr("Two magnitudes, the second one larger"));
}

}  // namespace lineament::views
