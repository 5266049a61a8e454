// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/source_reading.h"

#include <QDialog>
#include <QFileInfo>
#include <QVBoxLayout>
#include <algorithm>

#include "app/window/analysis_form.h"
#include "core/project/flow.h"

namespace lineament::app {
namespace {

constexpr int kFormWidth = 380;
constexpr int kFormHeight = 520;

bool namesAnyOption(const std::string& remedy) {
  return std::ranges::any_of(io::readers(),
                             [&](const auto& reader) { return io::namesOption(*reader, remedy); });
}

}  // namespace

SourceReading::SourceReading(JobQueue& jobs, ProjectSession& session, FileImport& import,
                             QWidget* window)
    : QObject(window), jobs_(jobs), session_(session), import_(import), window_(window) {
  connect(&session, &ProjectSession::replaced, this, [this] {
    known_.clear();
    tried_.clear();
    compare();
  });
  connect(&session, &ProjectSession::changed, this, [this](const project::ChangeSet& changes) {
    if (changes.touches(project::ItemType::source)) compare();
  });
  compare();
}

void SourceReading::compare() {
  QList<Id> others;
  session_.attempt([&](const project::Project& project) {
    for (const project::Source& source : project.sources()) {
      const auto known = known_.constFind(source.id);
      if (known != known_.cend() && *known != source.reader_options) others.append(source.id);
      known_.insert(source.id, source.reader_options);
    }
  });
  for (const Id id : std::as_const(others)) {
    const Tried tried = tried_.take(id);
    if (tried.options == known_.value(id)) {
      Q_EMIT read(id, tried.data);
    } else {
      Q_EMIT outdated(id);
    }
  }
}

void SourceReading::askForSource(Id id) {
  const auto asked = settle([&] {
    const project::Source source = session_.project().source(id);
    const io::Reader& reader = project::readerOf(source);
    const QString name = QString::fromStdString(source.name);
    showForm(name, reader, Parameters::fromJson(reader.options(), source.reader_options),
             [this, id, name](const io::ReaderSettings& chosen) { tryOptions(id, name, chosen); });
  });
  if (const Error* error = errorOf(asked)) Q_EMIT failed(*error);
}

void SourceReading::askForFile(const QString& file) {
  const QString name = QFileInfo(file).fileName();
  jobs_.start(
      {.title = tr("Look at %1").arg(name)},
      [path = file.toStdString()](const Context&) { return &io::readerFor(io::fileAt(path)); },
      this,
      [this, file, name](const Outcome<const io::Reader*>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        const io::Reader* const* reader = valueOf(outcome);
        if (!reader) return;
        showForm(name, **reader, io::readerOptions(**reader, {}),
                 [this, file](const io::ReaderSettings& chosen) { import_.import(file, chosen); });
      });
}

void SourceReading::showForm(const QString& name, const io::Reader& reader, const Parameters& now,
                             const Chosen& chosen) {
  auto* dialog = new QDialog(window_);
  dialog->setObjectName("read_options");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Read %1 with options").arg(name));
  auto* column = new QVBoxLayout(dialog);
  column->setContentsMargins(0, 0, 0, 0);
  auto* form = new AnalysisForm(dialog);
  form->standAlone(tr("Read"));
  form->setDeclaration(reader.options());
  for (const auto& [id, value] : now.values()) {
    form->set(QString::fromStdString(id), QString::fromStdString(textOf(value)));
  }
  column->addWidget(form);
  connect(form, &AnalysisForm::runRequested, dialog, [dialog, chosen](const RunRequest& request) {
    dialog->accept();
    chosen(request.settings);
  });
  dialog->resize(kFormWidth, kFormHeight);
  dialog->open();
}

void SourceReading::tryOptions(Id id, const QString& name, const io::ReaderSettings& settings) {
  const std::shared_ptr<project::Project> project = session_.shared();
  jobs_.start(
      {.title = tr("Read %1").arg(name)},
      [project, id, settings](const Context& context) {
        const Parameters options =
            io::readerOptions(project::readerOf(project->source(id)), settings);
        return Tried{options.toJson(), project::loadSourceWith(*project, id, options, context)};
      },
      this,
      [this, project, id](const Outcome<Tried>& outcome) {
        if (project != session_.shared()) return;
        if (const Error* error = errorOf(outcome)) explainSource(id, *error);
        if (const Tried* tried = valueOf(outcome)) keepOptions(id, *tried);
      });
}

void SourceReading::keepOptions(Id id, const Tried& tried) {
  if (tried.options == known_.value(id)) return;
  tried_.insert(id, tried);
  session_.change(tr("Change how a source is read"),
                  [id, options = tried.options](project::Project& project) {
                    project.setReaderOptions(id, options);
                  });
}

void SourceReading::explainSource(Id source, const Error& error) {
  explain(error, [this, source] { askForSource(source); });
}

void SourceReading::explainFile(const QString& file, const Error& error) {
  explain(error, [this, file] { askForFile(file); });
}

void SourceReading::explain(const Error& error, const std::function<void()>& ask) {
  Message message = Message::of(error);
  if (namesAnyOption(error.remedy())) {
    message.remedies << Message::Remedy{tr("Read with options…"), ask};
  }
  Q_EMIT noticed(message);
}

}  // namespace lineament::app
