// SPDX-License-Identifier: GPL-3.0-or-later
// A source's file has moved, gone or changed: the window asks, and each answer works.
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardPaths>
#include <algorithm>

#include "core/analyses/all.h"
#include "core/project/flow.h"
#include "tests/app/window_fixture.h"
#include "views/table/table_view.h"

namespace lineament::app {

using namespace testing;

namespace {

// A project over one table, and one fit of it.
struct Kept {
  QTemporaryDir folder;
  QString table = written(folder, "piles.csv", pileTable(60));
  QString path = folder.filePath("kept.lineament");

  Kept() {
    const auto made = project::Project::create(path.toStdString());
    const project::Imported piles = project::importFile(*made, table.toStdString());
    const Analysis& regress = allAnalyses().require("table.regress");
    const Parameters parameters = Parameters::fromText(regress.declaration(), {{"target", "ppv"}});
    project::runInProject(*made, regress, {{"data", piles.source}}, parameters, Context(), "Fit");
  }
};

QAbstractButton* buttonOf(MainWindow& window, const QString& text) {
  for (auto* button : window.messages().findChildren<QAbstractButton*>()) {
    if (button->text().remove('&') == text && button->isVisible()) return button;
  }
  return nullptr;
}

bool clickRemedy(MainWindow& window, const QString& text) {
  if (!QTest::qWaitFor([&] { return buttonOf(window, text) != nullptr; })) return false;
  QTest::mouseClick(buttonOf(window, text), Qt::LeftButton);
  return true;
}

bool says(MainWindow& window, const QString& words) {
  for (const QLabel* label : window.messages().findChildren<QLabel*>()) {
    if (label->text().contains(words)) return true;
  }
  return false;
}

void open(MainWindow& window, const Kept& kept) {
  window.show();
  window.openFiles({kept.path});
}

// The results are there whatever became of the file.
bool resultsAreThere(MainWindow& window) {
  const auto runs = window.session().project().runs();
  return runs.size() == 1 && runs[0].record.outcome == "done" &&
         window.session().project().resultsOf(runs[0].id).size() > 3;
}

int rowsOfTheTable(MainWindow& window) {
  for (ViewPage* page : window.tabs().pages()) {
    if (page->showing().title != QLatin1String("piles.csv")) continue;
    return dynamic_cast<views::TableView&>(page->view()).model().rowCount();
  }
  return -1;
}

// The form of a reader's options, when it is there.
AnalysisForm* readForm(MainWindow& window) {
  QDialog* dialog = nullptr;
  const bool there = QTest::qWaitFor([&] {
    dialog = window.findChild<QDialog*>("read_options");
    return dialog && dialog->isVisible();
  });
  return there ? dialog->findChild<AnalysisForm*>() : nullptr;
}

void clickRead(AnalysisForm& form) {
  QTest::mouseClick(form.findChild<PrimaryButton*>("run"), Qt::LeftButton);
}

}  // namespace

class WindowSourcesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void aFileThatIsGoneIsFoundAgain() {
    Kept kept;
    QTemporaryDir elsewhere;
    const QString there = elsewhere.filePath("renamed.csv");
    QVERIFY(QFile::rename(kept.table, there));
    MainWindow window(allAnalyses());
    open(window, kept);
    QTRY_VERIFY_WITH_TIMEOUT(says(window, "piles.csv is not where it was"), kPatienceMs);
    QVERIFY(!QApplication::activeModalWidget());
    QVERIFY(resultsAreThere(window));
    QVERIFY(pageOf(window, "series") || QTest::qWaitFor([&] { return pageOf(window, "series"); }));

