// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/frames_flow.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QTableView>
#include <QTemporaryDir>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>

#include "app/bench/large_scene.h"
#include "app/bench/turn_watch.h"
#include "app/bench/window_hands.h"
#include "app/window/action_registry.h"
#include "app/window/analysis_form.h"
#include "app/window/figure_dialog.h"
#include "app/window/main_window.h"
#include "app/window/project_tree.h"
#include "app/window/view_tabs.h"
#include "core/analyses/all.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "views/common/theme.h"
#include "views/map/map_view.h"
#include "views/table/table_view.h"

namespace lineament::app {

namespace {

constexpr std::size_t kLongTable = 10'000'000;
constexpr std::size_t kCloudPoints = 120'000;

Table longTable() {
  Random random(7);
  std::vector<double> level(kLongTable), spread(kLongTable);
  std::vector<std::int64_t> count(kLongTable);
  for (std::size_t i = 0; i < kLongTable; ++i) {
    level[i] = static_cast<double>(i) * 1e-3;
    spread[i] = random.normal();
    count[i] = static_cast<std::int64_t>(random.below(1000));
  }
  return Table({Column("level", std::move(level)), Column("spread", std::move(spread)),
                Column("count", std::move(count))});
}

// A scan as KITTI writes it: x, y, z and reflectance as floats.
void writeScan(const QString& path) {
  Random random(9);
  std::ofstream file(path.toStdString(), std::ios::binary);
  for (std::size_t i = 0; i < kCloudPoints; ++i) {
    const double angle = random.uniform(0, 6.283), distance = 3 + 40 * random.uniform();
    const float point[4] = {static_cast<float>(distance * std::cos(angle)),
                            static_cast<float>(distance * std::sin(angle)),
                            static_cast<float>(-1.7 + 0.1 * random.normal()),
                            static_cast<float>(random.uniform())};
    file.write(reinterpret_cast<const char*>(point), sizeof point);
  }
}

// Everything a person does here happens in events of the loop, as it would.
class Flow : private WindowHands {
 public:
  Flow(WatchedApplication& application, MainWindow& window) : WindowHands(application, window) {}

  void run() {
    phase("start", [&] {
      act([&] { window_.show(); });
      idle();
    });
    phase("sample_project", [&] {
      act([&] { window_.openSample(); });
      until([&] { return window_.tabs().count() > 1; });
      idle();
    });
    phase("figures", [&] { lookAtAll(); });
    phase("results", [&] { openAllOfTheTree(); });
    phase("train_network", [&] { trainWhileLooking(); });
    phase("explain", [&] { explain(); });
    phase("export_figure", [&] { exportFigureWhileRunning(); });
    phase("export_pdf", [&] { exportReportWhileRunning("report.pdf"); });
    phase("export_html", [&] { exportReportWhileRunning("report.html"); });
    phase("edit", [&] { edit(); });
    const Table table = longTable();
    phase("open_long_table", [&] {
      act([&] { window_.tabs().show(Data(table, "long"), {.view = "table", .title = "Long"}); });
      idle();
    });
    phase("scroll_long_table", [&] { scroll(currentGrid()); });
    phase("arrange_long_table", [&] { arrangeLongTable(); });
    phase("point_cloud", [&] { openScan(); });
    phase("second_point_cloud", [&] { openScan(); });
    phase("turn_point_cloud", [&] { drag(window_.tabs().currentPage()->view()); });
    const QString scene = folder_.filePath("scene.tif"), classes = folder_.filePath("classes.tif");
    writeLargeScene(scene.toStdString());
    writeLargeClasses(classes.toStdString());
    phase("open_large_scene", [&] { openMap(scene); });
    phase("pan_large_scene", [&] { lookAround(); });
    phase("open_large_classes", [&] { openMap(classes); });
    phase("overlay_large_scene", [&] { layOver("scene.tif"); });
    phase("pan_overlay", [&] { lookAround(); });
    phase("themes", [&] { changeThemes(); });
    phase("new_project", [&] {
      act([&] { window_.newProject(); });
      idle();
    });
  }

