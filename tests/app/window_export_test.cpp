// SPDX-License-Identifier: GPL-3.0-or-later
// Figures and reports leave the window as jobs: the window goes on meanwhile, and what is cancelled
// leaves nothing behind.
#include <QFile>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <atomic>
#include <thread>

#include "app/window/action_registry.h"
#include "app/window/exporter.h"
#include "app/window/job_strip.h"
#include "app/window/main_window.h"
#include "core/analyses/all.h"
#include "core/project/flow.h"
#include "tests/app/file_choice.h"

namespace lineament::app {
namespace {

constexpr int kPatienceMs = 60'000;

// A project with a table and a model of it.
QString projectIn(const QTemporaryDir& folder) {
  QFile table(folder.filePath("piles.csv"));
  if (!table.open(QIODevice::WriteOnly)) return {};
  table.write("distance,weight,ppv\n");
  for (int i = 0; i < 60; ++i) {
    const double distance = 5 + (i * 53) % 97, weight = 1 + 0.05 * ((i * 31) % 61);
    table.write(QByteArray::number(distance) + ',' + QByteArray::number(weight) + ',' +
                QByteArray::number(30 - 0.2 * distance + 4 * weight) + '\n');
  }
  table.close();
  const QString path = folder.filePath("given.lineament");
  const auto project = project::Project::create(path.toStdString());
  const auto source = project::importFile(*project, table.fileName().toStdString()).source;
  const Analysis& analysis = allAnalyses().require("table.regress");
  project::runInProject(*project, analysis, {{"data", source}},
                        Parameters::fromText(analysis.declaration(), {{"target", "ppv"}}), {},
                        "Velocity from distance");
  return path;
}

// Opens the menu and clicks the entry.
void clickInMenu(MainWindow& window, const char* command) {
  QAction* action = window.actions().action(command);
  for (QAction* top : window.menuBar()->actions()) {
    QMenu* menu = top->menu();
    if (!menu || !menu->actions().contains(action)) continue;
    menu->popup(window.mapToGlobal(QPoint(0, 30)));
    QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
  }
}

QString textOfPdf(const QString& path) {
  QProcess extract;
  extract.start("pdftotext", {"-layout", path, "-"});
  extract.waitForFinished();
  return QString::fromUtf8(extract.readAllStandardOutput());
}

QStringList filesIn(const QTemporaryDir& folder) {
  return QDir(folder.path()).entryList(QDir::Files | QDir::Hidden);
}

// A figure whose work lasts until the test lets it go on.
class SlowFigure : public views::Copied<SlowFigure, views::Figure> {
 public:
  using Step = std::function<void(const Context&)>;
  SlowFigure(Step preparing, Step painting)
      : preparing_(std::move(preparing)), painting_(std::move(painting)) {}

  QString id() const override { return "slow"; }
  void setData(const Data&) override {}
  void setOptions(const nlohmann::json&) override {}
  nlohmann::json options() const override { return nlohmann::json::object(); }
  void prepare(const Context& context) override { preparing_(context); }
  void paint(QPainter& painter, const QSizeF& size, const views::Theme&) const override {
    painting_({});
    painter.drawRect(QRectF({0, 0}, size));
  }

 private:
  Step preparing_, painting_;
};

void nothing(const Context&) {}

void untilCancelled(const Context& context) {
  for (;;) {
    context.checkpoint(0.5, "Drawing slowly");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

class WindowExportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void theReportIsExportedByClicks() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    window.openFiles({projectIn(folder)});
    QTRY_COMPARE_WITH_TIMEOUT(window.session().title(), QString("given"), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(window.jobs().idle(), kPatienceMs);

    const QString path = folder.filePath("report.pdf");
    clickInMenu(window, "file.export_report");
    saveAs(window, path);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), kPatienceMs);
    QTRY_VERIFY(window.jobs().idle());
    QCOMPARE(window.messages().count(), 0);
    if (QStandardPaths::findExecutable("pdftotext").isEmpty()) QSKIP("pdftotext is not installed");
    const QString text = textOfPdf(path);
    for (const char* expected : {"given", "piles.csv", "Velocity from distance", "SHA-256"}) {
      QVERIFY2(text.contains(expected), expected);
    }
  }

