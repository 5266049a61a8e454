// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a reader or an analysis makes opens in a view of its own on a double click.
#include <QLabel>
#include <QStandardPaths>
#include <set>

#include "app/figures/view_catalogue.h"
#include "app/window/data_store.h"
#include "core/analyses/all.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/safetensors.h"
#include "core/project/flow.h"
#include "tests/app/window_fixture.h"

namespace lineament::app {

using namespace testing;

namespace {

// A laser scan of a few points, as KITTI has them: x, y, z and reflectance in single precision.
QByteArray scan() {
  QByteArray bytes;
  for (int i = 0; i < 64; ++i) {
    for (const float value : {5.0f + float(i % 8), float(i / 8), 0.1f * float(i), 0.5f}) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  return bytes;
}

// One source of each kind that files have, and runs that make the others.
void fill(project::Project& made, const QTemporaryDir& folder) {
  const auto path = [&](const char* name) { return folder.filePath(name).toStdString(); };
  const Tensor tensor = Tensor::of({4, 5, 6}, std::vector<double>(120, 0.25));
  io::writeNpy(tensor, path("values.npy"));
  io::writeNpz({{"a", tensor}, {"b", Tensor::of({3}, std::vector<double>{1, 2, 3})}},
               path("arrays.npz"));
  io::writeSafetensors({{"net.0.weight", tensor}}, {}, path("weights.safetensors"));
  written(folder, "scan.bin", scan());
  written(folder, "piles.csv", pileTable(60));
  written(folder, "place.geojson",
          R"({"type": "Feature", "properties": {"unit": "Sand"},
              "geometry": {"type": "Point", "coordinates": [51, 31]}})");
  for (const char* name :
       {"values.npy", "arrays.npz", "weights.safetensors", "scan.bin", "place.geojson"}) {
    project::importFile(made, path(name));
  }
  const Id piles = project::importFile(made, path("piles.csv")).source;
  const auto run = [&](const char* id, std::vector<project::Run::Input> inputs,
                       const std::vector<std::pair<std::string, std::string>>& settings) {
    const Analysis& analysis = allAnalyses().require(id);
    return project::runInProject(made, analysis, std::move(inputs),
                                 Parameters::fromText(analysis.declaration(), settings), Context(),
                                 id);
  };
  Id model = 0;
  for (const char* kind : {"ols", "ridge", "mlp"}) {
    const auto fitted =
        run("table.regress", {{"data", piles}}, {{"target", "ppv"}, {"model", kind}});
    for (const Id result : fitted.results) {
      if (made.result(result).kind == Kind::model) model = result;
    }
  }
  run("table.predict", {{"model", model}, {"data", piles}}, {});
  run("explain.shap", {{"model", model}, {"data", piles}}, {});
}

std::set<Id> openData(MainWindow& window) {
  std::set<Id> ids;
  for (ViewPage* page : window.tabs().pages()) ids.insert(page->showing().data_id);
  return ids;
}

// Every item without a run's or group's children, from the tree's own order.
QList<QTreeWidgetItem*> leavesOf(MainWindow& window) {
  QList<QTreeWidgetItem*> leaves;
  window.tree().expandAll();
  for (QTreeWidgetItemIterator it(&window.tree()); *it; ++it) {
    if ((*it)->childCount() == 0) leaves << *it;
  }
  return leaves;
}

}  // namespace

class WindowKindsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void everyKindOfValueHasAView() {
    for (const Data& data :
         {Data(Table()), Data(Tensor()), Data(Model()), Data(Explanation()), Data(Series()),
          Data(Note()), Data(Checkpoint()), Data(PointCloud()), Data(AttentionStack()),
          Data(Comparison()), Data(Raster()), Data(Features())}) {
      QVERIFY2(!viewsFor(data.kind()).isEmpty(), std::string(name(data.kind())).c_str());
      for (const QString& id : viewsFor(data.kind())) {
        QCOMPARE(makeView(id)->figure().id(), id);
        QCOMPARE(makeFigure(id)->id(), id);
        QVERIFY(viewTitle(id) != id);
      }
    }
  }

  void everythingOpensOnADoubleClick() {
    QTemporaryDir folder;
    const QString path = folder.filePath("all.lineament");
    std::set<Id> wanted;
    {
      const auto made = project::Project::create(path.toStdString());
      fill(*made, folder);
      for (const auto& source : made->sources()) wanted.insert(source.id);
      for (const auto& result : made->results()) wanted.insert(result.id);
    }
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    window.openFiles({path});
    QTRY_VERIFY_WITH_TIMEOUT(window.session().path() == path && window.jobs().idle(), kPatienceMs);
    for (QTreeWidgetItem* item : leavesOf(window)) {
      window.tree().scrollToItem(item);
      const QPoint at = window.tree().visualItemRect(item).center();
      QTest::mouseClick(window.tree().viewport(), Qt::LeftButton, {}, at);
      QTest::mouseDClick(window.tree().viewport(), Qt::LeftButton, {}, at);
      QTRY_VERIFY_WITH_TIMEOUT(window.jobs().idle(), kPatienceMs);
      QVERIFY2(window.messages().count() == 0, qPrintable(item->text(0)));
    }
    const std::set<Id> open = openData(window);
    for (const Id id : wanted) {
      QVERIFY2(open.count(id) == 1, qPrintable(nameOf(window.session().project(), id)));
    }
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowKindsTest)
#include "window_kinds_test.moc"
