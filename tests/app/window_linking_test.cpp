// SPDX-License-Identifier: GPL-3.0-or-later
// What is chosen in one view of a run's tokens is chosen in all of them.
#include <QStandardPaths>

#include "app/window/view_page.h"
#include "core/analyses/all.h"
#include "core/project/flow.h"
#include "tests/app/window_fixture.h"
#include "views/sequence/sequence_view.h"

namespace lineament::app {

using namespace testing;

namespace {

void compareInto(const QString& path) {
  const auto made = project::Project::create(path.toStdString());
  const Analysis& analysis = allAnalyses().require("sequence.compare");
  const auto parameters = Parameters::fromText(
      analysis.declaration(), {{"mechanisms", "softmax,deltanet"}, {"tokens", "16"}});
  project::runInProject(*made, analysis, {}, parameters, {});
}

}  // namespace

class WindowLinkingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void viewsOfTheSameTokensFollow() {
    QTemporaryDir folder;
    const QString path = folder.filePath("linked.lineament");
    compareInto(path);
    MainWindow window(allAnalyses());
    window.resize(1400, 900);
    window.show();
    window.openFiles({path});
    QTRY_VERIFY_WITH_TIMEOUT(window.session().path() == path && window.jobs().idle(), kPatienceMs);
    window.tabs().closeAll();
    const project::Project& project = window.session().project();
    for (const auto& figure : project.figures()) {
      const std::string& title = figure.spec.title;
      if (figure.spec.view == "series" && title != "Eigenvalues" && title != "State norm") continue;
      window.tabs().show(project::loadItem(project, figure.data, {}),
                         {.data_id = figure.data,
                          .figure_id = figure.id,
                          .view = QString::fromStdString(figure.spec.view),
                          .title = QString::fromStdString(title),
                          .options = figure.spec.options});
    }
    QCOMPARE(window.tabs().pages().size(), 4);
    auto* panel = window.findChild<views::SequencePanel*>();
    QVERIFY(panel);
    for (int i = 0; i < 3; ++i) QTest::keyClick(panel, Qt::Key_Right);
    for (ViewPage* page : window.tabs().pages()) {
      QCOMPARE(page->view().selection().indices(), (std::vector<std::size_t>{2}));
    }
    QTest::keyClick(panel, Qt::Key_Escape);
    for (ViewPage* page : window.tabs().pages()) QVERIFY(page->view().selection().empty());
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowLinkingTest)
#include "window_linking_test.moc"
