// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>

#include "app/window/data_store.h"
#include "app/window/project_session.h"
#include "views/common/surroundings.h"

namespace lineament::app {

// What views may ask about the open project.
class ViewSurroundings : public views::Surroundings {
  Q_OBJECT

 public:
  ViewSurroundings(JobQueue& jobs, ProjectSession& session, DataStore& store, QObject* parent);

  void list(Kind kind, QObject* receiver, Listed listed) override;
  void load(std::int64_t id, const Crs& system, QObject* receiver, Loaded loaded) override;
  std::function<ToDegrees()> toDegrees(const Crs& crs) const override;

 private:
  using Summaries = QHash<Id, nlohmann::json>;
  QList<Item> itemsOf(Kind kind) const;  // as far as their summaries are known
  void bring(const Data& data, const Crs& system, QObject* receiver, Loaded loaded);
  void forgetSources(const project::ChangeSet& changes);

  JobQueue& jobs_;
  ProjectSession& session_;
  DataStore& store_;
  Summaries sources_;  // results have theirs in the project; null: cannot be read
};

}  // namespace lineament::app
