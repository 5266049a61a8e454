// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequence_view.h"

#include <QPainter>
#include <QSignalSpy>
#include <QtTest>

#include "core/base/error.h"
#include "tests/core/data/comparison_fixture.h"
#include "views/sequence/comparison_grids.h"
#include "views/sequence/trace_plot.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr const char* kOrigin = "tokens of a test";

// A view that is on the screen, and where things are in it.
class Shown {
 public:
  explicit Shown(std::size_t tokens) {
    view_.setData(Data(testing::threeMechanisms(tokens), kOrigin));
    view_.resize(1200, 900);
    view_.show();
    ready_ = QTest::qWaitForWindowExposed(&view_);
  }

  bool ready() const { return ready_; }
  SequenceView& view() { return view_; }
  SequencePanel& panel() { return view_.panel(); }
  const SequenceFigure& figure() const { return view_.figure(); }
  QSizeF size() const { return QSizeF(view_.panel().size()) / PlotView::kScreenScale; }
  SequenceLayout places() const { return figure().layout(size()); }

  void click(const QPointF& at, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseClick(&panel(), Qt::LeftButton, modifiers, (at * PlotView::kScreenScale).toPoint());
  }
  void press(Qt::Key key) { QTest::keyClick(&panel(), key); }

  // In the trace, the place of a token.
  QPointF inTrace(std::size_t token) const {
    const Comparison::Plot plot = testing::tracePlot(20);
    const CurveLook look;
    const TracePlot drawn(plot, 20, look, places().plots[0]);
    return {drawn.position(double(token) + 1, 0).x(), drawn.area().center().y()};
  }

 private:
  SequenceView view_;
  bool ready_ = false;
};

QImage picture(const SequenceFigure& figure, const QSize& size) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  figure.paint(painter, QSizeF(size), figureTheme());
  return image;
}

}  // namespace

class SequenceViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aClickInATraceChoosesTheToken() {
    Shown shown(20);
    QVERIFY(shown.ready());
    QSignalSpy edited(&shown.view(), &View::selectionEdited);
    shown.click(shown.inTrace(7));
    QCOMPARE(shown.view().selection(), Selection(kOrigin, {7}));
    QCOMPARE(edited.count(), 1);
    QVERIFY(shown.view().caption().contains(QStringLiteral("token 8")));
    shown.click(shown.inTrace(12), Qt::ShiftModifier);
    QCOMPARE(shown.view().selection(), Selection(kOrigin, {7, 12}));
    shown.press(Qt::Key_Escape);
    QVERIFY(shown.view().selection().empty());
  }

  void aClickInAMatrixChoosesTheQuery() {
    Shown shown(20);
    QVERIFY(shown.ready());
    const QRectF matrices = shown.places().matrices;
    const PanelLayout panels = layOutPanels(3, matrices.size());
    for (const QRectF& panel : panels.places) {
      const double each = panel.height() / 20;
      shown.click(matrices.topLeft() + panel.topLeft() + QPointF(panel.width() / 2, 13.5 * each));
      QCOMPARE(shown.view().selection(), Selection(kOrigin, {13}));
      shown.press(Qt::Key_Escape);
    }
  }

  void arrowsStepThroughTheTokens() {
    Shown shown(20);
    QVERIFY(shown.ready());
    shown.press(Qt::Key_Right);
    QCOMPARE(shown.view().selection(), Selection(kOrigin, {0}));
    shown.press(Qt::Key_Right);
    QCOMPARE(shown.view().selection(), Selection(kOrigin, {1}));
    shown.press(Qt::Key_Left);
    shown.press(Qt::Key_Left);
    QCOMPARE(shown.view().selection(), Selection(kOrigin, {0}));
    shown.press(Qt::Key_Escape);
    shown.press(Qt::Key_Left);
    QCOMPARE(shown.view().selection(), Selection(kOrigin, {19}));
  }

  void theLegendHidesAndShows() {
    Shown shown(20);
    QVERIFY(shown.ready());
    QSignalSpy changed(&shown.view(), &View::optionsChanged);
    shown.click(shown.places().legend[1].center());
    QCOMPARE(shown.view().options().at("hidden"), nlohmann::json({1}));
    QCOMPARE(changed.count(), 1);
    QVERIFY(shown.view().caption().contains(QStringLiteral("hidden: 1")));
    const QRectF matrices = shown.places().matrices;
    const QPointF second = layOutPanels(2, matrices.size()).places[1].center();
    QVERIFY(shown.figure().textAt(matrices.topLeft() + second, shown.size()).startsWith("m2"));
    const Comparison::Plot plot = testing::tracePlot(20);
    QCOMPARE(shownCurves(plot, shown.figure().look()), (std::vector<std::size_t>{0, 2}));
    shown.click(shown.places().legend[1].center());
    QCOMPARE(shown.view().options().at("hidden"), nlohmann::json::array());
    QVERIFY(shown.view().selection().empty());
  }

  void aLineOfTheTableComesForward() {
    Shown shown(20);
    QVERIFY(shown.ready());
    const QRectF table = shown.places().measures;
    const QPointF third(table.left() + 30, table.top() + 20 + kGridHead + 2.5 * kGridRow);
    shown.click(third);
    QCOMPARE(shown.view().options().at("forward"), nlohmann::json(2));
    shown.click(third);
    QVERIFY(shown.view().options().at("forward").is_null());
    shown.press(Qt::Key_Down);
    QCOMPARE(shown.view().options().at("forward"), nlohmann::json(0));
    shown.press(Qt::Key_Up);
    QVERIFY(shown.view().options().at("forward").is_null());
    shown.press(Qt::Key_Up);
    QCOMPARE(shown.view().options().at("forward"), nlohmann::json(2));
    shown.press(Qt::Key_Escape);
    QVERIFY(shown.view().options().at("forward").is_null());
  }

  void pointingMarksTheTokenEverywhere() {
    Shown shown(20);
    QVERIFY(shown.ready());
    const QPointF at = shown.inTrace(7);
    QCOMPARE(shown.figure().rowAt(at, shown.size()), std::size_t{7});
    QVERIFY(shown.figure().textAt(at, shown.size()).contains(QStringLiteral("m2  27")));
    QTRY_VERIFY(!shown.panel().grab().isNull());
    const QImage before = shown.panel().grab().toImage();
    QTest::mouseMove(&shown.panel(), (at * PlotView::kScreenScale).toPoint());
    const QImage after = shown.panel().grab().toImage();
    const auto differ = [&](const QRectF& place) {
      const QRect pixels((place.topLeft() * PlotView::kScreenScale).toPoint(),
                         (QSizeF(place.size()) * PlotView::kScreenScale).toSize());
      return before.copy(pixels) != after.copy(pixels);
    };
    const SequenceLayout places = shown.places();
    QVERIFY(differ(places.matrices) && differ(places.plots[0]) && differ(places.plane));
    QVERIFY(differ(places.values));
    QVERIFY(!differ(places.plots[1]));  // a memory is over the lag
    QVERIFY(shown.view().selection().empty());
  }

  void selectionsOfOtherOriginsAreNotMarked() {
    SequenceFigure figure;
    figure.setData(Data(testing::threeMechanisms(20), kOrigin));
    const QImage bare = picture(figure, {900, 900});
    figure.setSelection(Selection("rows of a table", {3}));
    QCOMPARE(picture(figure, {900, 900}), bare);
    figure.setSelection(Selection(kOrigin, {3}));
    QVERIFY(picture(figure, {900, 900}) != bare);
    figure.setSelection(Selection(kOrigin, {99}));  // there are 20
    QVERIFY(figure.look().tokens.empty());
  }

  void optionsComeBack() {
    SequenceFigure figure;
    figure.setData(Data(testing::threeMechanisms(5), kOrigin));
    figure.setOptions({{"hidden", {0u, 2u, 77u}},
                       {"forward", 1u},
                       {"show", "difference"},
                       {"normalise", "none"}});
    SequenceFigure other;
    other.setData(Data(testing::threeMechanisms(5), kOrigin));
    other.setOptions(figure.options());
    QCOMPARE(other.options(), figure.options());
    QCOMPARE(figure.options().at("hidden"), nlohmann::json({0, 2}));
    QCOMPARE(figure.options().at("show"), nlohmann::json("difference"));
    figure.setOptions({{"forward", -1}, {"hidden", "all"}});
    QVERIFY(figure.options().at("forward").is_null());
    QCOMPARE(figure.options().at("hidden"), nlohmann::json({0, 2}));
  }

  void tablesSayTheNumbers() {
    const Comparison comparison = testing::threeMechanisms(6);
    const RuledGrid measures = measuresGrid(comparison);
    QCOMPARE(measures.columns[1].title, QStringLiteral("Output error"));
    QCOMPARE(measures.columns[2].title, QStringLiteral("Lifetime (tokens)"));
    QCOMPARE(measures.rows[2], (QStringList{"m2", "2.25", QStringLiteral("–")}));
    const RuledGrid values = valuesGrid(comparison, 4);
    QCOMPARE(values.columns[1].title, QStringLiteral("Trace"));
    QCOMPARE(values.rows[1], (QStringList{"m1", "14"}));
    QCOMPARE(valuesGrid(comparison, std::nullopt).rows[1], (QStringList{"m1", ""}));
    QVERIFY(neededWidth(measures) > neededWidth(values));
  }

  void strangeComparisonsAreDrawnOrRefused() {
    SequenceFigure figure;
    picture(figure, {400, 300});
    for (const std::size_t tokens : {0u, 1u, 2u}) {
      figure.setData(Data(testing::threeMechanisms(tokens), kOrigin));
      figure.setSelection(Selection(kOrigin, {0}));
      picture(figure, {700, 800});
      picture(figure, {60, 40});
    }
    figure.setOptions({{"hidden", {0u, 1u, 2u}}});
    picture(figure, {700, 800});
    Comparison gaps = testing::threeMechanisms(4);
    gaps.attention.weights = std::vector<float>(48, std::nanf(""));
    gaps.plots[0].series.curves[0].y = std::vector<double>(4, std::nan(""));
    figure.setData(Data(gaps, kOrigin));
    picture(figure, {700, 800});
    Comparison broken = testing::threeMechanisms(4);
    broken.plots[0].owners = {};
    for (const Data& data : {Data(broken), Data(Note{})}) {
      try {
        figure.setData(data);
        QFAIL("it was shown");
      } catch (const Error& error) {
        QVERIFY(error.key() == "comparison.shape" || error.key() == "data.kind");
      }
    }
  }

  // 3 matrices of 700 x 700: they are worked out while the window goes on.
  void largeStacksAreWorkedOutInTheBackground() {
    SequenceView view;
    Comparison large = testing::threeMechanisms(0);
    large.attention.queries = large.attention.keys = 700;
    large.attention.weights = std::vector<float>(3 * 700 * 700, 0.25f);
    view.resize(900, 700);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.setData(Data(large, kOrigin));
    QVERIFY(view.figure().marks() > 1'000'000'000);  // not ready, so never drawn here
    QTRY_VERIFY_WITH_TIMEOUT(view.figure().marks() < 1'000'000, 10000);
    view.setOptions({{"show", "difference"}});
    QVERIFY(view.figure().marks() > 1'000'000'000);
    QTRY_VERIFY_WITH_TIMEOUT(view.figure().marks() < 1'000'000, 10000);
    const auto copy = view.figure().copy();
    copy->setOptions({{"normalise", "none"}});
    copy->prepare({});
    QVERIFY(static_cast<SequenceFigure&>(*copy).marks() < 1'000'000);
  }
};

QTEST_MAIN(SequenceViewTest)
#include "sequence_view_test.moc"