    QVERIFY(clickRemedy(window, "Locate…"));
    auto* dialog = window.findChild<QFileDialog*>();
    QTRY_VERIFY(dialog && dialog->isVisible());
    dialog->findChild<QLineEdit*>("fileNameEdit")->setText(there);
    auto* buttons = dialog->findChild<QDialogButtonBox*>();
    QTest::mouseClick(buttons->button(QDialogButtonBox::Open), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().sources()[0].absolute_path.string(),
                              there.toStdString(), kPatienceMs);
    doubleClick(window, "piles.csv");
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 60, kPatienceMs);
    QVERIFY(resultsAreThere(window));
  }

  void aFolderThatMovedIsWhole() {
    Kept kept;
    QTemporaryDir elsewhere;
    const QString there = elsewhere.filePath("piles.csv");
    const QString project = elsewhere.filePath("kept.lineament");
    QVERIFY(QFile::rename(kept.table, there));
    QVERIFY(QFile::rename(kept.path, project));
    MainWindow window(allAnalyses());
    window.show();
    window.openFiles({project});
    // A file beside the project is found without asking.
    QTRY_VERIFY_WITH_TIMEOUT(window.session().path() == project, kPatienceMs);
    doubleClick(window, "piles.csv");
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 60, kPatienceMs);
    QVERIFY(resultsAreThere(window));
  }

  void newContentIsTaken() {
    Kept kept;
    written(kept.folder, "piles.csv", pileTable(75));
    MainWindow window(allAnalyses());
    open(window, kept);
    QTRY_VERIFY_WITH_TIMEOUT(says(window, "piles.csv has changed since it was read"), kPatienceMs);
    QVERIFY(clickRemedy(window, "Use the new content"));
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 75, kPatienceMs);
    QVERIFY(resultsAreThere(window));
    QTRY_VERIFY(!says(window, "has changed since it was read"));
  }

  void theOldResultsAreKept() {
    Kept kept;
    written(kept.folder, "piles.csv", pileTable(75));
    {
      MainWindow window(allAnalyses());
      open(window, kept);
      QTRY_VERIFY_WITH_TIMEOUT(says(window, "piles.csv has changed since it was read"),
                               kPatienceMs);
      QVERIFY(clickRemedy(window, "Use the old result"));
      QTRY_VERIFY(!says(window, "has changed since it was read"));
      QVERIFY(resultsAreThere(window));
      QTRY_VERIFY_WITH_TIMEOUT(pageOf(window, "series"), kPatienceMs);
      // What would be read now is not what the results were made from, nor passed off as it.
      doubleClick(window, "piles.csv");
      QTRY_VERIFY_WITH_TIMEOUT(says(window, "Accept the new content"), kPatienceMs);
      QCOMPARE(rowsOfTheTable(window), -1);
      window.close();
    }
    MainWindow again(allAnalyses());  // asks again
    open(again, kept);
    QTRY_VERIFY_WITH_TIMEOUT(says(again, "piles.csv has changed since it was read"), kPatienceMs);
  }

  void aSourceIsReadWithOptions() {
    Kept kept;
    MainWindow window(allAnalyses());
    open(window, kept);
    QTRY_VERIFY_WITH_TIMEOUT(window.session().path() == kept.path, kPatienceMs);
    doubleClick(window, "piles.csv");
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 60, kPatienceMs);
    const project::Id source = window.session().project().sources()[0].id;
    const auto header = [&] {
      const auto options = window.session().project().source(source).reader_options;
      return options.at("header").get<std::string>();
    };

    Q_EMIT window.tree().readOptionsWanted(source);
    AnalysisForm* form = readForm(window);
    QVERIFY(form);
    QCOMPARE(form->findChild<PrimaryButton*>("run")->text(), QString("Read"));
    form->set("header", "no");
    clickRead(*form);
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 61, kPatienceMs);
    QCOMPARE(header(), std::string("no"));
    window.undo();
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 60, kPatienceMs);
    QCOMPARE(header(), std::string("auto"));
    window.redo();
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 61, kPatienceMs);
    QTRY_VERIFY(!window.findChild<QDialog*>("read_options"));

    // It shows how the file is read now. What does not work is said, and not kept.
    Q_EMIT window.tree().readOptionsWanted(source);
    form = readForm(window);
    QVERIFY(form);
    const auto settings = form->request().settings;
    QVERIFY(std::ranges::any_of(settings, [](const auto& setting) {
      return setting.first == "header" && setting.second == "no";
    }));
    form->set("skip_rows", "1000");
    clickRead(*form);
    QTRY_VERIFY_WITH_TIMEOUT(says(window, "there are no rows in it"), kPatienceMs);
    QCOMPARE(rowsOfTheTable(window), 61);
    QVERIFY(resultsAreThere(window));
  }

  void aFileThatNeedsAnOptionIsRead() {
    QTemporaryDir folder;
    const QString file = written(folder, "inches.csv", "size,n\n1,2\n\"3,4\n5,6\n");
    MainWindow window(allAnalyses());
    window.show();
    drop(window, file);
    QTRY_VERIFY_WITH_TIMEOUT(says(window, "never closed"), kPatienceMs);
    QVERIFY(window.session().project().sources().empty());
    QVERIFY(clickRemedy(window, "Read with options…"));
    AnalysisForm* form = readForm(window);
    QVERIFY(form);
    form->set("quote", "none");
    clickRead(*form);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().sources().size(), std::size_t(1),
                              kPatienceMs);
    const auto options = window.session().project().sources()[0].reader_options;
    QCOMPARE(options.at("quote").get<std::string>(), std::string("none"));
  }

  void theOldFileComesBack() {
    Kept kept;
    written(kept.folder, "piles.csv", pileTable(75));
    {
      MainWindow window(allAnalyses());
      open(window, kept);
      QTRY_VERIFY_WITH_TIMEOUT(says(window, "has changed since it was read"), kPatienceMs);
    }
    written(kept.folder, "piles.csv", pileTable(60));
    MainWindow window(allAnalyses());
    open(window, kept);
    QTRY_VERIFY_WITH_TIMEOUT(window.session().path() == kept.path, kPatienceMs);
    doubleClick(window, "piles.csv");
    QTRY_COMPARE_WITH_TIMEOUT(rowsOfTheTable(window), 60, kPatienceMs);
    QCOMPARE(window.messages().count(), 0);
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowSourcesTest)
#include "window_sources_test.moc"
