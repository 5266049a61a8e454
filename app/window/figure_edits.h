// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <memory>

#include "app/window/project_session.h"
#include "app/window/view_tabs.h"

namespace lineament::app {

// A view's options with those of a figure in their place. A figure may have none at all (null).
nlohmann::json withFigure(nlohmann::json options, const FigureSpec& figure);

// Keeps what a person edits in a view in the figure of the project that it shows, or makes a figure
// for it; and shows what undo and redo make of the figure.
class FigureEdits : public QObject {
  Q_OBJECT

 public:
  FigureEdits(ProjectSession& session, ViewTabs& tabs, QObject* parent);

 private:
  struct Kept;
  void keep(ViewPage* page, const QString& what, bool makes_figure);
  void follow(const project::ChangeSet& changes);
  void showAsKept(ViewPage& page) const;
  std::shared_ptr<Kept> keptOf(ViewPage* page);

  ProjectSession& session_;
  ViewTabs& tabs_;
  QHash<ViewPage*, std::shared_ptr<Kept>> kept_;
};

}  // namespace lineament::app