 private:
  // Hovers, zooms and drags.
  void use(QWidget& view) {
    for (int i = 0; i < 12; ++i) {
      move(view, QEvent::MouseMove, QPointF(60 + 30 * i, 80 + 10 * i), Qt::NoButton);
    }
    wheel(&view, 120, 4);
    drag(view);
  }

  void lookAtAll() {
    for (int i = 0; i < window_.tabs().count(); ++i) {
      act([&] { window_.tabs().setCurrentIndex(i); });
      idle();
      use(window_.tabs().page(i)->view());
    }
  }

  void openAllOfTheTree() {
    ProjectTree& tree = window_.tree();
    act([&] { tree.setFocus(); });
    press(&tree, Qt::Key_Home);
    const QTreeWidgetItem* before = nullptr;
    while (tree.currentItem() != before) {
      before = tree.currentItem();
      const auto type = static_cast<ProjectTree::Type>(before->data(0, Qt::UserRole).toInt());
      if (type == ProjectTree::Type::result || type == ProjectTree::Type::source) {
        press(&tree, Qt::Key_Return);
        idle();
      }
      press(&tree, Qt::Key_Down);
    }
  }

  project::Id latest(const std::string& output) const {
    project::Id found = 0;
    for (const project::Result& result : window_.session().project().results()) {
      if (result.output == output) found = result.id;
    }
    return found;
  }
  QString table() const {
    return QString::number(window_.session().project().sources().front().id);
  }

  void train(const std::string& epochs) {
    const RunRequest request{
        "table.regress",
        {{"data", {table()}}},
        {{"target", "PPV"}, {"model", "mlp"}, {"epochs", epochs}, {"patience", epochs}}};
    act([&] { Q_EMIT window_.form().runRequested(request); });
  }

  void trainWhileLooking() {
    act([&] { window_.actions().action("analyse.table.regress")->trigger(); });
    train("400");
    for (int i = 0; i < window_.tabs().count() && !window_.jobs().idle(); ++i) {
      act([&] { window_.tabs().setCurrentIndex(i); });
      use(window_.tabs().page(i)->view());
    }
    idle();
  }

  void explain() {
    act([&] { window_.actions().action("analyse.explain.shap")->trigger(); });
    const RunRequest request{
        "explain.shap", {{"model", {QString::number(latest("model"))}}, {"data", {table()}}}, {}};
    act([&] { Q_EMIT window_.form().runRequested(request); });
    idle();
  }

  void chooseFile(QWidget* parent, const QString& name) {
    QFileDialog* dialog = nullptr;
    until([&] { return (dialog = parent->findChild<QFileDialog*>()) != nullptr; });
    rest(kRestMs);
    act([&] { dialog->findChild<QLineEdit*>("fileNameEdit")->setText(folder_.filePath(name)); });
    act([&] { dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save)->click(); });
    until([&] { return QFileInfo::exists(folder_.filePath(name)); });
    rest(kRestMs);
  }

  void showView(const QString& view) {
    for (ViewPage* page : window_.tabs().pages()) {
      if (page->showing().view == view) act([&] { window_.tabs().setCurrentWidget(page); });
    }
  }

  void exportFigureWhileRunning() {
    train("100000");
    showView("beeswarm");
    for (const char* ending : {"pdf", "svg", "png"}) {
      act([&] { window_.exportFigure(); });
      auto* dialog = window_.findChild<FigureDialog*>();
      act([&] { Q_EMIT dialog->fileChosen(folder_.filePath(QString("figure.") + ending)); });
      until([&] { return QFileInfo::exists(folder_.filePath(QString("figure.") + ending)); });
      act([&] { dialog->close(); });
      rest(kRestMs);
    }
    act([&] { window_.copyFigure(); });
    stopRunning();
  }

  void exportReportWhileRunning(const QString& name) {
    train("100000");
    act([&] { window_.exportReport(); });
    chooseFile(&window_, name);
    stopRunning();
  }

  void stopRunning() {
    rest(kRestMs);
    act([&] { window_.jobs().cancelAll(); });
    idle();
  }

