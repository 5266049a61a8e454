// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/checkpoint_view.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTreeView>
#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "views/checkpoint/structure_tree.h"
#include "views/common/figure_export.h"
#include "views/common/tensor_card.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr ErrorText kGone{"test.gone", "Read a tensor", "its bytes are not there", "", ""};

// Two layers and a tensor whose values cannot be had.
Checkpoint twoLayers() {
  std::vector<Checkpoint::Entry> entries{
      {"net.0.weight", DType::f64, {2, 3}, 48, {}},
      {"net.0.bias", DType::f64, {2}, 16, {}},
      {"net.1.weight", DType::f64, {1, 2}, 16, "shares its storage with net.0.bias"},
      {"lost", DType::f64, {1}, 8, {}}};
  const auto load = [](std::size_t index) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    if (index == 0) return Tensor::of({2, 3}, std::vector<double>{0, 1, 2, 3, 4, nan});
    if (index == 1) return Tensor::of({2}, std::vector<double>{0.5, -0.5});
    if (index == 2) return Tensor::of({1, 2}, std::vector<double>{1, 1});
    throw Error(kGone);
  };
  return Checkpoint(std::move(entries), load);
}

// The same with a graph of operators or a tree of modules.
Data withStructure(nlohmann::json structure) {
  const Checkpoint plain = twoLayers();
  const auto load = [plain](std::size_t index) { return plain.tensor(index); };
  return Data(Checkpoint(plain.entries(), load, nullptr, std::move(structure)));
}

struct Shown {
  CheckpointView view;

  Shown() {
    view.resize(900, 500);
    view.setData(Data(twoLayers()));
    view.show();
  }
  QStringList names() const {
    QStringList all;
    for (QModelIndex row = view.model().index(0, 0); row.isValid();
         row = view.tree()->indexBelow(row)) {
      all << row.data().toString();
    }
    return all;
  }
};

}  // namespace

class CheckpointViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void listsAndCounts() {
    Shown shown;
    QCOMPARE(shown.names(), (QStringList{"net", "0", "weight", "bias", "1", "weight", "lost"}));
    QCOMPARE(shown.view.caption(), QString("4 tensors, 11 parameters, 88 bytes"));
    QVERIFY_EXCEPTION_THROWN(shown.view.setData(Data(Table())), Error);
  }

  void typingFilters() {
    Shown shown;
    QTest::keyClicks(shown.view.findChild<QLineEdit*>(), "weight 1");
    QCOMPARE(shown.names(), (QStringList{"net.1", "weight"}));
    QVERIFY(shown.view.caption().startsWith("1 of 4 tensors"));
    QCOMPARE(shown.view.options()["filter"], nlohmann::json("weight 1"));
    shown.view.fit();
    QCOMPARE(shown.names().size(), 7);
  }

  void clickingSumsUpTheValues() {
    Shown shown;
    QTreeView& tree = *shown.view.tree();
    QSignalSpy done(&shown.view.card(), &TensorCard::summedUp);
    const QModelIndex weight = shown.view.model().indexOf(0);
    QTest::mouseClick(tree.viewport(), Qt::LeftButton, {}, tree.visualRect(weight).center());
    QTRY_COMPARE(done.count(), 1);
    const TensorSummary& summary = *shown.view.card().portrait()->summary;
    QCOMPARE(summary.nan, 1u);
    QCOMPARE(summary.high, 4.0);
    QCOMPARE(shown.view.options()["tensor"], nlohmann::json("net.0.weight"));
  }

  void whatCannotBeReadIsSaid() {
    Shown shown;
    QSignalSpy done(&shown.view.card(), &TensorCard::summedUp);
    shown.view.choose(3);
    QTRY_COMPARE(done.count(), 1);
    QVERIFY(!shown.view.card().portrait()->summary);
    QCOMPARE(shown.view.card().portrait()->problem, QString("its bytes are not there"));
  }

  // diag(4, 2) beside two columns of zeros.
  void smallMatricesHaveTheirSingularValues() {
    const Checkpoint checkpoint({{"weight", DType::f64, {2, 4}, 64, {}}}, [](std::size_t) {
      return Tensor::of({2, 4}, std::vector<double>{4, 0, 0, 0, 0, 2, 0, 0});
    });
    CheckpointView view;
    view.setData(Data(checkpoint));
    QSignalSpy done(&view.card(), &TensorCard::summedUp);
    view.choose(0);
    QTRY_COMPARE(done.count(), 1);
    const TensorSpectrum& spectrum = *view.card().portrait()->spectrum;
    QCOMPARE(spectrum.values, (std::vector<double>{4, 2}));
    QCOMPARE(spectrum.stable_rank, 1.25);
    QVERIFY(figureSvg(view.figure(), {}).contains("Stable rank"));
  }

  void largeMatricesAskBeforeTheyAreTaken() {
    const std::uint64_t side = 520;
    const Checkpoint checkpoint({{"weight", DType::f32, {side, side}, side * side * 4, {}}},
                                [side](std::size_t) {
                                  std::vector<float> values(side * side);
                                  for (std::size_t i = 0; i < side; ++i) values[i * side + i] = 3;
                                  return Tensor::of({side, side}, std::move(values));
                                });
    CheckpointView view;
    view.resize(900, 900);
    view.setData(Data(checkpoint));
    view.show();
    auto* more = view.card().findChild<QPushButton*>("findSingularValues");
    QVERIFY(!more->isVisible());
    QSignalSpy done(&view.card(), &TensorCard::summedUp);
    view.choose(0);
    QTRY_COMPARE(done.count(), 1);
    QVERIFY(!view.card().portrait()->spectrum);
    QTRY_VERIFY(more->isVisible() && more->isEnabled());
    QTest::mouseClick(more, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(done.count(), 2, 60'000);
    QVERIFY(std::abs(view.card().portrait()->spectrum->effective_rank - 520) < 1e-6);
    QVERIFY(!more->isVisible());
  }

  void valuesThatAreNoNumbersHaveNoSingularValues() {
    Shown shown;
    QSignalSpy done(&shown.view.card(), &TensorCard::summedUp);
    shown.view.choose(0);  // has a NaN
    QTRY_COMPARE(done.count(), 1);
    QVERIFY(!shown.view.card().portrait()->spectrum);
    QVERIFY(!shown.view.card().portrait()->offersSpectrum());
  }

  // An operator brings the first tensor that it reads.
  void operatorsLeadToTheirTensors() {
    Shown shown;
    QVERIFY(!shown.view.pages()->isVisible());
    const nlohmann::json conv{
        {"operator", "Gemm"}, {"inputs", {"x", "net.0.bias"}}, {"outputs", {"y"}}};
    shown.view.setData(withStructure({{"nodes", nlohmann::json::array({conv})}}));
    QVERIFY(shown.view.pages()->isVisible());
    QCOMPARE(shown.view.pages()->tabText(1), QString("Operators"));
    shown.view.pages()->setCurrentIndex(1);
    QVERIFY(shown.view.structure()->isVisible());
    QCOMPARE(shown.view.structure()->copied(), QString("Gemm\t\tx, net.0.bias\ty\t\n"));
    const StructureTree& tree = *shown.view.structure();
    QTest::mouseClick(tree.viewport(), Qt::LeftButton, {},
                      tree.visualRect(tree.rows().index(0, 0)).center());
    QCOMPARE(shown.view.options()["tensor"], nlohmann::json("net.0.bias"));
    QVERIFY(shown.view.structure()->isVisible());
  }

  // Whatever the first operator gives.
  void graphsAreToldFromModules() {
    Shown shown;
    const nlohmann::json sink{{"operator", "Print"}, {"inputs", {"x"}}, {"outputs", nullptr}};
    shown.view.setData(withStructure({{"nodes", nlohmann::json::array({sink})}}));
    QCOMPARE(shown.view.pages()->tabText(1), QString("Operators"));
    shown.view.pages()->setCurrentIndex(1);
    QVERIFY(!shown.view.structure()->isColumnHidden(StructureModel::reads));
    shown.view.setData(withStructure({{"type", "Linear"}}));
    QVERIFY(shown.view.pages()->isVisible());
    QCOMPARE(shown.view.pages()->tabText(1), QString("Modules"));
    shown.view.pages()->setCurrentIndex(1);
    QVERIFY(shown.view.structure()->isColumnHidden(StructureModel::reads));
    shown.view.setData(withStructure({{"nodes", nlohmann::json::array()}}));
    QVERIFY(!shown.view.pages()->isVisible());
  }

  void rowsAreMadeWhenTheyAreSeen() {
    Shown shown;
    const nlohmann::json relu{{"operator", "Relu"}, {"inputs", {"x"}}, {"outputs", {"y"}}};
    const nlohmann::json::array_t many(50'000, relu);
    shown.view.setData(withStructure({{"nodes", many}}));
    QVERIFY(shown.view.pages()->isVisible());
    QCOMPARE(shown.view.structure()->rows().count(), std::size_t(0));
    shown.view.pages()->setCurrentIndex(1);
    QCOMPARE(shown.view.structure()->rows().count(), many.size());
    shown.view.setData(withStructure({{"type", "Linear"}}));
    QCOMPARE(shown.view.structure()->rows().count(), std::size_t(0));
  }

  // As an export has it, without a window.
  void figureHasRowsAndValues() {
    CheckpointFigure figure;
    figure.setData(Data(twoLayers()));
    figure.setOptions({{"tensor", "net.0.weight"}});
    figure.prepare({});
    const QString svg = QString::fromUtf8(figureSvg(figure, {}));
    for (const char* text : {"Shape", "2 × 3", "net.0.weight", "Deviation", "NaN", "4 tensors"}) {
      QVERIFY2(svg.contains(text), text);
    }
  }

  void figureIsUnfoldedAsTheView() {
    Shown shown;
    QTreeView& tree = *shown.view.tree();
    QVERIFY(figureSvg(shown.view.figure(), {}).contains("bias"));
    tree.setCurrentIndex(shown.view.model().index(0, 0));
    QTest::keyClick(&tree, Qt::Key_Left);
    QCOMPARE(shown.names(), (QStringList{"net", "lost"}));
    QVERIFY(!figureSvg(shown.view.figure(), {}).contains("bias"));
    shown.view.choose(1);
    QVERIFY(shown.names().contains("bias"));
    QVERIFY(figureSvg(shown.view.figure(), {}).contains("bias"));
  }

  // The window's own card ends later; a copy of the figure does not wait for it.
  void copyOfTheFigureSumsUpByItself() {
    Shown shown;
    shown.view.choose(1);
    const std::unique_ptr<Figure> copy = shown.view.figure().copy();
    copy->prepare({});
    QVERIFY(figureSvg(*copy, {}).contains("Deviation"));
  }

  void copiesWholeNames() {
    Shown shown;
    const QStringList lines = shown.view.copied().split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 5);
    QCOMPARE(lines[1], QString("net.0.weight\t2 x 3\tfloat64\t6\t48"));
    shown.view.choose(1);
    QCOMPARE(shown.view.copied().split('\n', Qt::SkipEmptyParts).size(), 2);
  }

  void emptyCheckpointsShow() {
    CheckpointView view;
    view.setData(Data(Checkpoint()));
    QVERIFY(figureSvg(view.figure(), {}).contains("0 tensors"));
  }
};

QTEST_MAIN(CheckpointViewTest)
#include "checkpoint_view_test.moc"
