// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <functional>

#include "views/map/map_canvas.h"

class QLineEdit;
class QMenu;

namespace lineament::views {

// How a person changes the classes of a map: a menu for each of them, a field over its name in the
// legend, a dialog for its colour. What is wanted is said; the figure is another's to change.
class ClassEditor : public QObject {
  Q_OBJECT

 public:
  explicit ClassEditor(MapCanvas& canvas);

  void fillMenu(QMenu& menu, std::int64_t value);  // for one class
  void fillMenuOfAll(QMenu& menu);                 // a menu in it for each class
  void rename(std::int64_t value);
  void chooseColour(std::int64_t value);

 Q_SIGNALS:
  // The edits as they are to be, and what the history calls the change.
  void wanted(const QString& what, const lineament::views::ClassEdits& edits);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  using Change = std::function<void(ClassEdits&)>;
  void ask(const QString& what, const Change& change);
  void closeField();
  const ClassEdits& edits() const { return canvas_.figure().choices().edits; }
  void addPatterns(QMenu& menu, const ShownClass& of);
  void addMergers(QMenu& menu, const ShownClass& of, const std::vector<ShownClass>& all);

  MapCanvas& canvas_;
  QPointer<QLineEdit> field_;
};

}  // namespace lineament::views
