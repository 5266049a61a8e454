// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/parameter_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include "core/analysis/parameters.h"
#include "core/base/outcome.h"
#include "views/common/roomy_rows.h"
#include "views/common/theme.h"

namespace lineament::app {
namespace {

QString fallbackText(const Parameter& parameter) {
  return parameter.required ? QString() : QString::fromStdString(textOf(parameter.fallback));
}

QString capitalised(QString sentence) {
  if (!sentence.isEmpty()) sentence[0] = sentence[0].toUpper();
  return sentence;
}

class FlagField : public ParameterField {
 public:
  explicit FlagField(const Parameter& parameter) : ParameterField(parameter) {
    box_ = new QCheckBox(QString::fromStdString(parameter.title), this);
    box_->setChecked(fallbackText(parameter) == QLatin1String("true"));
    connect(box_, &QCheckBox::toggled, this, &ParameterField::edited);
    place(box_);
  }
  QString text() const override { return box_->isChecked() ? "true" : "false"; }
  void setText(const QString& text) override { box_->setChecked(text == QLatin1String("true")); }
  QWidget* control() const override { return box_; }

 private:
  QCheckBox* box_;
};

class ChoiceField : public ParameterField {
 public:
  explicit ChoiceField(const Parameter& parameter) : ParameterField(parameter) {
    box_ = new QComboBox(this);
    for (const Parameter::Choice& choice : parameter.choices) {
      box_->addItem(QString::fromStdString(choice.title.empty() ? choice.value : choice.title),
                    QString::fromStdString(choice.value));
      box_->setItemData(box_->count() - 1, QString::fromStdString(choice.help), Qt::ToolTipRole);
    }
    box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setText(fallbackText(parameter));
    connect(box_, &QComboBox::currentIndexChanged, this, &ParameterField::edited);
    place(box_);
  }
  QString text() const override { return box_->currentData().toString(); }
  void setText(const QString& text) override { box_->setCurrentIndex(box_->findData(text)); }
  QWidget* control() const override { return box_; }

 private:
  QComboBox* box_;
};

// Numbers are typed, not spun: the range may span decades and the step is nobody's business.
class TextField : public ParameterField {
 public:
  explicit TextField(const Parameter& parameter) : ParameterField(parameter) {
    line_ = new QLineEdit(this);
    line_->setAcceptDrops(false);  // files are dropped on the window, never into a field
    line_->setPlaceholderText(fallbackText(parameter));
    connect(line_, &QLineEdit::textChanged, this, &ParameterField::edited);
    place(line_);
  }
  QString text() const override { return line_->text().trimmed(); }
  void setText(const QString& text) override {
    line_->setText(text == fallbackText(parameter()) ? QString() : text);
  }
  QWidget* control() const override { return line_; }

 private:
  QLineEdit* line_;
};

class ColumnField : public ParameterField {
 public:
  explicit ColumnField(const Parameter& parameter) : ParameterField(parameter) {
    box_ = new QComboBox(this);
    box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box_->setPlaceholderText(tr("Choose a column"));
    connect(box_, &QComboBox::currentIndexChanged, this, &ParameterField::edited);
    place(box_);
    setColumns({});
  }
  QString text() const override { return box_->currentData().toString(); }
  void setText(const QString& text) override { box_->setCurrentIndex(box_->findData(text)); }
  QWidget* control() const override { return box_; }
  void setColumns(const QList<ColumnChoice>& columns) override {
    const QString kept = text().isEmpty() ? fallbackText(parameter()) : text();
    const QSignalBlocker quiet(box_);
    box_->clear();
    if (!parameter().required) box_->addItem(tr("None"), QString());
    for (const ColumnChoice& column : columns) {
      box_->addItem(column.name, column.name);
      box_->setItemData(box_->count() - 1, column.type, Qt::ToolTipRole);
    }
    const int found = box_->findData(kept);
    box_->setCurrentIndex(found >= 0 ? found : (parameter().required ? -1 : 0));
    Q_EMIT edited();
  }

