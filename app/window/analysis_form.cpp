// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/analysis_form.h"

#include <QComboBox>
#include <QFormLayout>
#include <QFrame>
#include <QLabel>
#include <QScrollArea>
#include <QSet>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/window/clamped_label.h"
#include "app/window/primary_button.h"
#include "core/analysis/parameters.h"
#include "core/base/outcome.h"

namespace lineament::app {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QLabel* mutedLabel(const QString& words, QWidget* parent) {
  auto* label = new QLabel(words, parent);
  label->setWordWrap(true);
  label->setForegroundRole(QPalette::PlaceholderText);
  return label;
}

QFormLayout* makeForm(QWidget* parent) {
  auto* form = new QFormLayout(parent);
  form->setContentsMargins(0, 0, 0, 0);
  form->setVerticalSpacing(8);
  form->setHorizontalSpacing(12);
  form->setRowWrapPolicy(QFormLayout::DontWrapRows);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
  return form;
}

}  // namespace

AnalysisForm::AnalysisForm(QWidget* parent) : QWidget(parent) {
  outer_ = new QVBoxLayout(this);
  outer_->setContentsMargins(12, 12, 12, 12);
  outer_->setSpacing(8);
  chooser_ = new QComboBox(this);
  chooser_->setObjectName("analysis");
  chooser_->setPlaceholderText(tr("Choose an analysis"));
  chooser_->setAccessibleName(tr("Analysis"));
  chooser_->setMinimumHeight(28);
  connect(chooser_, &QComboBox::activated, this,
          [this] { Q_EMIT analysisWanted(chooser_->currentData().toString()); });
  outer_->addWidget(chooser_);
  outer_->addStretch(1);
}

void AnalysisForm::offer(const Catalogue& catalogue) {
  chooser_->clear();
  for (const auto& analysis : catalogue.analyses()) {
    const Declaration& declaration = analysis->declaration();
    chooser_->addItem(text(declaration.title), text(declaration.id));
    chooser_->setItemData(chooser_->count() - 1, text(declaration.summary), Qt::ToolTipRole);
  }
  chooser_->setCurrentIndex(-1);
}

void AnalysisForm::standAlone(const QString& verb) {
  chooser_->hide();
  verb_ = verb;
}

void AnalysisForm::clear() {
  delete page_;
  page_ = nullptr;
  inputs_.clear();
  parameters_.clear();
}

void AnalysisForm::setDeclaration(const Declaration& declaration) {
  clear();
  declaration_ = declaration;
  page_ = new QWidget(this);
  auto* page = new QVBoxLayout(page_);
  page->setContentsMargins(0, 0, 0, 0);
  page->setSpacing(12);
  outer_->insertWidget(1, page_, 100);
  chooser_->setCurrentIndex(chooser_->findData(text(declaration.id)));

  makeHead();
  auto* scroll = new QScrollArea(page_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* content = new QWidget(scroll);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 4, 0);
  column->setSpacing(8);
  auto* plain = makeForm(nullptr);
  column->addLayout(plain);

  more_ = new QToolButton(content);
  more_->setText(tr("More"));
  more_->setCheckable(true);
  more_->setAutoRaise(true);
  more_->setArrowType(Qt::RightArrow);
  more_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  more_page_ = new QWidget(content);
  auto* advanced = makeForm(more_page_);
  more_page_->hide();
  connect(more_, &QToolButton::toggled, this, [this](bool open) {
    more_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    more_page_->setVisible(open);
  });
  column->addWidget(more_);
  column->addWidget(more_page_);
  column->addStretch(1);
  scroll->setWidget(content);
  page->addWidget(scroll, 1);

  makeInputs(plain);
  makeParameters(plain, advanced);
  makeFoot();
  setChoices(choices_);
  showFitting();
}

void AnalysisForm::makeHead() {
  constexpr int kSummaryLines = 3;
  constexpr int kSourceLines = 2;
  page_->layout()->addWidget(
      new ClampedLabel(text(declaration_.summary), kSummaryLines, QPalette::WindowText, page_));
  if (!declaration_.source.empty()) {
    page_->layout()->addWidget(new ClampedLabel(text(declaration_.source), kSourceLines,
                                                QPalette::PlaceholderText, page_));
  }
  auto* rule = new QFrame(page_);
  rule->setFrameShape(QFrame::HLine);
  rule->setFrameShadow(QFrame::Plain);
  rule->setForegroundRole(QPalette::Mid);
  page_->layout()->addWidget(rule);
}

void AnalysisForm::makeInputs(QFormLayout* form) {
  for (const Input& input : declaration_.inputs) {
    auto* field = new InputField(input);
    field->setObjectName("input." + text(input.id));
    auto* label = new QLabel(text(input.title));
    label->setBuddy(field->control());
    form->addRow(label, field);
    connect(field, &InputField::edited, this, [this, field] { inputEdited(field); });
    inputs_.append(field);
  }
}

void AnalysisForm::makeParameters(QFormLayout* plain, QFormLayout* advanced) {
  for (const Parameter& parameter : declaration_.parameters) {
    ParameterField* field = ParameterField::make(parameter).release();
    field->setObjectName("parameter." + text(parameter.id));
    QFormLayout* form = parameter.advanced ? advanced : plain;
    if (parameter.type == Parameter::Type::boolean) {
      form->addRow(field);  // the box says its own title
    } else {
      auto* label = new QLabel(text(parameter.title));
      label->setBuddy(field->control());
      label->setToolTip(describe(parameter));
      form->addRow(label, field);
    }
    parameters_.append({field, form});
    giveColumns(field);
    connect(field, &ParameterField::edited, this, [this, field] {
      field->showProblem();
      parameterEdited();
    });
  }
}

