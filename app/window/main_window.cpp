// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "app/figures/view_catalogue.h"
#include "app/window/action_registry.h"
#include "app/window/analysis_form.h"
#include "app/window/analysis_runner.h"
#include "app/window/command_palette.h"
#include "app/window/data_store.h"
#include "app/window/empty_state.h"
#include "app/window/exporter.h"
#include "app/window/figure_edits.h"
#include "app/window/file_drop.h"
#include "app/window/file_import.h"
#include "app/window/job_strip.h"
#include "app/window/project_tree.h"
#include "app/window/run_text.h"
#include "app/window/source_reading.h"
#include "app/window/source_watch.h"
#include "app/window/text_window.h"
#include "app/window/view_surroundings.h"
#include "app/window/view_tabs.h"
#include "app/window/window_commands.h"
#include "app/window/window_memory.h"

namespace lineament::app {
namespace {

constexpr int kSayForMs = 6000;
constexpr int kTreeWidth = 290;
constexpr int kFormWidth = 320;

// The first figure of each of the last `most` runs that have one, in their order.
std::vector<Id> figuresOfTheLastRuns(const project::Project& project, std::size_t most) {
  std::unordered_map<Id, Id> runs;  // result -> run
  for (const project::Run& run : project.runs()) {
    for (const project::Result& result : project.resultsOf(run.id)) runs[result.id] = run.id;
  }
  std::vector<Id> figures;
  std::unordered_set<Id> seen;
  for (const project::Figure& figure : project.figures()) {
    const auto run = runs.find(figure.data);
    if (seen.insert(run == runs.end() ? figure.data : run->second).second) {
      figures.push_back(figure.id);
    }
  }
  if (figures.size() > most) {
    figures.erase(figures.begin(), figures.end() - static_cast<std::ptrdiff_t>(most));
  }
  return figures;
}

QList<ColumnChoice> columnsOf(const Data& data) {
  QList<ColumnChoice> columns;
  const Table* table = data.as<Table>();
  if (const auto* features = data.as<Features>()) table = &features->attributes();
  if (!table) return columns;
  for (const Column& column : table->columns()) {
    const std::string_view type = name(column.type());
    columns.append({QString::fromStdString(column.name()),
                    QString::fromUtf8(type.data(), static_cast<qsizetype>(type.size()))});
  }
  return columns;
}

}  // namespace

MainWindow::MainWindow(const Catalogue& catalogue)
    : catalogue_(catalogue),
      session_(new ProjectSession(jobs_, this)),
      store_(new DataStore(jobs_, *session_, this)),
      import_(new FileImport(jobs_, *session_, this)),
      runner_(new AnalysisRunner(jobs_, *session_, catalogue, this)),
      reading_(new SourceReading(jobs_, *session_, *import_, this)),
      watch_(new SourceWatch(jobs_, *session_, this)),
      exporter_(new Exporter(jobs_, catalogue, this)),
      view_jobs_(jobs_),
      actions_(new ActionRegistry(*menuBar(), *this)),
      palette_(new CommandPalette(*actions_, this)) {
  setObjectName("lineament");
  resize(1280, 800);
  makeCentre();
  makeDocks();
  makeStatusBar();
  addCommands(*this, *actions_);
  makeSearchButton();
  memory_ = new WindowMemory(*this, *tabs_, *session_, *store_);
  new FigureEdits(*session_, *tabs_, this);
  connect(memory_, &WindowMemory::nothingRemembered, this, &MainWindow::showWhatThereIs);
  new FileDrop(this, *import_);
  connectProject();
  connectTree();
  connectForm();
  connectTabs();
  restoreGeometry(settings_.windowGeometry());
  empty_->setRecent(settings_.recentProjects());
  projectReplaced();
  lookForGpu();
}

MainWindow::~MainWindow() {
  jobs_.cancelAll();
  // The parts go one after the other: none should hear another's last words.
  tabs_->disconnect();
  session_->disconnect();
}

void MainWindow::makeCentre() {
  auto* centre = new QWidget(this);
  auto* column = new QVBoxLayout(centre);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  messages_ = new MessageArea(centre);
  stack_ = new QStackedWidget(centre);
  empty_ = new EmptyState(stack_);
  tabs_ = new ViewTabs(view_jobs_, stack_);
  tabs_->setSurroundings(new ViewSurroundings(jobs_, *session_, *store_, this));
  stack_->addWidget(empty_);
  stack_->addWidget(tabs_);
  column->addWidget(messages_);
  column->addWidget(stack_, 1);
  setCentralWidget(centre);
  connect(empty_, &EmptyState::openWanted, this, &MainWindow::openFilesDialog);
  connect(empty_, &EmptyState::sampleWanted, this, &MainWindow::openSample);
  connect(empty_, &EmptyState::projectWanted, session_, &ProjectSession::open);
}

void MainWindow::makeDocks() {
  const auto dock = [this](const QString& name, const QString& title, QWidget* content,
                           Qt::DockWidgetArea area) {
    auto* made = new QDockWidget(title, this);
    made->setObjectName(name);
    made->setWidget(content);
    addDockWidget(area, made);
    return made;
  };
  tree_ = new ProjectTree(*session_, this);
  form_ = new AnalysisForm(this);
  QDockWidget* left = dock("dock.project", tr("Project"), tree_, Qt::LeftDockWidgetArea);
  QDockWidget* right = dock("dock.analysis", tr("Analysis"), form_, Qt::RightDockWidgetArea);
  resizeDocks({left, right}, {kTreeWidth, kFormWidth}, Qt::Horizontal);
}

void MainWindow::makeStatusBar() {
  statusBar()->setSizeGripEnabled(false);
  statusBar()->addWidget(new JobStrip(jobs_, this));
  said_ = new QLabel(this);
  said_->setTextFormat(Qt::PlainText);
  said_->setContentsMargins(12, 0, 0, 0);
  statusBar()->addWidget(said_, 1);
  machine_ = new QLabel(this);
  machine_->setContentsMargins(0, 0, 12, 0);
  statusBar()->addPermanentWidget(machine_);
}

void MainWindow::makeSearchButton() {
  const QAction* palette = actions_->action("view.palette");
  auto* button = new QToolButton(menuBar());
  button->setText(
      tr("Search or run…  %1").arg(palette->shortcut().toString(QKeySequence::NativeText)));
  button->setToolTip(palette->toolTip());
  button->setAutoRaise(true);
  button->setFocusPolicy(Qt::NoFocus);
  connect(button, &QToolButton::clicked, this, &MainWindow::openPalette);
  menuBar()->setCornerWidget(button);
}

void MainWindow::lookForGpu() {
  machine_->setText(machineText(gpu_));
  jobs_.start(
      {.title = tr("Look for a GPU")}, [](const Context&) { return gpuState(); }, this,
      [this](const Outcome<GpuState>& outcome) {
        if (const GpuState* found = valueOf(outcome)) gpu_ = *found;
        machine_->setText(machineText(gpu_));
        machine_->setToolTip(QString::fromStdString(gpu_.reason));
      });
}

void MainWindow::connectProject() {
  connect(&jobs_, &JobQueue::deliveryFailed, this, &MainWindow::report);
  connect(session_, &ProjectSession::failed, this, &MainWindow::report);
  connect(session_, &ProjectSession::said, this, &MainWindow::say);
  connect(session_, &ProjectSession::aboutToReplace, this, &MainWindow::noteRecent);
  connect(session_, &ProjectSession::replaced, this, &MainWindow::projectReplaced);
  connect(session_, &ProjectSession::changed, this, [this](const project::ChangeSet& changes) {
    using project::ItemType;
    const bool items = changes.touches(ItemType::source) || changes.touches(ItemType::run) ||
                       changes.touches(ItemType::result);
    if (items) refreshChoices();
    if (!changes.touches(ItemType::window_state)) refreshEditActions();
  });
  connect(store_, &DataStore::failed, reading_, &SourceReading::explainSource);
  connect(import_, &FileImport::failed, this, &MainWindow::report);
  connect(import_, &FileImport::unreadable, reading_, &SourceReading::explainFile);
  connect(reading_, &SourceReading::failed, this, &MainWindow::report);
  connect(reading_, &SourceReading::noticed, messages_,
          qOverload<const Message&>(&MessageArea::show));
  connect(reading_, &SourceReading::outdated, this, [this](Id source) {
    store_->forget(source);
    showAnew(source);
  });
  connect(reading_, &SourceReading::read, this, [this](Id source, const Data& loaded) {
    store_->keep(source, loaded);
    showAnew(source);
  });
  connect(import_, &FileImport::imported, this,
          [this](Id source, const QString& name, const Data& loaded) {
            store_->keep(source, loaded);
            tabs_->show(loaded, {.data_id = source, .title = name});
            refreshChoices();
            tree_->reveal(ProjectTree::Type::source, source);
            say(tr("%1: %2").arg(name, QString::fromStdString(summaryLine(loaded))));
          });
  connect(watch_, &SourceWatch::failed, this, &MainWindow::report);
  connect(watch_, &SourceWatch::noticed, messages_, qOverload<const Message&>(&MessageArea::show));
  connect(watch_, &SourceWatch::contentAccepted, this, [this](Id source) {
    store_->forget(source);
    showAnew(source);
  });
}

void MainWindow::connectTree() {
  connect(tree_, &ProjectTree::dataWanted, this, &MainWindow::showData);
  connect(tree_, &ProjectTree::figureWanted, this, [this](Id id) { showFigure(id, true); });
  connect(tree_, &ProjectTree::logWanted, this, &MainWindow::showRunLog);
  connect(tree_, &ProjectTree::rerunWanted, this, [this](Id run) { runner_->rerun(run); });
  connect(tree_, &ProjectTree::relinkWanted, watch_, &SourceWatch::locate);
  connect(tree_, &ProjectTree::readOptionsWanted, reading_, &SourceReading::askForSource);
  connect(tree_, &ProjectTree::embedWanted, watch_, &SourceWatch::embed);
  connect(tree_, &ProjectTree::analyseWanted, this, &MainWindow::analyse);
}

void MainWindow::connectForm() {
  form_->offer(catalogue_);
  connect(form_, &AnalysisForm::analysisWanted, this, &MainWindow::openAnalysis);
  connect(form_, &AnalysisForm::runRequested, runner_, &AnalysisRunner::run);
  connect(form_, &AnalysisForm::columnsWanted, this, [this](const QString& id) {
    store_->load(id.toLongLong(), form_,
                 [this, id](const Data& loaded) { form_->setColumns(id, columnsOf(loaded)); });
  });
  connect(runner_, &AnalysisRunner::failed, this, &MainWindow::report);
  connect(runner_, &AnalysisRunner::started, this,
          [this](const QString& analysis) { markReplaced(analysis, true); });
  connect(runner_, &AnalysisRunner::ended, this,
          [this](const QString& analysis) { markReplaced(analysis, false); });
  connect(runner_, &AnalysisRunner::made, this, &MainWindow::runMade);
}

void MainWindow::connectTabs() {
  connect(tabs_, &ViewTabs::filled, this, [this] { stack_->setCurrentWidget(tabs_); });
  connect(tabs_, &ViewTabs::emptied, this, [this] { stack_->setCurrentWidget(empty_); });
  connect(tabs_, &ViewTabs::changed, this, &MainWindow::refreshEditActions);
  connect(tabs_, &ViewTabs::failed, this, &MainWindow::report);
  connect(tabs_, &ViewTabs::exportWanted, this, &MainWindow::openFigureDialog);
  connect(tabs_, &ViewTabs::copyWanted, this, &MainWindow::copyFigure);
  connect(exporter_, &Exporter::failed, this, &MainWindow::report);
  connect(exporter_, &Exporter::written, this,
          [this](const QString& path) { say(tr("Exported %1").arg(path)); });
  connect(exporter_, &Exporter::copied, this, [this](const QImage& picture) {
    QApplication::clipboard()->setImage(picture);
    say(tr("Copied the view as a picture"));
  });
}

void MainWindow::projectReplaced() {
  noteRecent();
  messages_->clear();
  form_->forgetColumns();
  refreshTitle();
  refreshChoices();
  refreshEditActions();
}

// Untitled projects are listed once there is something in them, so that they are found again.
// In a job, since the settings wait for the disk, and the files may lie far away.
void MainWindow::noteRecent() {
  if (session_->untitled() && session_->empty()) return;
  jobs_.start(
      {.title = tr("Remember the project"), .lane = Lane::change},
      [settings = settings_, path = session_->path()](const Context&) mutable {
        settings.addRecentProject(path);
        return settings.recentProjects();
      },
      this,
      [this](const Outcome<QStringList>& outcome) {
        if (const QStringList* recent = valueOf(outcome)) empty_->setRecent(*recent);
      });
}

void MainWindow::refreshTitle() {
  const QString read_only = session_->project().readOnly() ? tr(" (only to look)") : QString();
  setWindowTitle(tr("%1%2: Lineament").arg(session_->title(), read_only));
}

void MainWindow::refreshChoices() {
  QList<DataChoice> choices;
  session_->attempt([&](const project::Project& project) {
    for (const project::Source& source : project.sources()) {
      const QString id = QString::number(source.id);
      choices.append({id, QString::fromStdString(source.name), source.kind, {}, true});
    }
    const std::vector<project::Result> results = project.results();
    for (const project::Run& run : project.runs()) {
      if (run.hidden) continue;
      for (const project::Result& result : results) {
        if (result.run != run.id) continue;
        choices.append({QString::number(result.id), nameOf(run, result), result.kind, {}});
      }
    }
  });
  form_->setChoices(choices);
}

void MainWindow::refreshEditActions() {
  const project::Project& project = session_->project();
  const auto set = [&](const QString& id, const QString& verb, bool can, const std::string& title) {
    QAction* action = actions_->action(id);
    action->setEnabled(can);
    action->setText(can ? tr("%1: %2").arg(verb, QString::fromStdString(title)) : verb);
  };
  set("edit.undo", tr("&Undo"), project.canUndo(), project.undoTitle());
  set("edit.redo", tr("&Redo"), project.canRedo(), project.redoTitle());
  const bool view = tabs_->currentPage() != nullptr;
  for (const char* id : {"file.export_figure", "edit.copy", "view.fit", "window.close_tab"}) {
    actions_->action(id)->setEnabled(view);
  }
}

void MainWindow::showData(Id id) {
  const auto name = settle([&] { return nameOf(session_->project(), id); });
  if (const Error* error = errorOf(name)) return report(*error);
  const Showing showing{.data_id = id, .title = *valueOf(name)};
  store_->load(id, this, [this, showing](const Data& loaded) { tabs_->show(loaded, showing); });
}

// What was shown of the source is no longer what it is.
void MainWindow::showAnew(Id source) {
  form_->forgetColumns();
  tabs_->closeData(source);
  showData(source);
}

void MainWindow::showFigure(Id id, bool in_front) {
  const auto found = settle([&] { return session_->project().figure(id); });
  if (const Error* error = errorOf(found)) return report(*error);
  const project::Figure& figure = *valueOf(found);
  const Showing showing{.data_id = figure.data,
                        .figure_id = id,
                        .view = QString::fromStdString(figure.spec.view),
                        .title = QString::fromStdString(figure.spec.title),
                        .options = figure.spec.options};
  store_->load(figure.data, this, [this, showing, in_front](const Data& loaded) {
    tabs_->show(loaded, showing, in_front);
  });
}

// The figures of a project that is seen for the first time, or else its first source.
void MainWindow::showWhatThereIs() {
  constexpr std::size_t kMost = 6;
  session_->attempt([&](const project::Project& project) {
    const std::vector<Id> figures = figuresOfTheLastRuns(project, kMost);
    // One tab per turn of the event loop: each makes and paints a view.
    for (const Id figure : figures) {
      QTimer::singleShot(0, this, [this, figure, front = figures.front()] {
        showFigure(figure, figure == front);
      });
    }
    const std::vector<project::Source> sources = project.sources();
    if (figures.empty() && !sources.empty()) showData(sources.front().id);
  });
}

void MainWindow::analyse(Id id) {
  if (!form_->hasDeclaration() && !catalogue_.analyses().empty()) {
    openAnalysis(QString::fromStdString(catalogue_.analyses().front()->declaration().id));
  }
  for (const Input& input : form_->declaration().inputs) {
    form_->choose(QString::fromStdString(input.id), QString::number(id));
  }
  form_->setFocus();
}

void MainWindow::runMade(const project::RunOutcome& outcome) {
  refreshChoices();
  const Message::Remedy log{tr("Log"), [this, run = outcome.run] { showRunLog(run); }};
  if (outcome.error) {
    Message message = Message::of(*outcome.error);
    message.remedies << log;
    messages_->show(message);
    return;
  }
  for (std::size_t i = 0; i < outcome.figures.size(); ++i) showFigure(outcome.figures[i], i == 0);
  if (outcome.figures.empty()) showFirstVisible(outcome.results);
  const QStringList warnings = warningsOf(outcome.record);
  if (warnings.isEmpty()) return;
  messages_->show({.severity = Message::Severity::warning,
                   .headline = warnings.first(),
                   .body = warnings.size() > 1
                               ? tr("and %n more", "", static_cast<int>(warnings.size()) - 1)
                               : QString(),
                   .remedies = {log}});
}

void MainWindow::showFirstVisible(const std::vector<Id>& results) {
  session_->attempt([&](const project::Project& project) {
    for (const Id id : results) {
      if (viewsFor(project.result(id).kind).isEmpty()) continue;
      showData(id);
      return;
    }
  });
}

// What an earlier run of the analysis made stays in sight while a new one is at work.
void MainWindow::markReplaced(const QString& analysis, bool replacing) {
  session_->attempt([&](const project::Project& project) {
    for (const project::Result& result : project.results()) {
      if (project.run(result.run).record.analysis != analysis.toStdString()) continue;
      for (ViewPage* page : tabs_->pages()) {
        if (page->showing().data_id == result.id) page->setBeingReplaced(replacing);
      }
    }
  });
}

void MainWindow::showRunLog(Id id) {
  session_->attempt([&](const project::Project& project) {
    const project::Run run = project.run(id);
    const QString title = QString::fromStdString(run.title);
    showText(this, title, runText(title, run.record));
  });
}

void MainWindow::say(const QString& line) {
  said_->setText(line);
  QTimer::singleShot(kSayForMs, said_, [this, line] {
    if (said_->text() == line) said_->clear();
  });
}

void MainWindow::closeEvent(QCloseEvent* event) {
  noteRecent();
  memory_->remember();
  settings_.setWindowGeometry(saveGeometry());
  jobs_.cancelAll();
  event->accept();
}

void MainWindow::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange && memory_) {
    // In a turn of its own: the widgets have enough to do with their new colours.
    QTimer::singleShot(0, this, [this] {
      actions_->redrawIcons();
      tabs_->refresh();
      tree_->rebuild();
    });
  }
  QMainWindow::changeEvent(event);
}

}  // namespace lineament::app
