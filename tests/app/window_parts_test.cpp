// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMainWindow>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/window/action_registry.h"
#include "app/window/command_palette.h"
#include "app/window/file_import.h"
#include "app/window/fuzzy_match.h"
#include "app/window/icons.h"
#include "app/window/job_strip.h"
#include "app/window/message_bar.h"
#include "app/window/settings.h"

namespace lineament::app {
namespace {

constexpr ErrorText kBroken{"test.broken", "Read {file} as a table", "the quote is never closed",
                            "line {line}", "Close the quote"};

QString allText(const QWidget& widget) {
  QStringList words;
  for (const QLabel* label : widget.findChildren<QLabel*>()) words << label->text();
  return words.join('\n');
}

}  // namespace

class WindowPartsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void fewLettersFindTheCommand() {
    QVERIFY(fuzzyScore("exf", "Export figure"));
    QVERIFY(!fuzzyScore("fex", "Export x"));
    QVERIFY(*fuzzyScore("fig", "Export figure") > *fuzzyScore("fig", "Fit all graphs"));
    QVERIFY(*fuzzyScore("open", "Open") > *fuzzyScore("open", "Open the sample project"));
    QVERIFY(*fuzzyScore("SHAP", "Explain with SHAP values") > 0);
    QVERIFY(fuzzyScore("", "anything"));
  }

  void thePaletteRunsWhatIsFound() {
    QMainWindow window;
    ActionRegistry registry(*window.menuBar(), window);
    QStringList ran;
    registry.add(
        {.id = "a", .menu = "&File", .text = "Export &figure…", .act = [&] { ran << "a"; }});
    registry.add({.id = "b", .menu = "&Edit", .text = "&Undo", .act = [&] { ran << "b"; }});
    registry.action("b")->setEnabled(false);
    window.show();
    CommandPalette palette(registry, &window);
    palette.open();
    auto* line = palette.findChild<QLineEdit*>();
    auto* list = palette.findChild<QListWidget*>();
    QCOMPARE(list->count(), 1);  // what cannot be done is not offered
    registry.action("b")->setEnabled(true);
    QTest::keyClicks(line, "und");
    QCOMPARE(list->count(), 1);
    QTest::keyClick(line, Qt::Key_Return);
    QCOMPARE(ran, QStringList{"b"});
    QVERIFY(!palette.isVisible());
  }

  void tooltipsSayTheKey() {
    QMainWindow window;
    ActionRegistry registry(*window.menuBar(), window);
    const QAction* action = registry.add(
        {.id = "a", .menu = "File", .text = "&Run", .keys = {QKeySequence("Ctrl+Return")}});
    QVERIFY(action->toolTip().contains("Ctrl+Return"));
    QVERIFY(!action->toolTip().contains('&'));
  }

  void aMessageHasTheFourPartsOfAnError() {
    MessageArea area;
    area.show(Error(kBroken, {{"file", "<b>piles</b>.csv"}, {"line", 7}}));
    QCOMPARE(area.count(), 1);
    const QString words = allText(area);
    QVERIFY(words.contains("Read <b>piles</b>.csv as a table: the quote is never closed"));
    QVERIFY(words.contains("Line 7. Close the quote."));
    auto* details = area.findChild<QPlainTextEdit*>();
    QVERIFY(details->toPlainText().contains("test.broken"));
    QVERIFY(details->isHidden());
    for (QPushButton* button : area.findChildren<QPushButton*>()) button->click();
    QVERIFY(!details->isHidden());
    area.findChild<QToolButton*>("close")->click();
    QCOMPARE(area.count(), 0);
  }

  void theSameIsNotSaidTwiceAndThreeAreEnough() {
    MessageArea area;
    for (int i = 0; i < 2; ++i) area.show({.headline = "one"});
    QCOMPARE(area.count(), 1);
    for (const char* words : {"two", "three", "four"}) area.show({.headline = words});
    QCOMPARE(area.count(), 3);
  }

  void aRemedyActsAndClosesItsBar() {
    MessageArea area;
    bool located = false;
    area.show({.headline = "piles.csv is not where it was",
               .remedies = {{"Locate…", [&] { located = true; }}}});
    area.findChild<QPushButton*>()->click();
    QVERIFY(located);
    QCOMPARE(area.count(), 0);
  }

  void aGlanceTellsHowManyFiles() {
    QTemporaryDir folder;
    QFile file(folder.filePath("a.csv"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(firstGlance({folder.path()}).accepted);  // it may hold a model
    QVERIFY(firstGlance({file.fileName()}).accepted);
    QCOMPARE(firstGlance({file.fileName()}).detail, QString("a.csv"));
    QVERIFY(firstGlance({"x.csv", "y.csv"}).action.contains("2"));
  }

  // Whatever takes a look at a file may wait for its disk, so none does before open() returns.
  void filesAreLookedAtInJobs() {
    QTemporaryDir folder;
    JobQueue jobs;
    ProjectSession session(jobs, nullptr);
    FileImport import(jobs, session, nullptr);
    QSignalSpy failed(&import, &FileImport::failed), replaced(&session, &ProjectSession::replaced);
    const QString path = folder.filePath("other.lineament");
    project::Project::create(path.toStdString())->close();
    import.open({folder.path(), path});
    QCOMPARE(failed.size(), 0);
    QCOMPARE(jobs.jobs().size(), 2);
    QTRY_COMPARE(failed.size(), 1);
    QTRY_COMPARE(replaced.size(), 1);
    QCOMPARE(session.path(), path);
  }

  void theStripShowsAJobAndCancelsIt() {
    JobQueue queue;
    JobStrip strip(queue);
    auto* bar = strip.findChild<QProgressBar*>();
    QVERIFY(bar->isHidden());
    bool cancelled = false;
    queue.start(
        {.title = "ridge"},
        [](const Context& context) {
          for (;;) context.checkpoint(0.63, "Fitting");
        },
        this, [&](const Outcome<Nothing>& outcome) { cancelled = outcome.index() == 1; });
    QVERIFY(bar->isHidden());  // a blink of a job does not flicker
    QTRY_VERIFY(!bar->isHidden());
    QTRY_COMPARE(bar->value(), 63);
    QVERIFY(allText(strip).contains("ridge: Fitting"));
    QVERIFY(allText(strip).contains("63%"));
    strip.findChild<QToolButton*>("cancel")->click();
    QTRY_VERIFY(cancelled);
    QVERIFY(bar->isHidden());
  }

  void theTimeLeftReadsAsPeopleSayIt() {
    QCOMPARE(timeLeftText(4.2), QString("4 s left"));
    QCOMPARE(timeLeftText(200), QString("3 min left"));
  }

  void recentProjectsAreThoseThatExist() {
    QTemporaryDir folder;
    const QString path = folder.filePath("a.lineament");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    Settings settings;
    settings.addRecentProject(folder.filePath("gone.lineament"));
    settings.addRecentProject(path);
    QCOMPARE(settings.recentProjects().first(), path);
    QVERIFY(!settings.recentProjects().contains(folder.filePath("gone.lineament")));
  }

  void everyOwnIconDraws() {
    for (const char* name : {"table", "run", "figure", "model", "explanation", "close", "export"}) {
      const QImage image = lineIcon(name).pixmap(20).toImage();
      bool inked = false;
      for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) inked |= qAlpha(image.pixel(x, y)) > 0;
      }
      QVERIFY2(inked, name);
    }
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowPartsTest)
#include "window_parts_test.moc"
