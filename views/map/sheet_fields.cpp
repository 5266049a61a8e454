// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_fields.h"

#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <utility>

namespace lineament::views {

namespace {

constexpr int kWidth = 220;

QLabel* labelOf(const QString& title, QWidget* buddy, QWidget* parent) {
  auto* label = new QLabel(title, parent);
  label->setBuddy(buddy);
  return label;
}

}  // namespace

SheetFields::SheetFields(QWidget* parent) : QWidget(parent) {
  setFixedWidth(kWidth);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 8, 12, 12);
  column->setSpacing(4);
  addField("title", &SheetChoices::title, tr("Title"), tr("Map of classes"));
  addField("subtitle", &SheetChoices::subtitle, tr("Subtitle"), tr("Project, area"));
  addField("author", &SheetChoices::author, tr("Author"), {});
  addField("date", &SheetChoices::date, tr("Date"), {});
  addField("sources", &SheetChoices::sources, tr("Data"), tr("Scene, sensor, day"));
  facts_ = new QPlainTextEdit(this);
  facts_->setAccessibleName(tr("Facts"));
  facts_->setToolTip(tr("One on each line: what it is, a colon, its value"));
  facts_->setTabChangesFocus(true);
  facts_->setPlaceholderText(tr("Overall accuracy: 87 %"));
  facts_->installEventFilter(this);
  column->addWidget(labelOf(tr("Facts"), facts_, this));
  column->addWidget(facts_, 1);
  connect(facts_, &QPlainTextEdit::textChanged, this, [this] {
    SheetChoices written;
    written.facts = factsIn(facts_->toPlainText());
    touched_ = true;
    Q_EMIT changed(QStringLiteral("facts"), written.toJson()["facts"]);
  });
}

void SheetFields::addField(const char* key, QString SheetChoices::*text, const QString& title,
                           const QString& example) {
  auto* edit = new QLineEdit(this);
  edit->setObjectName(QString::fromLatin1(key));
  edit->setAccessibleName(title);
  edit->setPlaceholderText(example);
  layout()->addWidget(labelOf(title, edit, this));
  layout()->addWidget(edit);
  fields_.append({key, text, edit});
  connect(edit, &QLineEdit::textEdited, this, [this, key](const QString& now) {
    touched_ = true;
    Q_EMIT changed(QString::fromLatin1(key), now.toStdString());
  });
  connect(edit, &QLineEdit::editingFinished, this, &SheetFields::settle);
}

// What a hand is writing in stays as it is written.
void SheetFields::setChoices(const SheetChoices& choices) {
  for (const Field& field : std::as_const(fields_)) {
    if (field.edit->text() != choices.*field.text) field.edit->setText(choices.*field.text);
  }
  if (factsIn(facts_->toPlainText()) == choices.facts) return;
  const QSignalBlocker quiet(facts_);
  facts_->setPlainText(textOf(choices.facts));
}

QLineEdit* SheetFields::field(const char* key) const {
  return findChild<QLineEdit*>(QString::fromLatin1(key));
}

void SheetFields::settle() {
  if (std::exchange(touched_, false)) Q_EMIT settled();
}

bool SheetFields::eventFilter(QObject* watched, QEvent* event) {
  if (watched == facts_ && event->type() == QEvent::FocusOut) settle();
  return QWidget::eventFilter(watched, event);
}

}  // namespace lineament::views
