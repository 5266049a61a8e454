// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "app/window/analysis_form.h"
#include "app/window/primary_button.h"
#include "core/analysis/parameters.h"

namespace lineament::app {
namespace {

Declaration sampleDeclaration() {
  Declaration declaration;
  declaration.id = "test.fit";
  declaration.title = "Fit a model";
  declaration.summary = "Fits a model to a table.";
  declaration.source = "Gauss, 1809, Theoria motus";
  declaration.inputs = {{"data", "Data", {Kind::table}, "The table to fit"},
                        {"start", "Start from", {Kind::model}, "A model to go on from", false}};
  using Type = Parameter::Type;
  declaration.parameters = {
      {.id = "target",
       .title = "Target",
       .type = Type::column,
       .fallback = std::string(),
       .help = "What is predicted",
       .of_input = "data",
       .required = true},
      {.id = "features",
       .title = "Features",
       .type = Type::columns,
       .fallback = std::vector<std::string>{},
       .help = "What it is predicted from",
       .of_input = "data"},
      {.id = "model",
       .title = "Model",
       .type = Type::choice,
       .fallback = std::string("ols"),
       .help = "Which model",
       .choices = {{"ols", "Least squares", ""}, {"mlp", "Network", ""}}},
      {.id = "rate",
       .title = "Learning rate",
       .type = Type::real,
       .fallback = 0.01,
       .help = "Length of a step",
       .unit = "1/step",
       .lowest = 0,
       .highest = 1,
       .lowest_excluded = true,
       .shown_if = "model=mlp"},
      {.id = "intercept",
       .title = "Intercept",
       .type = Type::boolean,
       .fallback = true,
       .help = "Fit a constant"},
      {.id = "folds",
       .title = "Folds",
       .type = Type::integer,
       .fallback = std::int64_t{5},
       .help = "Parts of the table",
       .lowest = 2,
       .highest = 50,
       .advanced = true},
  };
  return declaration;
}

const QList<DataChoice> kChoices = {{"1", "piles.csv", Kind::table, {}},
                                    {"2", "ridge: model", Kind::model, {}},
                                    {"3", "more.csv", Kind::table, {}}};
const QList<ColumnChoice> kColumns = {{"distance", "real"}, {"a, b", "real"}, {"ppv", "real"}};

QComboBox* comboOf(AnalysisForm& form, const char* name) {
  return form.findChild<QWidget*>(name)->findChild<QComboBox*>();
}

const std::string* setting(const RunRequest& request, std::string_view key) {
  for (const auto& [name, value] : request.settings) {
    if (name == key) return &value;
  }
  return nullptr;
}

}  // namespace

class WindowFormTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyControlHasAName() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    for (QWidget* control : form.findChildren<QWidget*>()) {
      const bool typed = qobject_cast<QComboBox*>(control) || qobject_cast<QLineEdit*>(control) ||
                         qobject_cast<QListWidget*>(control) || qobject_cast<QCheckBox*>(control);
      if (typed) QVERIFY2(!control->accessibleName().isEmpty(), control->metaObject()->className());
    }
  }

  void inputsOfferWhatFits() {
    AnalysisForm form;
    form.setChoices(kChoices);
    form.setDeclaration(sampleDeclaration());
    const QComboBox* data = comboOf(form, "input.data");
    QCOMPARE(data->count(), 2);
    QCOMPARE(data->currentData().toString(), QString("3"));  // the newest
    const QComboBox* start = comboOf(form, "input.start");
    QCOMPARE(start->count(), 2);  // none, and the model
    QVERIFY(start->currentData().toString().isEmpty());
  }

  void aFileIsLikelierThanAResult() {
    AnalysisForm form;
    form.setChoices({{"1", "old.csv", Kind::table, {}, true},
                     {"2", "piles.csv", Kind::table, {}, true},
                     {"3", "ridge: predictions", Kind::table, {}, false}});
    form.setDeclaration(sampleDeclaration());
    QCOMPARE(comboOf(form, "input.data")->currentData().toString(), QString("2"));
  }

  void theChosenInputSurvivesANewOne() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    form.setChoices(kChoices);
    form.choose("data", "1");
    QList<DataChoice> more = kChoices;
    more.append({"4", "third.csv", Kind::table, {}});
    form.setChoices(more);
    QCOMPARE(comboOf(form, "input.data")->currentData().toString(), QString("1"));
  }

  void columnsComeFromTheChosenTable() {
    AnalysisForm form;
    QSignalSpy wanted(&form, &AnalysisForm::columnsWanted);
    form.setDeclaration(sampleDeclaration());
    form.setChoices(kChoices);
    QVERIFY(!wanted.isEmpty());
    QCOMPARE(wanted.last().at(0).toString(), QString("3"));
    form.setColumns("3", kColumns);
    const QComboBox* target = comboOf(form, "parameter.target");
    QCOMPARE(target->count(), 3);  // required: no "none"
    QVERIFY(target->currentText().isEmpty());
    form.setColumns("1", {{"x", "real"}});  // not chosen: changes nothing
    QCOMPARE(target->count(), 3);
  }

  void parametersShowWhereTheirConditionHolds() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    form.show();
    auto* rate = form.findChild<QWidget*>("parameter.rate");
    QVERIFY(rate->isHidden());
    form.set("model", "mlp");
    QVERIFY(!rate->isHidden());
    form.set("model", "ols");
    QVERIFY(rate->isHidden());
  }

  void advancedOnesAreFoldedAway() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    form.show();
    auto* folds = form.findChild<QWidget*>("parameter.folds");
    QVERIFY(!folds->isVisible());
    for (QToolButton* button : form.findChildren<QToolButton*>()) {
      if (button->text() == QLatin1String("More")) button->click();
    }
    QVERIFY(folds->isVisible());
  }

  void aWrongValueIsSaidBesideItsField() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    form.set("model", "mlp");
    auto* rate = form.findChild<ParameterField*>("parameter.rate");
    auto* line = rate->findChild<QLineEdit*>();
    line->setText("0.5");
    QVERIFY(rate->problem().isEmpty());
    line->setText("2");
    QVERIFY(rate->problem().contains("greater than 0"));
    line->setText("0,5");
    QVERIFY(rate->problem().contains("number"));
    line->clear();
    QVERIFY(rate->problem().isEmpty());  // left at the default
  }

  void runWaitsUntilNothingIsMissing() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    QSignalSpy runs(&form, &AnalysisForm::runRequested);
    auto* run = form.findChild<PrimaryButton*>("run");
    run->click();
    QCOMPARE(runs.size(), 0);
    QCOMPARE(form.problems().size(), 2);  // the table and the target
    form.setChoices(kChoices);
    form.setColumns("3", kColumns);
    form.set("target", "ppv");
    run->click();
    QCOMPARE(runs.size(), 1);
  }

  void theRequestReadsAsTheCommandLineWould() {
    AnalysisForm form;
    form.setDeclaration(sampleDeclaration());
    form.setChoices(kChoices);
    form.setColumns("3", kColumns);
    form.set("target", "ppv");
    form.set("features", "\"a, b\",distance");
    form.set("rate", "0.5");  // hidden while the model is ols
    const RunRequest request = form.request();
    QCOMPARE(request.analysis, QString("test.fit"));
    QCOMPARE(request.inputs.size(), 1U);
    QCOMPARE(request.inputs[0].second, QStringList{"3"});
    QVERIFY(!setting(request, "rate"));
    QVERIFY(!setting(request, "folds"));  // at its default
    const Parameters read = Parameters::fromText(form.declaration(), request.settings);
    QCOMPARE(read.text("target"), std::string("ppv"));
    QCOMPARE(read.list("features"), (std::vector<std::string>{"distance", "a, b"}));
    QCOMPARE(read.flag("intercept"), true);
    QCOMPARE(read.integer("folds"), std::int64_t{5});
  }

  void tooltipsTellRangeAndDefault() {
    const Declaration declaration = sampleDeclaration();
    const QString rate = describe(*declaration.findParameter("rate"));
    QVERIFY(rate.contains("Length of a step"));
    QVERIFY(rate.contains("greater than 0"));
    QVERIFY(rate.contains("0.01"));
    QVERIFY(rate.contains("1/step"));
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowFormTest)
#include "window_form_test.moc"