  void aReportThatIsCancelledLeavesNothing() {
    QTemporaryDir folder, target;
    MainWindow window(allAnalyses());
    window.show();
    window.openFiles({projectIn(folder)});
    QTRY_COMPARE_WITH_TIMEOUT(window.session().title(), QString("given"), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(window.jobs().idle(), kPatienceMs);
    clickInMenu(window, "file.export_report");
    saveAs(window, target.filePath("report.pdf"));
    const auto exports = [](const Job* job) { return job->title().contains("report.pdf"); };
    QVERIFY(std::any_of(window.jobs().jobs().begin(), window.jobs().jobs().end(), exports));
    window.actions().action("analyse.cancel")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.jobs().idle(), kPatienceMs);
    QCOMPARE(filesIn(target), QStringList());
  }

  // The drawing ends when the event loop has turned: were it drawn on the window's thread, never.
  void theWindowGoesOnWhileAFigureIsDrawn() {
    QTemporaryDir folder;
    JobQueue jobs;
    Exporter exporter(jobs, allAnalyses(), nullptr);
    std::atomic<int> turns = 0;
    std::atomic<bool> gave_up = false;
    const SlowFigure figure(nothing, [&](const Context&) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (turns < 5 && !gave_up) gave_up = std::chrono::steady_clock::now() > end;
    });
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&] { ++turns; });
    timer.start(1);
    QString written;
    connect(&exporter, &Exporter::written, this, [&](const QString& path) { written = path; });
    const QString path = folder.filePath("slow.png");
    exporter.writeFigure(figure, path, {.width_mm = 20, .height_mm = 20, .dpi = 72}, {});
    QTRY_COMPARE_WITH_TIMEOUT(written, path, kPatienceMs);
    QVERIFY(!gave_up);
    QVERIFY(!QImage(path).isNull());
  }

  void aFigureThatIsCancelledLeavesNothing() {
    QTemporaryDir folder;
    JobQueue jobs;
    JobStrip strip(jobs);
    strip.show();
    Exporter exporter(jobs, allAnalyses(), nullptr);
    exporter.writeFigure(SlowFigure(untilCancelled, nothing), folder.filePath("slow.pdf"), {}, {});
    auto* cancel = strip.findChild<QToolButton*>("cancel");
    QTRY_VERIFY(cancel->isVisible());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QTRY_VERIFY(jobs.idle());
    QCOMPARE(filesIn(folder), QStringList());
  }

  void whatCannotBeWrittenIsSaid() {
    QTemporaryDir folder;
    JobQueue jobs;
    Exporter exporter(jobs, allAnalyses(), nullptr);
    QStringList failures;
    connect(&exporter, &Exporter::failed, this,
            [&](const Error& error) { failures << QString::fromStdString(error.key()); });
    exporter.writeFigure(SlowFigure(nothing, nothing), folder.filePath("no/such/folder.svg"), {},
                         {});
    QTRY_COMPARE(failures.size(), 1);
    exporter.writeFigure(SlowFigure(nothing, nothing), folder.filePath("figure.bmp"), {}, {});
    QTRY_COMPARE(failures.size(), 2);
    QCOMPARE(failures.last(), QString("figure.ending"));
    QCOMPARE(filesIn(folder), QStringList());
  }

  // What is changed in the view afterwards is not in the file.
  void theFigureIsTheOneOfTheMoment() {
    QTemporaryDir folder;
    JobQueue jobs;
    Exporter exporter(jobs, allAnalyses(), nullptr);
    QImage picture;
    connect(&exporter, &Exporter::copied, this, [&](const QImage& copied) { picture = copied; });
    auto figure = std::make_unique<SlowFigure>(nothing, nothing);
    exporter.copyFigure(*figure, {.width_mm = 25.4, .height_mm = 12.7, .dpi = 100});
    figure.reset();
    QTRY_COMPARE(picture.size(), QSize(100, 50));
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowExportTest)
#include "window_export_test.moc"