void AnalysisForm::makeFoot() {
  missing_ = mutedLabel({}, page_);
  missing_->setVisible(false);
  page_->layout()->addWidget(missing_);
  run_ = new PrimaryButton(verb_.isEmpty() ? tr("Run") : verb_, page_);
  run_->setObjectName("run");
  if (verb_.isEmpty()) {
    run_->setToolTip(
        tr("Run this analysis (%1)")
            .arg(QKeySequence(Qt::CTRL | Qt::Key_Return).toString(QKeySequence::NativeText)));
  }
  connect(run_, &QPushButton::clicked, this, &AnalysisForm::run);
  page_->layout()->addWidget(run_);
}

void AnalysisForm::setChoices(const QList<DataChoice>& choices) {
  choices_ = choices;
  for (InputField* field : std::as_const(inputs_)) field->setChoices(choices);
}

void AnalysisForm::setColumns(const QString& data_id, const QList<ColumnChoice>& columns) {
  columns_[data_id] = columns;
  for (const Row& row : std::as_const(parameters_)) {
    const Parameter& parameter = row.field->parameter();
    for (const InputField* input : std::as_const(inputs_)) {
      if (input->input().id == parameter.of_input && input->chosen().contains(data_id)) {
        row.field->setColumns(columnsOf(*input));
      }
    }
  }
}

void AnalysisForm::giveColumns(ParameterField* field) {
  for (const InputField* input : std::as_const(inputs_)) {
    if (input->input().id != field->parameter().of_input) continue;
    field->setColumns(columnsOf(*input));
  }
}

// Of all tables that are chosen, each name once.
QList<ColumnChoice> AnalysisForm::columnsOf(const InputField& input) const {
  QList<ColumnChoice> columns;
  QSet<QString> names;
  for (const QString& id : input.chosen()) {
    for (const ColumnChoice& column : columns_.value(id)) {
      if (names.contains(column.name)) continue;
      names.insert(column.name);
      columns.append(column);
    }
  }
  return columns;
}

void AnalysisForm::inputEdited(InputField* field) {
  bool names_columns = false;
  for (const Row& row : std::as_const(parameters_)) {
    if (row.field->parameter().of_input != field->input().id) continue;
    names_columns = true;
    row.field->setColumns(columnsOf(*field));
  }
  for (const QString& id : field->chosen()) {
    if (names_columns && !columns_.contains(id)) Q_EMIT columnsWanted(id);
  }
  missing_->hide();
}

void AnalysisForm::parameterEdited() {
  missing_->hide();
  showFitting();
}

std::map<std::string, ParameterValue, std::less<>> AnalysisForm::values() const {
  std::map<std::string, ParameterValue, std::less<>> values;
  for (const Row& row : parameters_) {
    const Parameter& parameter = row.field->parameter();
    const QString typed = row.field->text();
    auto value = settle([&] { return parameterFromText(parameter, typed.toStdString()); });
    const ParameterValue* good = typed.isEmpty() ? nullptr : valueOf(value);
    values[parameter.id] = good ? *good : parameter.fallback;
  }
  return values;
}

bool AnalysisForm::shown(const ParameterField& field) const {
  return isShown(field.parameter(), values());
}

void AnalysisForm::showFitting() {
  const auto now = values();
  bool any_advanced = false;
  for (const Row& row : std::as_const(parameters_)) {
    const bool fits = isShown(row.field->parameter(), now);
    row.field->setVisible(fits);
    if (QWidget* label = row.form->labelForField(row.field)) label->setVisible(fits);
    if (row.field->parameter().advanced && fits) any_advanced = true;
  }
  more_->setVisible(any_advanced);
  more_page_->setVisible(any_advanced && more_->isChecked());
}

void AnalysisForm::choose(const QString& input, const QString& data_id) {
  for (InputField* field : std::as_const(inputs_)) {
    if (text(field->input().id) == input) field->choose(data_id);
  }
}

void AnalysisForm::set(const QString& parameter, const QString& value) {
  for (const Row& row : std::as_const(parameters_)) {
    if (text(row.field->parameter().id) == parameter) row.field->setText(value);
  }
}

RunRequest AnalysisForm::request() const {
  RunRequest request;
  request.analysis = text(declaration_.id);
  for (const InputField* field : inputs_) {
    if (!field->chosen().isEmpty()) {
      request.inputs.emplace_back(field->input().id, field->chosen());
    }
  }
  for (const Row& row : parameters_) {
    if (row.field->text().isEmpty() || !shown(*row.field)) continue;
    request.settings.emplace_back(row.field->parameter().id, row.field->text().toStdString());
  }
  return request;
}

QStringList AnalysisForm::problems() const {
  QStringList problems;
  const auto add = [&](const std::string& title, const QString& problem) {
    if (!problem.isEmpty()) problems << tr("%1: %2").arg(text(title), problem);
  };
  for (const InputField* field : inputs_) add(field->input().title, field->problem());
  for (const Row& row : parameters_) {
    if (shown(*row.field)) add(row.field->parameter().title, row.field->problem());
  }
  return problems;
}

void AnalysisForm::run() {
  if (!hasDeclaration()) return;
  const QStringList wrong = problems();
  for (const Row& row : std::as_const(parameters_)) row.field->showProblem();
  missing_->setText(wrong.join('\n'));
  missing_->setVisible(!wrong.isEmpty());
  if (wrong.isEmpty()) Q_EMIT runRequested(request());
}

}  // namespace lineament::app
