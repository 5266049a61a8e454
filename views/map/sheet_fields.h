// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>

#include "views/map/sheet_choices.h"

class QLineEdit;
class QPlainTextEdit;

namespace lineament::views {

// What the title block of a sheet says, to be filled in.
class SheetFields : public QWidget {
  Q_OBJECT

 public:
  explicit SheetFields(QWidget* parent = nullptr);

  void setChoices(const SheetChoices& choices);
  QLineEdit* field(const char* key) const;  // by its option; null where there is none
  QPlainTextEdit& facts() const { return *facts_; }

 Q_SIGNALS:
  void changed(const QString& key, const nlohmann::json& value);  // with each letter
  void settled();                                                 // when the hand has left a field

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Field {
    const char* key;
    QString SheetChoices::*text;
    QLineEdit* edit;
  };
  void addField(const char* key, QString SheetChoices::*text, const QString& title,
                const QString& example);
  void settle();

  QList<Field> fields_;
  QPlainTextEdit* facts_;
  bool touched_ = false;  // since what was settled last
};

}  // namespace lineament::views
