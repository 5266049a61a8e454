// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QTimer>

#include "app/window/data_store.h"
#include "app/window/project_session.h"
#include "app/window/view_tabs.h"

namespace lineament::app {

// Remembers in the project which docks and tabs are open, and brings them back with it.
class WindowMemory : public QObject {
  Q_OBJECT

 public:
  WindowMemory(QMainWindow& window, ViewTabs& tabs, ProjectSession& session, DataStore& store);

  void remember();  // now
  void restore();

 Q_SIGNALS:
  void nothingRemembered();  // a project that no window has shown yet

 private:
  nlohmann::json openTabs() const;
  void reopen(const nlohmann::json& tab, bool in_front);

  QMainWindow& window_;
  ViewTabs& tabs_;
  ProjectSession& session_;
  DataStore& store_;
  QTimer soon_;
};

}  // namespace lineament::app
