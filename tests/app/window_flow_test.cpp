// SPDX-License-Identifier: GPL-3.0-or-later
// A table is dropped on the window, a model fitted to it, the model explained and the figure
// exported: by the events and clicks of a person.
#include <QAccessible>
#include <QDragLeaveEvent>
#include <QStandardPaths>

#include "app/window/action_registry.h"
#include "app/window/drop_overlay.h"
#include "app/window/figure_dialog.h"
#include "core/analyses/all.h"
#include "core/project/flow.h"
#include "tests/app/file_choice.h"
#include "tests/app/window_fixture.h"

namespace lineament::app {
using namespace testing;

class WindowFlowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void hoveringSaysWhatWouldHappen() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(written(folder, "piles.csv", pileTable(20)))});
    drag(window, mime);
    auto* overlay = window.findChild<DropOverlay*>();
    QVERIFY(overlay->isVisible());
    QTRY_VERIFY(overlay->action().contains("CSV"));
    QDragLeaveEvent leave;
    QCoreApplication::sendEvent(&window, &leave);
    QVERIFY(!overlay->isVisible());
    QVERIFY(window.session().empty());
  }

  void whatCannotBeReadIsNamedWithoutBlocking() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    drop(window, folder.path());
    QTRY_COMPARE(window.messages().count(), 1);
    drop(window, written(folder, "empty.csv", {}));
    QTRY_COMPARE(window.messages().count(), 2);
    QVERIFY(window.session().empty());
    QVERIFY(!QApplication::activeModalWidget());
  }

  void fromATableToAnExplanation() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    drop(window, written(folder, "piles.csv", pileTable(240)));
    QVERIFY(window.session().empty());  // the drop itself only hands over
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
    QCOMPARE(window.tabs().currentPage()->showing().view, QString("table"));

    window.actions().action("analyse.table.regress")->trigger();
    QComboBox* target = comboOf(window, "parameter.target");
    QTRY_VERIFY(target->findText("ppv") >= 0);
    target->setFocus();
    QTest::keyClicks(target, "ppv");
    QCOMPARE(target->currentText(), QString("ppv"));
    clickRun(window);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().runs().size(), 1U, kPatienceMs);
    const project::Run regress = window.session().project().runs()[0];
    QCOMPARE(regress.record.outcome, std::string("done"));
    QVERIFY(regress.record.metrics.at("r2") > 0.95);

    QTRY_VERIFY(window.jobs().idle());
    window.actions().action("analyse.explain.shap")->trigger();
    clickRun(window);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().runs().size(), 2U, kPatienceMs);
    QCOMPARE(window.session().project().runs()[1].record.outcome, std::string("done"));
    QTRY_VERIFY_WITH_TIMEOUT(pageOf(window, "beeswarm"), kPatienceMs);

    exportTo(window, folder);
    undoTakesTheRunBack(window);
  }

  void everyControlCanBeReadAloud() {
    MainWindow window(allAnalyses());
    window.show();
    window.actions().action("analyse.table.regress")->trigger();
    QStringList nameless;
    for (QWidget* control : window.findChildren<QWidget*>()) {
      if (!control->isVisible() || !(control->focusPolicy() & Qt::TabFocus)) continue;
      QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(control);
      if (spoken && !spoken->text(QAccessible::Name).trimmed().isEmpty()) continue;
      nameless << control->metaObject()->className() + (' ' + control->objectName());
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(", ")));
  }

  void aProjectSeenForTheFirstTimeShowsItsData() {
    QTemporaryDir folder;
    const QString path = folder.filePath("given.lineament");
    {
      const auto made = project::Project::create(path.toStdString());
      project::importFile(*made, written(folder, "piles.csv", pileTable(40)).toStdString());
    }
    MainWindow window(allAnalyses());
    window.show();
    window.openFiles({path});
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
    QCOMPARE(window.tabs().tabText(0), QString("piles.csv"));
    QCOMPARE(window.windowTitle().section(':', 0, 0), QString("given"));
  }

  void aProjectComesBackAsItWas() {
    QTemporaryDir folder;
    QString path;
    {
      MainWindow window(allAnalyses());
      window.show();
      drop(window, written(folder, "piles.csv", pileTable(40)));
      QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
      path = window.session().path();
      window.close();
    }
    MainWindow again(allAnalyses());
    again.show();
    again.openFiles({path});
    QTRY_COMPARE_WITH_TIMEOUT(again.session().path(), path, kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(again.tabs().count(), 1, kPatienceMs);
    QCOMPARE(again.tabs().tabText(0), QString("piles.csv"));
  }

 private:
  static void exportTo(MainWindow& window, const QTemporaryDir& folder) {
    ViewPage* page = pageOf(window, "beeswarm");
    window.tabs().setCurrentWidget(page);
    window.actions().action("file.export_figure")->trigger();
    auto* dialog = window.findChild<FigureDialog*>();
    QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
    QVERIFY(dialog->sizeText().contains("174"));
    const QString path = folder.filePath("beeswarm.svg");
    dialog->findChild<QComboBox*>("format")->setCurrentIndex(1);
    QTest::mouseClick(dialog->findChild<PrimaryButton*>(), Qt::LeftButton);
    saveAs(*dialog, path);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), kPatienceMs);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().contains("<svg"));
    dialog->close();
  }

  static void undoTakesTheRunBack(MainWindow& window) {
    QTRY_VERIFY(window.actions().action("edit.undo")->isEnabled());
    window.actions().action("edit.undo")->trigger();
    QTRY_COMPARE(window.session().project().runs().size(), 1U);
    QTRY_VERIFY(window.actions().action("edit.redo")->isEnabled());
    window.actions().action("edit.redo")->trigger();
    QTRY_COMPARE(window.session().project().runs().size(), 2U);
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowFlowTest)
#include "window_flow_test.moc"
