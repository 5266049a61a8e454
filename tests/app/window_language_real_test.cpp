// SPDX-License-Identifier: GPL-3.0-or-later
// The tiny stories model is dropped on the window, and what it attends to in a sentence looked at.
#include <QStandardPaths>

#include "tests/app/window_attention.h"

namespace lineament::app {

using namespace testing;

class WindowLanguageRealTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void theTinyStoriesModel() {
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    attend(window,
           QString(LINEAMENT_REAL_DATA) + "/checkpoints/llama2c_stories260K/stories260K.bin",
           {{"text", "Once upon a time, there was a little girl named Lily."}});
    views::AttentionView& view = *attentionOf(window);
    const AttentionStack& stack = view.figure().stack();
    QCOMPARE(stack.layers.size(), std::size_t{5});
    QCOMPARE(stack.heads.size(), std::size_t{8});
    QVERIFY(stack.queries > 15 && stack.causal);
    QCOMPARE(QString::fromStdString(stack.query_tokens.at(1)), QString(" Once"));
    QCOMPARE(stack.measures.size(), std::size_t{9});
    QVERIFY(!stack.token_measures.empty());
    QVERIFY(!view.grab().isNull());
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowLanguageRealTest)
#include "window_language_real_test.moc"
