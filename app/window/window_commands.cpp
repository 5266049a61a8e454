// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_commands.h"

#include <QActionGroup>
#include <QApplication>
#include <QCoreApplication>
#include <QDockWidget>
#include <QMenu>

#include "app/window/action_registry.h"
#include "app/window/analysis_form.h"
#include "app/window/main_window.h"
#include "app/window/project_tree.h"
#include "app/window/view_tabs.h"

namespace lineament::app {
namespace {

QString tr(const char* words) {
  return QCoreApplication::translate("WindowCommands", words);
}

QList<QKeySequence> standard(QKeySequence::StandardKey key) {
  return QKeySequence::keyBindings(key);
}

void addFileCommands(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&File");
  actions.add({.id = "file.new",
               .menu = menu,
               .text = tr("&New project"),
               .keys = standard(QKeySequence::New),
               .platform_icon = "document-new",
               .own_icon = "new",
               .act = [&window] { window.newProject(); }});
  actions.add({.id = "file.open",
               .menu = menu,
               .text = tr("&Open…"),
               .keys = standard(QKeySequence::Open),
               .platform_icon = "document-open",
               .own_icon = "open",
               .act = [&window] { window.openFilesDialog(); },
               .tip = tr("Open a project or data")});
  // Filled when it opens, since other windows and the file system change it.
  QMenu* recent = actions.menu(menu + '/' + tr("Open &recent"));
  QObject::connect(recent, &QMenu::aboutToShow, &window, [recent, &window] {
    recent->clear();
    for (const QString& path : Settings().recentProjects()) {
      recent->addAction(path, &window, [&window, path] { window.openFiles({path}); });
    }
    if (recent->isEmpty()) recent->addAction(tr("Nothing yet"))->setEnabled(false);
  });
  actions.add(
      {.id = "file.sample", .menu = menu, .text = tr("Open the &sample project"), .act = [&window] {
         window.openSample();
       }});
  actions.add({.id = "file.version",
               .menu = menu,
               .text = tr("Save a &version"),
               .keys = standard(QKeySequence::Save),
               .platform_icon = "document-save",
               .own_icon = "report",
               .act = [&window] { window.saveVersion(); },
               .begins_group = true,
               .tip = tr("Every change is saved at once; this keeps a named state to return to")});
  actions.add({.id = "file.copy",
               .menu = menu,
               .text = tr("Save a &copy…"),
               .keys = standard(QKeySequence::SaveAs),
               .act = [&window] { window.saveCopy(); }});
  actions.add({.id = "file.export_figure",
               .menu = menu,
               .text = tr("Export &figure…"),
               .keys = {QKeySequence(Qt::CTRL | Qt::Key_E)},
               .own_icon = "export",
               .act = [&window] { window.exportFigure(); },
               .begins_group = true});
  actions.add({.id = "file.export_report",
               .menu = menu,
               .text = tr("Export re&port…"),
               .keys = {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E)},
               .own_icon = "report",
               .act = [&window] { window.exportReport(); }});
  QAction* quit = actions.add({.id = "file.quit",
                               .menu = menu,
                               .text = tr("&Quit"),
                               .keys = standard(QKeySequence::Quit),
                               .platform_icon = "application-exit",
                               .own_icon = "close",
                               .act = [] { QApplication::closeAllWindows(); },
                               .begins_group = true});
  quit->setMenuRole(QAction::QuitRole);
}

void addEditCommands(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&Edit");
  actions.add({.id = "edit.undo",
               .menu = menu,
               .text = tr("&Undo"),
               .keys = standard(QKeySequence::Undo),
               .platform_icon = "edit-undo",
               .own_icon = "undo",
               .act = [&window] { window.undo(); }});
  actions.add({.id = "edit.redo",
               .menu = menu,
               .text = tr("&Redo"),
               .keys = standard(QKeySequence::Redo),
               .platform_icon = "edit-redo",
               .own_icon = "redo",
               .act = [&window] { window.redo(); }});
  actions.add({.id = "edit.copy",
               .menu = menu,
               .text = tr("&Copy the view as a picture"),
               .keys = {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)},
               .platform_icon = "edit-copy",
               .own_icon = "copy",
               .act = [&window] { window.copyFigure(); },
               .begins_group = true});
  QAction* settings = actions.add({.id = "edit.settings",
                                   .menu = menu,
                                   .text = tr("&Settings…"),
                                   .keys = {QKeySequence(Qt::CTRL | Qt::Key_Comma)},
                                   .platform_icon = "preferences-system",
                                   .act = [&window] { window.showSettings(); },
                                   .begins_group = true,
                                   .tip = tr("Theme, colours, threads and memory")});
  settings->setMenuRole(QAction::PreferencesRole);
}

void addDataCommands(MainWindow& window, ActionRegistry& actions) {
  actions.add({.id = "data.add",
               .menu = tr("&Data"),
               .text = tr("&Add data…"),
               .keys = {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O)},
               .own_icon = "add",
               .act = [&window] { window.addData(); }});
}

