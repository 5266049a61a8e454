// SPDX-License-Identifier: GPL-3.0-or-later
// Real checkpoints are dropped on the window: what the tiny stories model attends to in a sentence
// is looked at, and the tensors of the others.
#include <QStandardPaths>

#include "tests/app/window_attention.h"
#include "views/checkpoint/checkpoint_view.h"
#include "views/common/tensor_card.h"

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
    if (QTest::currentTestFailed()) return;
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

  // Each opens as tensors to look at.
  void everyCheckpoint_data() {
    QTest::addColumn<QString>("tensor");  // one of its, with its shape
    QTest::addColumn<QString>("shape");
    const auto file = [](const char* name, const char* tensor, const char* shape) {
      QTest::newRow(name) << tensor << shape;
    };
    file("pth/version-RFB-320.pth", "base_net.0.0.weight", "16 x 3 x 3 x 3");
    file("pth/test_with_key.pt", "test", "2 x 4");
    file("pth/fortran_tensor_3d.pth", "tensor_fortran", "2 x 3 x 4");
    file("pile_ppv/model.pt", "layers.2.weight", "200 x 100");
    file("safetensors/silero_vad_16k.safetensors", "conv1.weight", "128 x 129 x 3");
    file("onnx/version-RFB-320.onnx", "base_net.0.0.weight", "16 x 3 x 3 x 3");
    file("onnx/silero_vad.onnx",
         "If_0.then_branch.If_0_then_branch__Inline_0__decoder.rnn.weight_hh", "512 x 128");
    file("pth/test.pt", "test", "2 x 4");
    file("npy/test.npz", "x_plus_one", "10");
  }

  void everyCheckpoint() {
    QFETCH(const QString, tensor);
    QFETCH(const QString, shape);
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    drop(window, QString(LINEAMENT_REAL_DATA) + "/checkpoints/" + QTest::currentDataTag());
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
    auto* view = qobject_cast<views::CheckpointView*>(&window.tabs().currentPage()->view());
    QVERIFY(view);
    const auto& checkpoint = view->figure().checkpoint();
    const auto entry = checkpoint.find(tensor.toStdString());
    QVERIFY2(entry, qPrintable(view->copied()));
    QCOMPARE(QString::fromStdString(shapeText(checkpoint.entries()[*entry].shape)), shape);
    view->choose(*entry);
    const auto& portrait = view->card().portrait();
    QTRY_VERIFY_WITH_TIMEOUT(portrait->summedUp(), kPatienceMs);
    QVERIFY2(portrait->summary, qPrintable(portrait->problem));
    QVERIFY(portrait->summary->low < portrait->summary->high);
    QCOMPARE(portrait->summary->finite(), portrait->summary->count);
  }

  // Every byte over 127 of these two was replaced where they were published.
  void whatIsDamagedIsRefused() {
    MainWindow window(allAnalyses());
    window.show();
    for (const char* file : {"ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf"}) {
      window.messages().clear();
      drop(window, QString(LINEAMENT_REAL_DATA) + "/checkpoints/gguf/" + file);
      QTRY_COMPARE_WITH_TIMEOUT(window.messages().count(), 1, kPatienceMs);
      QCOMPARE(window.tabs().count(), 0);
    }
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowLanguageRealTest)
#include "window_language_real_test.moc"
