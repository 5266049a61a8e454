// SPDX-License-Identifier: GPL-3.0-or-later
// Model folders are dropped on the window and what the networks attend to is looked at, by the
// events and clicks of a person: here tiny networks made by a rule, one of every architecture.
#include <QStandardPaths>
#include <set>

#include "core/io/safetensors.h"
#include "tests/app/window_attention.h"
#include "tests/core/language/named_networks.h"
#include "tests/core/language/tiny_checkpoint.h"

namespace lineament::app {

using namespace testing;

namespace {

QString modelIn(const QTemporaryDir& folder, const QString& name, const Checkpoint& checkpoint) {
  const QString model = folder.filePath(name);
  QDir().mkpath(model);
  io::NamedTensors tensors;
  for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
    tensors.emplace_back(checkpoint.entries()[i].name, checkpoint.tensor(i));
  }
  io::writeSafetensors(tensors, {}, (model + "/model.safetensors").toStdString());
  if (checkpoint.configuration().is_null()) return model;  // as RWKV is published
  QFile config(model + "/config.json");
  if (!config.open(QIODevice::WriteOnly)) return {};
  config.write(QByteArray::fromStdString(checkpoint.configuration().dump()));
  return model;
}

QString tinyGpt2In(const QTemporaryDir& folder) {
  return modelIn(folder, "tiny-gpt2", language::tinyGpt2().with(language::tinyGpt2Configuration()));
}

// The first head's picture is there, inside its frame: of more than one colour.
void verifyDrawn(views::AttentionView& view) {
  views::AttentionPlot& plot = view.plot();
  QTRY_VERIFY_WITH_TIMEOUT(plot.complete(), kPatienceMs);
  constexpr double scale = views::PlotView::kScreenScale;
  const auto grid = view.figure().gridLayout(QSizeF(plot.size()) / scale);
  QVERIFY(!grid.cells.empty());
  const QRectF place = grid.cells.front().place;
  const QRect inside = QRectF(place.topLeft() * scale, place.size() * scale).toRect();
  const QImage picture = plot.grab(inside.adjusted(3, 3, -3, -3)).toImage();
  std::set<QRgb> colours;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) colours.insert(picture.pixel(x, y));
  }
  QVERIFY(colours.size() > 1);
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
    if (QTest::currentTestFailed()) return;
    QVERIFY(itemOf(window, "tiny-gpt2"));
    const AttentionStack& stack = attentionOf(window)->figure().stack();
    QCOMPARE(stack.layers.size(), std::size_t{1});
    QCOMPARE(stack.heads.size(), std::size_t{2});
    QCOMPARE(stack.queries, std::uint64_t{4});
    verifyDrawn(*attentionOf(window));
  }

  void everyArchitecture_data() {
    QTest::addColumn<int>("index");
    const auto& networks = language::namedNetworks();
    for (std::size_t i = 0; i < networks.size(); ++i) {
      QTest::newRow(networks[i].id) << static_cast<int>(i);
    }
  }

  void everyArchitecture() {
    QFETCH(const int, index);
    const language::NamedNetwork& network =
        language::namedNetworks()[static_cast<std::size_t>(index)];
    const QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    QStringList ids;
    for (const std::int32_t id : network.ids) ids << QString::number(id);
    attend(window, modelIn(folder, network.id, language::checkpointOf(network)),
           {{"token_ids", ids.join(',')}});
    if (QTest::currentTestFailed()) return;
    const views::AttentionView& view = *attentionOf(window);
    const AttentionStack& stack = view.figure().stack();
    QVERIFY(isConsistent(stack));
    QVERIFY(!stack.layers.empty() && !stack.heads.empty());
    QCOMPARE(stack.queries, static_cast<std::uint64_t>(ids.size()));
    verifyDrawn(*attentionOf(window));
  }

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

  // The window goes on after a text that the network has no positions for.
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
