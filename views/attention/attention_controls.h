// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>
#include <functional>

#include "core/base/json.h"
#include "views/attention/attention_figure.h"
#include "views/common/surroundings.h"

class QBoxLayout;
class QButtonGroup;
class QComboBox;
class QDoubleSpinBox;
class QLayout;
class QMenu;
class QPushButton;
class QSpinBox;

namespace lineament::views {

// What can be chosen about attention, above the view: what is shown, of which layer and head, and
// how weights become colours. Shows what a figure has; says what a person chooses.
class AttentionControls : public QWidget {
  Q_OBJECT

 public:
  explicit AttentionControls(QWidget* parent = nullptr);

  void setStack(const AttentionFigure& figure);  // another one: its layers, heads and measures
  void show(const AttentionFigure& figure);
  void offer(const QList<Surroundings::Item>& others);  // stacks of the same sizes
  // Whether all weights can be read instead of a sample, or are being read.
  void offerAll(bool offered, bool reading);

 Q_SIGNALS:
  void chosen(const nlohmann::json& options);
  void readAllChosen(bool on);

 private:
  using Options = std::function<nlohmann::json()>;

  void makeModes(QLayout& line);
  void makeHeads(QLayout& line);
  void makeOfMode(QLayout& line);
  void makeWeights(QLayout& line);
  QComboBox* addBox(QLayout& line, const QString& name, const QString& tip, Options options);
  QPushButton* addMenu(QLayout& line, const QString& text, const QString& tip,
                       void (AttentionControls::*fill)());
  QBoxLayout* addTogether(QLayout& line, int spacing);
  void fillMinus();
  void fillHeads();
  void fillWeights();
  void addRanges(QMenu& menu);
  void askForLimits();
  void addChoices(QMenu& menu, const QString& title, const char* key,
                  const QList<QPair<QString, QString>>& choices);
  HeadChoice headNow() const;

  AttentionFigure figure_;
  QButtonGroup* modes_ = nullptr;
  QComboBox *layer_ = nullptr, *head_ = nullptr;
  QPushButton *minus_ = nullptr, *linked_ = nullptr, *weights_ = nullptr;
  QComboBox *measure_ = nullptr, *order_ = nullptr;
  QSpinBox* count_ = nullptr;
  QPushButton* all_ = nullptr;
  QWidget* threshold_group_ = nullptr;  // with its name
  QDoubleSpinBox* threshold_ = nullptr;
  QList<Surroundings::Item> others_;
};

}  // namespace lineament::views
