// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <string>
#include <utility>
#include <vector>

#include "app/window/input_field.h"
#include "app/window/parameter_field.h"
#include "core/analysis/catalogue.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace lineament::app {

class PrimaryButton;

// What the form says when it is run.
struct RunRequest {
  QString analysis;
  std::vector<std::pair<std::string, QStringList>> inputs;    // declared input, data ids
  std::vector<std::pair<std::string, std::string>> settings;  // KEY, VALUE as typed
};

// The form of one analysis, generated from its declaration.
class AnalysisForm : public QWidget {
  Q_OBJECT

 public:
  explicit AnalysisForm(QWidget* parent = nullptr);

  void offer(const Catalogue& catalogue);  // in the list at the top
  // Without that list, for one declaration; `verb` is what its button says.
  void standAlone(const QString& verb);
  void setDeclaration(const Declaration& declaration);
  bool hasDeclaration() const { return !declaration_.id.empty(); }
  const Declaration& declaration() const { return declaration_; }

  // What the project holds; each input picks what fits.
  void setChoices(const QList<DataChoice>& choices);
  // The columns of one of those tables, for parameters that name columns of it.
  void setColumns(const QString& data_id, const QList<ColumnChoice>& columns);

  void forgetColumns() { columns_.clear(); }  // another project has other tables

  void choose(const QString& input, const QString& data_id);
  void set(const QString& parameter, const QString& text);

  RunRequest request() const;
  QStringList problems() const;  // empty: can be run

 public Q_SLOTS:
  void run();  // asks for the run, or shows what is missing

 Q_SIGNALS:
  void runRequested(const lineament::app::RunRequest& request);
  void analysisWanted(const QString& id);
  void columnsWanted(const QString& data_id);  // answer with setColumns()

 private:
  struct Row {
    ParameterField* field = nullptr;
    QFormLayout* form = nullptr;
  };

  void clear();
  void makeHead();
  void makeInputs(QFormLayout* form);
  void makeParameters(QFormLayout* plain, QFormLayout* advanced);
  void makeFoot();
  void inputEdited(InputField* field);
  void parameterEdited();
  QList<ColumnChoice> columnsOf(const InputField& input) const;
  void giveColumns(ParameterField* field);
  void showFitting();  // shows the parameters whose condition holds
  std::map<std::string, ParameterValue, std::less<>> values() const;
  bool shown(const ParameterField& field) const;

  Declaration declaration_;
  QList<DataChoice> choices_;
  QMap<QString, QList<ColumnChoice>> columns_;
  QList<InputField*> inputs_;
  QList<Row> parameters_;
  QVBoxLayout* outer_ = nullptr;
  QComboBox* chooser_ = nullptr;
  QWidget* page_ = nullptr;
  QToolButton* more_ = nullptr;
  QWidget* more_page_ = nullptr;
  QLabel* missing_ = nullptr;
  PrimaryButton* run_ = nullptr;
  QString verb_;  // empty: "Run", with its key
};

}  // namespace lineament::app
