// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>

#include "app/window/file_import.h"
#include "app/window/message_bar.h"
#include "app/window/project_session.h"
#include "core/data/data.h"
#include "core/io/reader.h"

class QWidget;

namespace lineament::app {

// How files are read: asks for the options of a file's reader, tries them in a job, and keeps in
// the project those that worked, as a change that can be undone.
class SourceReading : public QObject {
  Q_OBJECT

 public:
  SourceReading(JobQueue& jobs, ProjectSession& session, FileImport& import, QWidget* window);

  // Each opens a form of the reader's options: of a source as it is read now, of a file that is no
  // source yet with the defaults.
  void askForSource(Id source);
  void askForFile(const QString& file);

  // What went wrong; where the remedy names an option, the form is offered.
  void explainSource(Id source, const Error& error);
  void explainFile(const QString& file, const Error& error);

 Q_SIGNALS:
  void noticed(const lineament::app::Message& message);
  void failed(const lineament::Error& error);
  // The options of a source are others than before. After they were tried, its data are at hand;
  // after undo and redo they are to be loaded.
  void read(lineament::project::Id source, const lineament::Data& data);
  void outdated(lineament::project::Id source);

 private:
  struct Tried {
    nlohmann::json options;
    Data data;
  };
  using Chosen = std::function<void(const io::ReaderSettings&)>;

  void showForm(const QString& name, const io::Reader& reader, const Parameters& now,
                const Chosen& chosen);
  void tryOptions(Id source, const QString& name, const io::ReaderSettings& settings);
  void keepOptions(Id source, const Tried& tried);
  void explain(const Error& error, const std::function<void()>& ask);
  void compare();

  JobQueue& jobs_;
  ProjectSession& session_;
  FileImport& import_;
  QWidget* window_;
  QHash<Id, nlohmann::json> known_;  // the options of the project's sources
  QHash<Id, Tried> tried_;           // on their way into the project
};

}  // namespace lineament::app