 private:
  QComboBox* box_;
};

// Quoted where the list's own separator stands in the name, as parameterFromText() reads it.
QString listed(const QString& name) {
  return name.contains(',') ? QString("\"%1\"").arg(name) : name;
}

class ColumnsField : public ParameterField {
 public:
  explicit ColumnsField(const Parameter& parameter) : ParameterField(parameter) {
    list_ = new QListWidget(this);
    list_->setFixedHeight(kListHeight);
    list_->setItemDelegate(new views::RoomyRows(kRowHeight, list_));
    list_->setUniformItemSizes(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(list_, &QListWidget::itemChanged, this, [this] {
      count();
      Q_EMIT edited();
    });
    place(list_);
    count_ = new QLabel(this);
    count_->setForegroundRole(QPalette::PlaceholderText);
    layout()->addWidget(count_);
    count();
  }
  QString text() const override { return checked().join(','); }
  void setText(const QString& text) override {
    const auto names = settle([&] { return parameterFromText(parameter(), text.toStdString()); });
    const ParameterValue* value = valueOf(names);
    const auto* wanted = value ? std::get_if<std::vector<std::string>>(value) : nullptr;
    for (int row = 0; row < list_->count(); ++row) {
      const std::string name = list_->item(row)->text().toStdString();
      const bool on = wanted && std::find(wanted->begin(), wanted->end(), name) != wanted->end();
      list_->item(row)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
  }
  QWidget* control() const override { return list_; }
  void setColumns(const QList<ColumnChoice>& columns) override {
    const QString kept = text();
    const QSignalBlocker quiet(list_);
    list_->clear();
    for (const ColumnChoice& column : columns) {
      auto* item = new QListWidgetItem(column.name, list_);
      item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
      item->setToolTip(column.type);
      item->setCheckState(Qt::Unchecked);
    }
    setText(kept);
    count();
    Q_EMIT edited();
  }

 private:
  static constexpr int kRowHeight = 22;
  static constexpr int kListHeight = 6 * kRowHeight + 4;

  QStringList checked() const {
    QStringList names;
    for (int row = 0; row < list_->count(); ++row) {
      const QListWidgetItem* item = list_->item(row);
      if (item->checkState() == Qt::Checked) names << listed(item->text());
    }
    return names;
  }
  void count() {
    const auto chosen = static_cast<int>(checked().size());
    count_->setText(chosen == 0 ? tr("None ticked: all that fit") : tr("%n chosen", "", chosen));
  }

  QListWidget* list_;
  QLabel* count_;
};

}  // namespace

std::unique_ptr<ParameterField> ParameterField::make(const Parameter& parameter) {
  switch (parameter.type) {
    case Parameter::Type::boolean:
      return std::make_unique<FlagField>(parameter);
    case Parameter::Type::choice:
      return std::make_unique<ChoiceField>(parameter);
    case Parameter::Type::column:
      return std::make_unique<ColumnField>(parameter);
    case Parameter::Type::columns:
      return std::make_unique<ColumnsField>(parameter);
    case Parameter::Type::integer:
    case Parameter::Type::real:
    case Parameter::Type::text:
      break;
  }
  return std::make_unique<TextField>(parameter);
}

ParameterField::ParameterField(const Parameter& parameter) : parameter_(parameter) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
}

void ParameterField::place(QWidget* control) {
  control->setToolTip(describe(parameter_));
  control->setAccessibleName(QString::fromStdString(parameter_.title));
  control->setAccessibleDescription(describe(parameter_));
  auto* line = new QHBoxLayout;
  line->setSpacing(8);
  line->addWidget(control, 1);
  if (!parameter_.unit.empty()) {
    line->addWidget(new QLabel(QString::fromStdString(parameter_.unit), this));
  }
  auto* column = static_cast<QVBoxLayout*>(layout());
  column->addLayout(line);
  problem_ = new QLabel(this);
  problem_->setWordWrap(true);
  problem_->hide();
  column->addWidget(problem_);
}

QString ParameterField::problem() const {
  if (text().isEmpty()) {
    return parameter_.required ? tr("Needs a value") : QString();
  }
  // The type and the range are checked where the command line checks them.
  Declaration alone;
  alone.parameters.push_back(parameter_);
  const auto checked = settle([&] {
    return Parameters::fromText(alone, {{parameter_.id, text().toStdString()}});
  });
  const Error* error = errorOf(checked);
  return error ? capitalised(QString::fromStdString(error->found())) : QString();
}

void ParameterField::showProblem() {
  const QString sentence = problem();
  problem_->setText(sentence);
  problem_->setStyleSheet(QString("color: %1").arg(views::theme().error.name()));
  problem_->setVisible(!sentence.isEmpty());
}

QString describe(const Parameter& parameter) {
  QStringList sentences;
  const auto add = [&](const QString& sentence) {
    if (sentence.isEmpty()) return;
    sentences << (sentence.endsWith('.') ? sentence : sentence + '.');
  };
  add(QString::fromStdString(parameter.help));
  const QString range = QString::fromStdString(rangeText(parameter));
  const QString unit = QString::fromStdString(parameter.unit);
  if (parameter.type != Parameter::Type::choice && !range.isEmpty()) {
    add(unit.isEmpty() ? ParameterField::tr("Range: %1").arg(range)
                       : ParameterField::tr("Range: %1 %2").arg(range, unit));
  }
  const QString fallback = fallbackText(parameter);
  if (!fallback.isEmpty()) add(ParameterField::tr("Default: %1").arg(fallback));
  return sentences.join(' ');
}

}  // namespace lineament::app
