// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <memory>

#include "app/jobs/job_queue.h"
#include "app/window/message_bar.h"
#include "app/window/project_session.h"
#include "app/window/settings.h"
#include "app/window/view_jobs.h"
#include "core/analysis/catalogue.h"
#include "core/base/gpu.h"

class QLabel;
class QStackedWidget;

namespace lineament {
struct Declaration;
}

namespace lineament::project {
struct RunOutcome;
}

namespace lineament::app {

class ActionRegistry;
class AnalysisForm;
class AnalysisRunner;
class CommandPalette;
class DataStore;
class EmptyState;
class Exporter;
class FileImport;
class ProjectTree;
class SourceReading;
class SourceWatch;
class ViewPage;
class ViewTabs;
class WindowMemory;

// The window: puts the parts in their places and connects them. What a part does is its own affair.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(const Catalogue& catalogue);
  ~MainWindow() override;

  void openFiles(const QStringList& files);

  // What the menus and the palette call; see window_commands.cpp.
  void openFilesDialog();
  void addData();
  void newProject();
  void openSample();
  void saveVersion();
  void saveCopy();
  void exportFigure();
  void copyFigure();
  void exportReport();
  void undo();
  void redo();
  void openPalette();
  void openAnalysis(const QString& id);
  void runAnalysis();
  void showManualPage();
  void showAbout();
  void setThemeChoice(Settings::ThemeChoice choice);
  void showSettings();

  JobQueue& jobs() { return jobs_; }
  ProjectSession& session() { return *session_; }
  ActionRegistry& actions() { return *actions_; }
  AnalysisForm& form() { return *form_; }
  ViewTabs& tabs() { return *tabs_; }
  ProjectTree& tree() { return *tree_; }
  MessageArea& messages() { return *messages_; }
  const Catalogue& catalogue() const { return catalogue_; }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void makeCentre();
  void makeDocks();
  void makeStatusBar();
  void makeSearchButton();
  void connectProject();
  void connectTree();
  void connectForm();
  void connectTabs();
  void lookForGpu();
  void settingsChosen();

  void projectReplaced();
  void noteRecent();
  void refreshTitle();
  void refreshChoices();
  void refreshEditActions();
  void showData(Id id);
  void showAnew(Id source);
  void showFigure(Id id, bool in_front);
  void showWhatThereIs();
  void analyse(Id id);
  void runMade(const project::RunOutcome& outcome);
  void showFirstVisible(const std::vector<Id>& results);
  void markReplaced(const QString& analysis, bool replacing);
  void showRunLog(Id run);
  void openFigureDialog(ViewPage* page);
  void report(const Error& error) { messages_->show(error); }
  void say(const QString& line);
  void chooseFile(const QString& title, const QString& filter, bool to_write,
                  const std::function<void(const QStringList&)>& chosen);

  const Catalogue& catalogue_;
  Settings settings_;
  JobQueue jobs_;  // before what its jobs report to; it ends them first
  GpuState gpu_;
  ProjectSession* session_;
  DataStore* store_;
  FileImport* import_;
  AnalysisRunner* runner_;
  SourceReading* reading_;
  SourceWatch* watch_;
  Exporter* exporter_;
  ViewJobs view_jobs_;
  WindowMemory* memory_ = nullptr;
  ActionRegistry* actions_;
  CommandPalette* palette_;
  QStackedWidget* stack_ = nullptr;
  EmptyState* empty_ = nullptr;
  ViewTabs* tabs_ = nullptr;
  MessageArea* messages_ = nullptr;
  ProjectTree* tree_ = nullptr;
  AnalysisForm* form_ = nullptr;
  QLabel* said_ = nullptr;
  QLabel* machine_ = nullptr;
};

}  // namespace lineament::app
