// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>
#include <QString>
#include <functional>

#include "core/base/error.h"

class QLabel;
class QHBoxLayout;
class QPlainTextEdit;
class QVBoxLayout;

namespace lineament::app {

// What a bar says, and what it offers to do about it.
struct Message {
  enum class Severity { information, warning, error };
  struct Remedy {
    QString text;  // "Locate…"
    std::function<void()> act;
  };

  Severity severity = Severity::error;
  QString headline;  // what was asked: "Read piles.csv as a table"
  QString body;      // what was found and where; what to do
  QString details;   // long text behind "Details"; may be empty
  QList<Remedy> remedies;

  static Message of(const Error& error);
};

// One message above the view. It blocks nothing and stays until it is closed or acted on.
class MessageBar : public QFrame {
  Q_OBJECT

 public:
  MessageBar(const Message& message, QWidget* parent);

 Q_SIGNALS:
  void closed();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void makeButtons(const Message& message, QHBoxLayout* line);

  Message::Severity severity_;
  QPlainTextEdit* details_ = nullptr;
};

// The messages of the window, newest on top, three at most; the same one is not said twice.
class MessageArea : public QWidget {
  Q_OBJECT

 public:
  explicit MessageArea(QWidget* parent = nullptr);

  void show(const Message& message);
  void show(const Error& error) { show(Message::of(error)); }
  void clear();
  int count() const { return static_cast<int>(bars_.size()); }

 private:
  struct Bar {
    MessageBar* widget;
    QString said;
  };
  void remove(MessageBar* bar);

  QVBoxLayout* column_;
  QList<Bar> bars_;  // newest first
};

}  // namespace lineament::app
