// SPDX-License-Identifier: GPL-3.0-or-later
// What is chosen in one view is chosen in all; the whole flow by keys alone; settings that act at
// once.
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>

#include "app/window/action_registry.h"
#include "app/window/command_palette.h"
#include "app/window/settings_dialog.h"
#include "core/analyses/all.h"
#include "core/base/memory.h"
#include "tests/app/window_fixture.h"
#include "views/common/colour_map.h"
#include "views/common/theme.h"
#include "views/table/table_view.h"

namespace lineament::app {

using namespace testing;

namespace {

// A window with a table, a fit and its explanation.
struct Explained {
  QTemporaryDir folder;
  MainWindow window{allAnalyses()};

  Explained() {
    window.show();
    drop(window, written(folder, "piles.csv", pileTable(120)));
    if (!QTest::qWaitFor([&] { return window.tabs().count() == 1; }, kPatienceMs)) return;
    run("analyse.table.regress", [&] {
      QComboBox* target = comboOf(window, "parameter.target");
      if (!QTest::qWaitFor([&] { return target->findText("ppv") >= 0; })) return;
      target->setFocus();
      QTest::keyClicks(target, "ppv");
    });
    run("analyse.explain.shap", [] {});
  }

  bool ready() { return pageOf(window, "series") && pageOf(window, "beeswarm"); }

  views::View& inFront(const QString& view) {
    ViewPage* page = pageOf(window, view);
    window.tabs().setCurrentWidget(page);
    return page->view();
  }

 private:
  template <class Fill>
  void run(const char* action, const Fill& fill) {
    const auto runs = [&] { return window.session().project().runs().size(); };
    const std::size_t before = runs();
    window.actions().action(action)->trigger();
    fill();
    clickRun(window);
    const bool ran =
        QTest::qWaitFor([&] { return runs() > before && window.jobs().idle(); }, kPatienceMs);
    if (!ran) qWarning("the analysis did not end");
  }
};

// Clicks here and there on a plot until something is chosen.
bool clickUntilChosen(views::View& view) {
  for (int y = 20; y < view.height() - 20; y += 5) {
    for (int x = 60; x < view.width() - 20; x += 7) {
      QTest::mouseClick(&view, Qt::LeftButton, {}, {x, y});
      if (!view.selection().empty()) return true;
    }
  }
  return false;
}

void clickRow(views::TableView& table, int row, Qt::KeyboardModifiers keys = {}) {
  const QRect cell = table.grid()->visualRect(table.model().index(row, 1));
  QTest::mouseClick(table.grid()->viewport(), Qt::LeftButton, keys, cell.center());
}

// What has the keyboard lies in the field of that name.
bool focusIn(const char* field) {
  for (QWidget* at = QApplication::focusWidget(); at; at = at->parentWidget()) {
    if (at->objectName() == QLatin1String(field)) return true;
  }
  return false;
}

// Where the keys of a keyboard arrive: in what has popped up, else in what has the focus.
QWidget* keyboard() {
  QWidget* popup = QApplication::activePopupWidget();
  if (!popup) return QApplication::focusWidget();
  return popup->focusWidget() ? popup->focusWidget() : popup;
}

void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
  QTest::keyClick(keyboard(), key, modifiers);
}

// Presses Tab until the field has the keyboard; says where it went if that never happens.
QString tabTo(const char* field) {
  QStringList way;
  for (int step = 0; step < 80 && !focusIn(field); ++step) {
    press(Qt::Key_Tab);
    const QWidget* at = QApplication::focusWidget();
    way << (at ? QString(at->metaObject()->className()) + ' ' + at->accessibleName() : "nowhere");
  }
  return focusIn(field) ? QString() : way.join(", ");
}

}  // namespace

class WindowHandsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
  void cleanup() {
    Settings settings;
    settings.setTheme(Settings::ThemeChoice::light);
    settings.setSafeColours(false);
    settings.setThreads(0);
    settings.setMemoryBudget(0);
  }

  void rowsChosenInTheTableAreChosenInThePlots() {
    Explained shown;
    QVERIFY(shown.ready());
    auto& table = dynamic_cast<views::TableView&>(shown.inFront("table"));
    clickRow(table, 2);
    clickRow(table, 7, Qt::ControlModifier);
    const std::vector<std::size_t> rows{2, 7};
    QCOMPARE(table.selection().indices(), rows);
    for (const char* view : {"beeswarm", "series"}) {
      QCOMPARE(pageOf(shown.window, view)->view().selection().indices(), rows);
    }
    QTest::keyClick(table.grid(), Qt::Key_Escape);
    for (const char* view : {"table", "beeswarm", "series"}) {
      QVERIFY(pageOf(shown.window, view)->view().selection().empty());
    }
  }

  void pointsChosenInAPlotAreChosenInTheTable() {
    Explained shown;
    QVERIFY(shown.ready());
    for (const char* plot : {"series", "beeswarm"}) {
      views::View& view = shown.inFront(plot);
      QVERIFY(clickUntilChosen(view));
      const Selection chosen = view.selection();
      for (const char* other : {"table", "series", "beeswarm"}) {
        QVERIFY(pageOf(shown.window, other)->view().selection() == chosen);
      }
      QTest::keyClick(&view, Qt::Key_Escape);
      QVERIFY(pageOf(shown.window, "table")->view().selection().empty());
    }
  }

  // No pointer: the palette, the form, the run, the figure and its export dialog.
  void keysAreEnough() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    window.openFiles({written(folder, "piles.csv", pileTable(120))});
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);

    pageOf(window, "table")->view().findChild<QTableView*>()->setFocus();
    press(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    auto* palette = window.findChild<CommandPalette*>();
    QTRY_VERIFY(palette->isVisible());
    QTest::keyClicks(keyboard(), "regress");
    press(Qt::Key_Return);
    QVERIFY(!palette->isVisible());
    window.activateWindow();  // what a window manager does when a popup closes
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QVERIFY(window.form().hasDeclaration());
    QCOMPARE(window.form().declaration().id, std::string("table.regress"));

    QTRY_VERIFY(comboOf(window, "parameter.target")->findText("ppv") >= 0);
    QTRY_VERIFY(comboOf(window, "parameter.target")->isVisible());
    QCOMPARE(QApplication::focusWidget(), &window.form());
    const QString lost = tabTo("parameter.target");
    QVERIFY2(lost.isEmpty(), qPrintable(lost));
    QTest::keyClicks(keyboard(), "ppv");
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().runs().size(), 1U, kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(pageOf(window, "series"), kPatienceMs);

    // Close the figure and open it again from the tree.
    QTRY_VERIFY(window.tabs().currentPage() == pageOf(window, "series"));
    press(Qt::Key_W, Qt::ControlModifier);
    QTRY_VERIFY(!pageOf(window, "series"));
    for (int i = 0; i < 80 && QApplication::focusWidget() != &window.tree(); ++i) {
      press(Qt::Key_Tab);
    }
    QCOMPARE(QApplication::focusWidget(), &window.tree());
    press(Qt::Key_Home);
    for (int i = 0; i < 40; ++i) {
      const QTreeWidgetItem* item = window.tree().currentItem();
      if (item->text(0).startsWith("Predicted against")) break;
      if (item->childCount() > 0 && !item->isExpanded()) press(Qt::Key_Right);  // unfolds it
      press(Qt::Key_Down);
    }
    press(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(pageOf(window, "series"), kPatienceMs);
  }

  void settingsActAtOnceAndAreKept() {
    MainWindow window(allAnalyses());
    window.show();
    window.actions().action("edit.settings")->trigger();
    auto* dialog = window.findChild<SettingsDialog*>();
    QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
    auto* theme = dialog->findChild<QComboBox*>("settings.theme");
    theme->setFocus();
    QTest::keyClick(theme, Qt::Key_End);
    QVERIFY(views::theme().dark);
    QVERIFY(window.actions().action("view.theme_dark")->isChecked());
    QTest::keyClick(dialog->findChild<QComboBox*>("settings.colours"), Qt::Key_Down);
    QVERIFY(views::safeColoursPreferred());
    auto* threads = dialog->findChild<QSpinBox*>("settings.threads");
    QTest::keyClick(threads, Qt::Key_Up);
    auto* memory = dialog->findChild<QDoubleSpinBox*>("settings.memory");
    memory->setFocus();
    memory->selectAll();
    QTest::keyClicks(memory, "2.5");
    QTest::keyClick(memory, Qt::Key_Return);
    QCOMPARE(memoryBudget(), std::size_t{2'500'000'000});

    Settings kept;
    QVERIFY(kept.theme() == Settings::ThemeChoice::dark);
    QVERIFY(kept.safeColours());
    QCOMPARE(kept.threads(), 1);
    QCOMPARE(kept.memoryBudget(), std::size_t{2'500'000'000});
    window.actions().action("view.theme_light")->trigger();
    QVERIFY(!views::theme().dark);
    QCOMPARE(theme->currentText(), QString("Light"));
    memory->setValue(0);
    QVERIFY(memoryBudget() > 0);
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowHandsTest)
#include "window_hands_test.moc"
