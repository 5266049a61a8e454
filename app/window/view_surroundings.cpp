// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/view_surroundings.h"

#include <map>
#include <memory>
#include <utility>

#include "app/figures/companion_system.h"
#include "core/io/geographic.h"
#include "core/project/flow.h"

namespace lineament::app {

ViewSurroundings::ViewSurroundings(JobQueue& jobs, ProjectSession& session, DataStore& store,
                                   QObject* parent)
    : Surroundings(parent), jobs_(jobs), session_(session), store_(store) {
  connect(&session, &ProjectSession::replaced, this, [this] {
    sources_.clear();
    Q_EMIT changed();
  });
  connect(&session, &ProjectSession::changed, this, [this](const project::ChangeSet& changes) {
    using project::ItemType;
    forgetSources(changes);
    const bool data = changes.touches(ItemType::source) || changes.touches(ItemType::run) ||
                      changes.touches(ItemType::result);
    if (data) Q_EMIT changed();
  });
}

// Their files or options may be others now.
void ViewSurroundings::forgetSources(const project::ChangeSet& changes) {
  for (const project::ChangeSet::Item& item : changes.items) {
    if (item.type == project::ItemType::source) sources_.remove(item.id);
  }
}

QList<views::Surroundings::Item> ViewSurroundings::itemsOf(Kind kind) const {
  QList<Item> items;
  session_.attempt([&](const project::Project& project) {
    const auto add = [&](Id id, const QString& name, const nlohmann::json& summary) {
      if (summary.is_object()) items.append({id, name, project::originOf(id), summary});
    };
    for (const project::Source& source : project.sources()) {
      if (source.kind != kind) continue;
      add(source.id, QString::fromStdString(source.name), sources_.value(source.id));
    }
    std::map<Id, project::Run>
        runs;  // a run takes long to read, and most results are of other kinds
    for (const project::Result& result : project.results()) {
      if (result.kind != kind) continue;
      const auto known = runs.find(result.run);
      const project::Run& run =
          known != runs.end() ? known->second
                              : runs.emplace(result.run, project.run(result.run)).first->second;
      if (!run.hidden) add(result.id, nameOf(run, result), result.summary);
    }
  });
  return items;
}

// A file's header says what is in it, but to read it is to wait for a disk.
void ViewSurroundings::list(Kind kind, QObject* receiver, Listed listed) {
  QList<Id> unknown;
  session_.attempt([&](const project::Project& project) {
    for (const project::Source& source : project.sources()) {
      if (source.kind == kind && !sources_.contains(source.id)) unknown << source.id;
    }
  });
  if (unknown.isEmpty()) return listed(itemsOf(kind));
  const std::shared_ptr<project::Project> project = session_.shared();
  jobs_.start(
      {.title = tr("Look at what else there is"), .lane = Lane::view},
      [project, unknown](const Context& context) {
        Summaries found;
        for (const Id id : unknown) {
          context.checkpoint(0, "Looking at a source");
          const auto data = settle([&] { return project::loadItem(*project, id, context); });
          found[id] = valueOf(data) ? summaryOf(*valueOf(data)) : nlohmann::json();
        }
        return found;
      },
      receiver,
      [this, project, kind, listed = std::move(listed)](const Outcome<Summaries>& outcome) {
        const Summaries* found = valueOf(outcome);
        if (!found || project != session_.shared()) return;
        sources_.insert(*found);
        listed(itemsOf(kind));
      });
}

void ViewSurroundings::load(std::int64_t id, const Crs& system, QObject* receiver, Loaded loaded) {
  store_.load(id, receiver, [this, system, receiver, loaded = std::move(loaded)](const Data& data) {
    differsFrom(system, data) ? bring(data, system, receiver, loaded) : loaded(data);
  });
}

void ViewSurroundings::bring(const Data& data, const Crs& system, QObject* receiver,
                             Loaded loaded) {
  jobs_.start(
      {.title = tr("Bring a layer to the map's coordinates"), .lane = Lane::view},
      [data, system](const Context& context) { return broughtTo(system, data, context); }, receiver,
      [loaded = std::move(loaded)](const Outcome<Data>& outcome) {
        if (const Data* brought = valueOf(outcome)) loaded(*brought);
      });
}

std::function<views::Surroundings::ToDegrees()> ViewSurroundings::toDegrees(const Crs& crs) const {
  return [crs]() -> ToDegrees {
    const auto geographic = std::make_shared<io::Geographic>(crs);
    return [geographic](double x, double y) { return geographic->lonLat(x, y); };
  };
}

}  // namespace lineament::app