void addAnalyses(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&Analyse");
  for (const auto& analysis : window.catalogue().analyses()) {
    const Declaration& declaration = analysis->declaration();
    const QString id = QString::fromStdString(declaration.id);
    actions.add({.id = "analyse." + id,
                 .menu = menu,
                 .text = QString::fromStdString(declaration.title).replace('&', "&&"),
                 .act = [&window, id] { window.openAnalysis(id); },
                 .tip = QString::fromStdString(declaration.summary)});
  }
  actions.add(
      {.id = "analyse.run",
       .menu = menu,
       .text = tr("&Run"),
       .keys = {QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)},
       .own_icon = "run",
       .act = [&window] { window.runAnalysis(); },
       .begins_group = true,
       .tip = tr("Run the analysis of the form")});
  actions.add({.id = "analyse.cancel",
               .menu = menu,
               .text = tr("&Cancel all jobs"),
               .keys = {QKeySequence(Qt::CTRL | Qt::Key_Period)},
               .own_icon = "close",
               .act = [&window] { window.jobs().cancelAll(); }});
}

void addThemes(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&View") + '/' + tr("&Theme");
  auto* group = new QActionGroup(&actions);
  const auto add = [&](const char* id, const QString& text, Settings::ThemeChoice choice) {
    QAction* action = actions.add(
        {.id = id, .menu = menu, .text = text, .own_icon = "theme", .act = [&window, choice] {
           window.setThemeChoice(choice);
         }});
    action->setCheckable(true);
    action->setChecked(Settings().theme() == choice);
    group->addAction(action);
  };
  add("view.theme_system", tr("As the &system"), Settings::ThemeChoice::system);
  add("view.theme_light", tr("&Light"), Settings::ThemeChoice::light);
  add("view.theme_dark", tr("&Dark"), Settings::ThemeChoice::dark);
}

void addViewCommands(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&View");
  actions.add({.id = "view.palette",
               .menu = menu,
               .text = tr("&Search a command…"),
               .keys = {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)},
               .own_icon = "search",
               .act = [&window] { window.openPalette(); }});
  actions.add({.id = "view.fit",
               .menu = menu,
               .text = tr("Show &all of the data"),
               .keys = {QKeySequence(Qt::CTRL | Qt::Key_0)},
               .own_icon = "fit",
               .act = [&window] {
                 if (ViewPage* page = window.tabs().currentPage()) page->view().fit();
               }});
  addThemes(window, actions);
  actions.menu(menu)->addSeparator();
  for (QDockWidget* dock : window.findChildren<QDockWidget*>()) {
    actions.adopt(dock->objectName(), menu, dock->toggleViewAction());
  }
}

void addWindowCommands(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&Window");
  ViewTabs* tabs = &window.tabs();
  actions.add({.id = "window.close_tab",
               .menu = menu,
               .text = tr("&Close tab"),
               .keys = standard(QKeySequence::Close),
               .act = [tabs] { Q_EMIT tabs->tabCloseRequested(tabs->currentIndex()); }});
  const auto step = [tabs](int by) {
    if (tabs->count() > 0) {
      tabs->setCurrentIndex((tabs->currentIndex() + by + tabs->count()) % tabs->count());
    }
  };
  actions.add({.id = "window.next_tab",
               .menu = menu,
               .text = tr("&Next tab"),
               .keys = {QKeySequence(Qt::CTRL | Qt::Key_PageDown)},
               .act = [step] { step(1); }});
  actions.add({.id = "window.previous_tab",
               .menu = menu,
               .text = tr("&Previous tab"),
               .keys = {QKeySequence(Qt::CTRL | Qt::Key_PageUp)},
               .act = [step] { step(-1); }});
}

void addHelpCommands(MainWindow& window, ActionRegistry& actions) {
  const QString menu = tr("&Help");
  actions.add({.id = "help.analysis",
               .menu = menu,
               .text = tr("&Manual page of the analysis"),
               .keys = standard(QKeySequence::HelpContents),
               .platform_icon = "help-contents",
               .own_icon = "help",
               .act = [&window] { window.showManualPage(); }});
  QAction* about = actions.add({.id = "help.about",
                                .menu = menu,
                                .text = tr("&About Lineament"),
                                .platform_icon = "help-about",
                                .own_icon = "help",
                                .act = [&window] { window.showAbout(); }});
  about->setMenuRole(QAction::AboutRole);
}

}  // namespace

void addCommands(MainWindow& window, ActionRegistry& actions) {
  addFileCommands(window, actions);
  addEditCommands(window, actions);
  addDataCommands(window, actions);
  addAnalyses(window, actions);
  addViewCommands(window, actions);
  addWindowCommands(window, actions);
  addHelpCommands(window, actions);
}

}  // namespace lineament::app
