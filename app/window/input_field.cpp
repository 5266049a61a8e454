// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/input_field.h"

#include <QComboBox>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "views/common/roomy_rows.h"

namespace lineament::app {
namespace {

constexpr int kRowHeight = 22;
constexpr int kListHeight = 3 * kRowHeight + 4;
constexpr int kLeastWidth = 120;

QString kindsText(const Input& input) {
  QStringList kinds;
  for (const Kind kind : input.kinds) {
    const std::string_view text = title(kind);
    kinds << QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toLower();
  }
  return kinds.join(QString(", "));
}

}  // namespace

InputField::InputField(const Input& input) : input_(input) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  if (input.many) {
    list_ = new QListWidget(this);
    list_->setFixedHeight(kListHeight);
    list_->setItemDelegate(new views::RoomyRows(kRowHeight, list_));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(list_, &QListWidget::itemChanged, this, &InputField::edited);
  } else {
    box_ = new QComboBox(this);
    box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    box_->setMinimumWidth(kLeastWidth);
    box_->setPlaceholderText(tr("No %1 in this project").arg(kindsText(input)));
    connect(box_, &QComboBox::currentIndexChanged, this, &InputField::edited);
  }
  control()->setToolTip(QString::fromStdString(input.help));
  control()->setAccessibleName(QString::fromStdString(input.title));
  control()->setAccessibleDescription(QString::fromStdString(input.help));
  column->addWidget(control());
}

QWidget* InputField::control() const {
  return box_ ? static_cast<QWidget*>(box_) : static_cast<QWidget*>(list_);
}

bool InputField::fits(const DataChoice& choice) const {
  return std::find(input_.kinds.begin(), input_.kinds.end(), choice.kind) != input_.kinds.end();
}

void InputField::setChoices(const QList<DataChoice>& choices) {
  if (box_) {
    fillBox(choices);
  } else {
    fillList(choices);
  }
  Q_EMIT edited();
}

// Of the choices on offer, oldest first; -1 where there is none.
int InputField::likeliest(const QList<bool>& from_file) {
  const qsizetype file = from_file.lastIndexOf(true);
  return static_cast<int>(file >= 0 ? file : from_file.size() - 1);
}

void InputField::fillBox(const QList<DataChoice>& choices) {
  const QString kept = box_->currentData().toString();
  const QSignalBlocker quiet(box_);
  box_->clear();
  if (!input_.required) box_->addItem(tr("None"), QString());
  QList<bool> from_file;
  for (const DataChoice& choice : choices) {
    if (!fits(choice)) continue;
    from_file.append(choice.from_file);
    box_->addItem(choice.title, choice.id);
    box_->setItemData(box_->count() - 1, choice.summary, Qt::ToolTipRole);
  }
  const int found = kept.isEmpty() ? -1 : box_->findData(kept);
  const int otherwise = input_.required ? likeliest(from_file) : 0;
  box_->setCurrentIndex(found >= 0 ? found : otherwise);
}

void InputField::fillList(const QList<DataChoice>& choices) {
  const QStringList kept = chosen();
  const QSignalBlocker quiet(list_);
  list_->clear();
  QList<bool> from_file;
  for (const DataChoice& choice : choices) {
    if (!fits(choice)) continue;
    from_file.append(choice.from_file);
    auto* item = new QListWidgetItem(choice.title, list_);
    item->setData(Qt::UserRole, choice.id);
    item->setToolTip(choice.summary);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(kept.contains(choice.id) ? Qt::Checked : Qt::Unchecked);
  }
  const int likely = likeliest(from_file);
  if (input_.required && likely >= 0 && chosen().isEmpty()) {
    list_->item(likely)->setCheckState(Qt::Checked);
  }
}

QStringList InputField::chosen() const {
  if (box_) {
    const QString id = box_->currentData().toString();
    return id.isEmpty() ? QStringList() : QStringList(id);
  }
  QStringList ids;
  for (int row = 0; row < list_->count(); ++row) {
    if (list_->item(row)->checkState() != Qt::Checked) continue;
    ids << list_->item(row)->data(Qt::UserRole).toString();
  }
  return ids;
}

void InputField::choose(const QString& id) {
  if (box_) {
    const int found = box_->findData(id);
    if (found >= 0) box_->setCurrentIndex(found);
    return;
  }
  for (int row = 0; row < list_->count(); ++row) {
    QListWidgetItem* item = list_->item(row);
    const bool wanted = item->data(Qt::UserRole).toString() == id;
    item->setCheckState(wanted ? Qt::Checked : Qt::Unchecked);
  }
}

QString InputField::problem() const {
  if (!input_.required || !chosen().isEmpty()) return {};
  return tr("Needs %1").arg(kindsText(input_));
}

}  // namespace lineament::app
