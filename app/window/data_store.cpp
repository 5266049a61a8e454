// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/data_store.h"

#include "core/project/flow.h"

namespace lineament::app {
namespace {

constexpr qsizetype kMostKept = 16;

}  // namespace

DataStore::DataStore(JobQueue& jobs, ProjectSession& session, QObject* parent)
    : QObject(parent), jobs_(jobs), session_(session) {
  connect(&session, &ProjectSession::replaced, this, [this] {
    data_.clear();
    used_.clear();
    waiting_.clear();
  });
}

void DataStore::load(Id id, QObject* receiver, std::function<void(const Data&)> done) {
  const auto found = data_.constFind(id);
  if (found != data_.cend()) {
    used_.removeOne(id);
    used_.append(id);
    const Data data = *found;  // `done` may change the store
    done(data);
    return;
  }
  const bool under_way = waiting_.contains(id);
  waiting_[id].append({receiver, std::move(done)});
  if (!under_way) start(id);
}

void DataStore::start(Id id) {
  const auto name = settle([&] { return nameOf(session_.project(), id); });
  if (const Error* error = errorOf(name)) {
    waiting_.remove(id);
    Q_EMIT failed(id, *error);
    return;
  }
  const std::shared_ptr<project::Project> project = session_.shared();
  jobs_.start(
      {.title = tr("Load %1").arg(*valueOf(name)), .depends_on = {QString::number(id)}},
      [project, id](const Context& context) { return project::loadItem(*project, id, context); },
      this,
      [this, id, project](const Outcome<Data>& outcome) {
        if (project == session_.shared()) arrived(id, outcome);
      });
}

void DataStore::arrived(Id id, const Outcome<Data>& outcome) {
  const QList<Waiting> waiting = waiting_.take(id);
  if (const Error* error = errorOf(outcome)) Q_EMIT failed(id, *error);
  const Data* data = valueOf(outcome);
  if (!data) return;
  keep(id, *data);
  for (const Waiting& one : waiting) {
    if (one.receiver) one.done(*data);
  }
}

void DataStore::keep(Id id, const Data& data) {
  data_.insert(id, data);
  used_.removeOne(id);
  used_.append(id);
  while (used_.size() > kMostKept) data_.remove(used_.takeFirst());
}

void DataStore::forget(Id id) {
  data_.remove(id);
  used_.removeOne(id);
}

QString nameOf(const project::Project& project, Id id) {
  for (const project::Source& source : project.sources()) {
    if (source.id == id) return QString::fromStdString(source.name);
  }
  const project::Result result = project.result(id);
  return nameOf(project.run(result.run), result);
}

QString nameOf(const project::Run& run, const project::Result& result) {
  return DataStore::tr("%1: %2").arg(QString::fromStdString(run.title),
                                     QString::fromStdString(result.title));
}

}  // namespace lineament::app
