// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <memory>

#include "core/analysis/declaration.h"

class QLabel;

namespace lineament::app {

// A column that a column parameter may name.
struct ColumnChoice {
  QString name;
  QString type;  // "real", "text": shown beside the name
};

// The control of one parameter, made from its declaration. Its value is the text that a person
// would type after KEY= on the command line, so that both ways are checked by the same code.
class ParameterField : public QWidget {
  Q_OBJECT

 public:
  // Boolean, choice, number, text, column or columns, by the parameter's type.
  static std::unique_ptr<ParameterField> make(const Parameter& parameter);

  const Parameter& parameter() const { return parameter_; }

  virtual QString text() const = 0;  // empty: left at its default
  virtual void setText(const QString& text) = 0;
  virtual QWidget* control() const = 0;  // what the label's key goes to

  // For column and columns; keeps what is chosen where the name is still there.
  virtual void setColumns(const QList<ColumnChoice>& columns) { Q_UNUSED(columns); }

  // What is wrong with the value, in a sentence; empty when it is right.
  QString problem() const;

 public Q_SLOTS:
  void showProblem();  // looks again and shows or hides the line under the control

 Q_SIGNALS:
  void edited();

 protected:
  explicit ParameterField(const Parameter& parameter);
  void place(QWidget* control);  // puts the control, its unit and the problem line in order

 private:
  Parameter parameter_;
  QLabel* problem_ = nullptr;
};

// "Learning rate. 0.0001 to 1. Default 0.001." for tooltips and screen readers.
QString describe(const Parameter& parameter);

}  // namespace lineament::app