  void edit() {
    act([&] { window_.undo(); });
    idle();
    act([&] { window_.redo(); });
    idle();
    act([&] { window_.saveVersion(); });
    act([&] { window_.openPalette(); });
    rest(kRestMs);
    press(QApplication::focusWidget() ? QApplication::focusWidget() : &window_, Qt::Key_Escape);
    idle();
  }

  views::TableView& currentTable() {
    auto* table = qobject_cast<views::TableView*>(&window_.tabs().currentPage()->view());
    if (!table) qFatal("no table in front");
    return *table;
  }
  QTableView* currentGrid() { return currentTable().grid(); }

  void scroll(QTableView* grid) {
    wheel(grid->viewport(), -360, 100);
    for (const double share : {0.25, 0.5, 0.75, 1.0, 0.0}) {
      act([&] {
        grid->verticalScrollBar()->setValue(
            static_cast<int>(share * grid->verticalScrollBar()->maximum()));
      });
    }
    wheel(grid->viewport(), -120, 50);
  }

  // Sorts, filters, and scrolls meanwhile; cancels a sort.
  void arrangeLongTable() {
    views::TableView& table = currentTable();
    for (const bool descending : {false, true}) {
      act([&] { table.sortBy(1, descending); });
      wheel(table.grid()->viewport(), -120, 20);
      idle();
    }
    act([&] { table.setFilter(2, "< 100"); });
    idle();
    act([&] { table.setFilter(2, ""); });
    act([&] { table.sortBy(0, true); });
    act([&] { window_.jobs().cancelAll(); });
    idle();
    act([&] { table.fit(); });
    idle();
  }

  void openScan() {
    const int before = window_.tabs().count();
    const QString path = folder_.filePath(QString("scan_%1.bin").arg(before));
    writeScan(path);
    act([&] { window_.openFiles({path}); });
    until([&] { return window_.tabs().count() > before; });
    idle();
  }

  views::MapView& currentMap() {
    auto* map = qobject_cast<views::MapView*>(&window_.tabs().currentPage()->view());
    if (!map) qFatal("no map in front");
    return *map;
  }

  void openMap(const QString& path) {
    const int before = window_.tabs().count();
    act([&] { window_.openFiles({path}); });
    until([&] { return window_.tabs().count() > before; });
    until([&] { return currentMap().figure().overview() != nullptr; });
    application_.watch().reached();
    idle();
  }

  // Into the map, across it and out again, before all that is seen has been read.
  void lookAround() {
    views::MapView& map = currentMap();
    wheel(&map.canvas(), 120, 12);
    for (int i = 0; i < 3; ++i) drag(map.canvas());
    wheel(&map.canvas(), -120, 12);
    idle();
  }

  void layOver(const QString& name) {
    views::MapView& map = currentMap();
    QComboBox* background = nullptr;
    for (QComboBox* box : map.findChildren<QComboBox*>()) {
      if (box->findText(name) >= 0) background = box;
    }
    if (!background) qFatal("no background to choose");
    act([&] {
      background->setCurrentIndex(background->findText(name));
      Q_EMIT background->activated(background->currentIndex());
    });
    until([&] { return map.figure().other() && map.canvas().complete(); });
    auto* opacity = map.findChild<QSlider*>();
    for (int percent = 60; percent >= 20; percent -= 2) act([&] { opacity->setValue(percent); });
    act([&] { map.setOptions({{"arrangement", "swipe"}}); });
    for (int i = 0; i <= 20; ++i) act([&] { map.setOptions({{"swipe", i / 20.0}}); });
    idle();
  }

  void changeThemes() {
    for (const auto choice : {Settings::ThemeChoice::dark, Settings::ThemeChoice::light}) {
      act([&] { window_.setThemeChoice(choice); });
      idle();
    }
  }

  QTemporaryDir folder_;
};

}  // namespace

int measureFrames(int count, char** words) {
  WatchedApplication application(count, words);
  std::setlocale(LC_NUMERIC, "C");
  views::setTheme(views::lightTheme());
  {
    MainWindow window(allAnalyses());
    Flow(application, window).run();
    window.close();
  }
  std::printf("%s\n", toJson(application.watch()).dump().c_str());
  return 0;
}

}  // namespace lineament::app
