// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QTreeWidget>
#include <map>

#include "app/window/project_session.h"

namespace lineament::app {

// What the project holds: sources, runs with their results, figures, report pages.
class ProjectTree : public QTreeWidget {
  Q_OBJECT

 public:
  enum class Type { group, source, run, result, figure, report_item };

  ProjectTree(ProjectSession& session, QWidget* parent);

  void rebuild();
  void reveal(Type type, Id id);

 Q_SIGNALS:
  void dataWanted(lineament::project::Id id);
  void figureWanted(lineament::project::Id id);
  void logWanted(lineament::project::Id run);
  void rerunWanted(lineament::project::Id run);
  void relinkWanted(lineament::project::Id source);
  void readOptionsWanted(lineament::project::Id source);
  void embedWanted(lineament::project::Id source);
  void analyseWanted(lineament::project::Id id);

 private:
  void addSources();
  void addRuns();
  void addFigures();
  void addReport();
  QTreeWidgetItem* addGroup(const QString& title);
  QTreeWidgetItem* addItem(QTreeWidgetItem* parent, Type type, Id id, const QString& name,
                           const QString& detail, const QString& icon);
  void restoreExpanded();
  void openItem(QTreeWidgetItem* item);
  void rename(QTreeWidgetItem* item);
  void remove(QTreeWidgetItem* item);
  void openMenu(const QPoint& at);
  void sourceMenu(class QMenu& menu, Id id);
  void runMenu(QMenu& menu, Id id);
  void figureMenu(QMenu& menu, Id id);
  void addToReport(project::ReportItem::Type type, Id target);

  ProjectSession& session_;
  std::map<project::Id, QString> run_titles_;  // to read a run again takes milliseconds
  QSet<QString> folded_;
  bool building_ = false;
};

}  // namespace lineament::app
