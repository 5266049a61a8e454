// SPDX-License-Identifier: GPL-3.0-or-later
// Model folders are dropped on the window and what the networks attend to is looked at, by the
// events and clicks of a person: here a tiny network made by a rule.
#include <QStandardPaths>

#include "core/io/safetensors.h"
#include "tests/app/window_attention.h"
#include "tests/core/language/tiny_checkpoint.h"

namespace lineament::app {

using namespace testing;

namespace {

QString tinyGpt2In(const QTemporaryDir& folder) {
  const QString model = folder.filePath("tiny-gpt2");
  QDir().mkpath(model);
  io::writeSafetensors(language::tinyGpt2().tensors(), {},
                       (model + "/model.safetensors").toStdString());
  QFile config(model + "/config.json");
  if (!config.open(QIODevice::WriteOnly)) return {};
  config.write(QByteArray::fromStdString(language::tinyGpt2Configuration().dump()));
  return model;
}

}  // namespace

class WindowLanguageTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void aFolderIsAModel() {
    const QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    attend(window, tinyGpt2In(folder), {{"token_ids", "1,4,6,2"}});
    QVERIFY(itemOf(window, "tiny-gpt2"));
    const AttentionStack& stack = attentionOf(window)->figure().stack();
    QCOMPARE(stack.layers.size(), std::size_t{1});
    QCOMPARE(stack.heads.size(), std::size_t{2});
    QCOMPARE(stack.queries, std::uint64_t{4});
    QVERIFY(!attentionOf(window)->grab().isNull());
  }

  // The window goes on after a text that the network has no positions for.
  // However many controls a mode has, the panels beside the view keep their width.
  void panelsKeepTheirWidth() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    attend(window, tinyGpt2In(folder), {{"token_ids", "1,4,6,2"}});
    const int width = window.tree().width();
    QVERIFY(width > 150);
    for (const char* mode : {"grid", "matrix", "arcs", "text", "measures"}) {
      attentionOf(window)->plot().choose({{"mode", mode}});
      QTest::qWait(50);
      QCOMPARE(window.tree().width(), width);
      QCOMPARE(window.width(), 1280);
    }
  }

  void whatIsTooLongIsSaid() {
    const QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    drop(window, tinyGpt2In(folder));
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
    window.actions().action("analyse.text.attention")->trigger();
    window.form().set("token_ids", "1,1,1,1,1,1,1");
    clickRun(window);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().runs().size(), 1U, kPatienceMs);
    QCOMPARE(window.session().project().runs()[0].record.outcome, std::string("failed"));
    QVERIFY(!attentionOf(window));
    window.form().set("token_ids", "1,2");
    clickRun(window);
    QTRY_VERIFY_WITH_TIMEOUT(attentionOf(window), kPatienceMs);
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowLanguageTest)
#include "window_language_test.moc"
