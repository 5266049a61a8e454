// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QIcon>
#include <QKeySequence>
#include <QList>
#include <QMap>
#include <QObject>
#include <QString>
#include <functional>

class QMenu;
class QMenuBar;
class QWidget;

namespace lineament::app {

// Something a person can do, said once: the menu, the key, the tooltip and the palette are made
// from it.
struct WindowCommand {
  QString id;    // "file.open"
  QString menu;  // title of the menu it stands in; with "/" for a submenu
  QString text;
  QList<QKeySequence> keys = {};
  QString platform_icon = {};  // freedesktop name; may be empty
  QString own_icon = {};       // one of ours; may be empty
  std::function<void()> act = {};
  bool begins_group = false;  // a separator before it
  QString tip = {};           // one sentence; empty: the text
};

// All commands of a window.
class ActionRegistry : public QObject {
  Q_OBJECT

 public:
  ActionRegistry(QMenuBar& bar, QWidget& window);

  QAction* add(const WindowCommand& command);
  // One that exists already (a dock's), under a name and in a menu.
  void adopt(const QString& id, const QString& menu, QAction* action);

  QAction* action(const QString& id) const { return actions_.value(id); }
  const QList<QAction*>& all() const { return order_; }
  QMenu* menu(const QString& path);
  static QString menuOf(const QAction* action);  // for the palette: "Analyse"

  void redrawIcons();  // after the theme changed

 private:
  struct IconNames {
    QString platform, own;
  };
  QMenuBar& bar_;
  QWidget& window_;
  QMap<QString, QMenu*> menus_;
  QMap<QString, QAction*> actions_;
  QMap<QAction*, IconNames> icons_;
  QList<QAction*> order_;
};

}  // namespace lineament::app
