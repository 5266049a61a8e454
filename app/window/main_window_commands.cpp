// SPDX-License-Identifier: GPL-3.0-or-later
// What the commands of the window do; the table of them is window_commands.cpp.
#include <QDateTime>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>

#include "app/sample/sample_project.h"
#include "app/window/action_registry.h"
#include "app/window/analysis_form.h"
#include "app/window/apply_settings.h"
#include "app/window/command_palette.h"
#include "app/window/exporter.h"
#include "app/window/figure_dialog.h"
#include "app/window/file_import.h"
#include "app/window/main_window.h"
#include "app/window/run_text.h"
#include "app/window/settings_dialog.h"
#include "app/window/text_window.h"
#include "app/window/view_tabs.h"
#include "core/analysis/documentation.h"
#include "core/io/reader.h"

namespace lineament::app {
namespace {

constexpr double kCopiedWidthMm = 174;
constexpr int kCopiedDpi = 200;

// "Data (*.csv *.npy ...);;Projects (*.lineament);;All files (*)"
QString openFilter() {
  QStringList patterns;
  for (const auto& reader : io::readers()) {
    for (const std::string& extension : reader->extensions()) {
      patterns << "*" + QString::fromStdString(extension);
    }
  }
  patterns.removeDuplicates();
  return MainWindow::tr("Data and projects (%1 *.lineament);;All files (*)")
      .arg(patterns.join(' '));
}

views::FigureRecord recordOf(const ViewPage& page, const ProjectSession& session) {
  views::FigureRecord record;
  record.title = page.showing().title;
  record.project = session.title();
  const auto found = settle([&] {
    const project::Result result = session.project().result(page.showing().data_id);
    return session.project().run(result.run);
  });
  if (const project::Run* run = valueOf(found)) {
    record.run = QString("%1, %2").arg(run->id).arg(QString::fromStdString(run->record.analysis));
    record.parameters = QString::fromStdString(run->record.parameters.dump());
  }
  return record;
}

}  // namespace

void MainWindow::chooseFile(const QString& title, const QString& filter, bool to_write,
                            const std::function<void(const QStringList&)>& chosen) {
  auto* dialog = new QFileDialog(this, title);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setNameFilters(filter.split(";;"));
  dialog->setAcceptMode(to_write ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
  dialog->setFileMode(to_write ? QFileDialog::AnyFile : QFileDialog::ExistingFiles);
  connect(dialog, &QFileDialog::filesSelected, this, chosen);
  dialog->open();
}

void MainWindow::openFiles(const QStringList& files) {
  import_->open(files);
}

void MainWindow::openFilesDialog() {
  chooseFile(tr("Open"), openFilter(), false,
             [this](const QStringList& files) { import_->open(files); });
}

void MainWindow::addData() {
  openFilesDialog();
}

void MainWindow::newProject() {
  session_->openUntitled();
}

void MainWindow::openSample() {
  const QString path = untitledFolder() + '/' + tr("Sample project") + ".lineament";
  if (QFileInfo::exists(path)) return session_->open(path);
  jobs_.start(
      {.title = tr("Make the sample project"), .lane = Lane::run},
      [catalogue = &catalogue_, path](const Context& context) {
        makeSampleProject(path.toStdString(), *catalogue, kSampleSeed, context);
      },
      this,
      [this, path](const Outcome<Nothing>& outcome) {
        if (const Error* error = errorOf(outcome)) return report(*error);
        if (valueOf(outcome)) session_->open(path);
      });
}

void MainWindow::saveVersion() {
  session_->saveVersion(QDateTime::currentDateTime().toString("yyyy-MM-dd HH:mm:ss"));
}

void MainWindow::saveCopy() {
  chooseFile(tr("Save a copy"), tr("Project (*.lineament)"), true,
             [this](const QStringList& files) {
               QString path = files.value(0);
               if (!path.endsWith(QLatin1String(".lineament"))) path += ".lineament";
               session_->saveCopy(path);
             });
}

void MainWindow::exportFigure() {
  if (ViewPage* page = tabs_->currentPage()) openFigureDialog(page);
}

void MainWindow::openFigureDialog(ViewPage* page) {
  const views::FigureRecord record = recordOf(*page, *session_);
  auto* dialog = new FigureDialog(page->view(), record, this);
  connect(dialog, &FigureDialog::fileChosen, page,
          [this, page, dialog, record](const QString& path) {
            exporter_->writeFigure(page->view().figure(), path, dialog->format(), record);
          });
  dialog->show();
}

void MainWindow::copyFigure() {
  const ViewPage* page = tabs_->currentPage();
  if (!page) return;
  exporter_->copyFigure(page->view().figure(), {.width_mm = kCopiedWidthMm, .dpi = kCopiedDpi});
}

void MainWindow::exportReport() {
  chooseFile(tr("Export report"), tr("PDF (*.pdf);;HTML page (*.html)"), true,
             [this](const QStringList& files) {
               QString path = files.value(0);
               if (!path.contains('.')) path += ".pdf";
               exporter_->writeReport(session_->shared(), path);
             });
}

void MainWindow::undo() {
  session_->change(tr("Undo"), [](project::Project& project) { project.undo(); });
}

void MainWindow::redo() {
  session_->change(tr("Redo"), [](project::Project& project) { project.redo(); });
}

void MainWindow::openPalette() {
  palette_->open();
}

void MainWindow::openAnalysis(const QString& id) {
  const Analysis* analysis = catalogue_.find(id.toStdString());
  if (!analysis) return;
  auto* dock = findChild<QDockWidget*>("dock.analysis");
  dock->show();
  dock->raise();
  form_->setDeclaration(analysis->declaration());
  form_->setFocus();  // Tab leads on into its fields
}

void MainWindow::runAnalysis() {
  form_->run();
}

void MainWindow::showManualPage() {
  if (!form_->hasDeclaration()) return;
  const Declaration& declaration = form_->declaration();
  showText(this, QString::fromStdString(declaration.title),
           QString::fromStdString(documentationPage(declaration)));
}

void MainWindow::showAbout() {
  showText(this, tr("About Lineament"), aboutText(gpu_));
}

void MainWindow::setThemeChoice(Settings::ThemeChoice choice) {
  settings_.setTheme(choice);
  settingsChosen();
}

void MainWindow::showSettings() {
  if (auto* open = findChild<SettingsDialog*>()) return open->raise();
  auto* dialog = new SettingsDialog(this);
  connect(dialog, &SettingsDialog::chosen, this, &MainWindow::settingsChosen);
  dialog->show();
}

void MainWindow::settingsChosen() {
  applySettings(settings_);
  tabs_->redraw();
  machine_->setText(machineText(gpu_));
  constexpr const char* themes[] = {"view.theme_system", "view.theme_light", "view.theme_dark"};
  actions_->action(themes[static_cast<int>(settings_.theme())])->setChecked(true);
  if (auto* open = findChild<SettingsDialog*>()) open->showTheme();
}

}  // namespace lineament::app
