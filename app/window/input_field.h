// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>
#include <QWidget>

#include "core/analysis/declaration.h"

class QComboBox;
class QListWidget;

namespace lineament::app {

// Something of the project that may be given to an analysis.
struct DataChoice {
  QString id;
  QString title;  // "piles.csv", "ridge / model"
  Kind kind = Kind::table;
  QString summary;  // "1,018 rows, 9 columns"
  bool from_file = false;
};

// Chooses the data of one declared input among what fits it: one of a combo box, or several of a
// list where the input takes many.
class InputField : public QWidget {
  Q_OBJECT

 public:
  explicit InputField(const Input& input);

  const Input& input() const { return input_; }
  // Keeps what is chosen where it is still there; else a required input takes the
  // newest file, or the newest result where no file fits.
  void setChoices(const QList<DataChoice>& choices);
  QStringList chosen() const;      // ids, in order
  void choose(const QString& id);  // it alone, where it is among the choices
  QString problem() const;
  QWidget* control() const;

 Q_SIGNALS:
  void edited();

 private:
  static int likeliest(const QList<bool>& from_file);
  bool fits(const DataChoice& choice) const;
  void fillBox(const QList<DataChoice>& choices);
  void fillList(const QList<DataChoice>& choices);

  Input input_;
  QComboBox* box_ = nullptr;
  QListWidget* list_ = nullptr;
};

}  // namespace lineament::app
