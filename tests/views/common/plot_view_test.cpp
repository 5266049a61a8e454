// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/plot_view.h"

#include <QPainter>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::views;

namespace {

// Three dots on a diagonal, in a plot that fills the view.
class DotsFigure : public Copied<DotsFigure, PlotFigure> {
 public:
  QString id() const override { return QStringLiteral("dots"); }
  void setData(const Data&) override {}
  void draw(const views::Drawing& drawing) const override {
    for (const Spot& spot : spots(drawing.size)) drawing.painter.drawEllipse(spot.position, 3, 3);
  }
  QRectF plotArea(const QSizeF& size) const override { return QRectF(QPointF(), size); }
  std::vector<Spot> spots(const QSizeF& size) const override {
    std::vector<Spot> made;
    for (std::size_t i = 0; i < 3; ++i) {
      const double share = 0.2 + 0.3 * static_cast<double>(i);
      const ZoomWindow& zoom = zoomWindow();
      made.push_back({{(share - zoom.left) / (zoom.right - zoom.left) * size.width(),
                       (1 - (share - zoom.bottom) / (zoom.top - zoom.bottom)) * size.height()},
                      10 * i,
                      i});
    }
    return made;
  }
  QString spotText(const Spot& spot) const override { return QString::number(spot.row); }
  std::string origin() const override { return "dots"; }
};

class Dots : public PlotOf<DotsFigure> {
 public:
  Dots() { resize(240, 240); }
  QPoint widgetPoint(std::size_t dot) const {
    const QSizeF units = QSizeF(size()) / kScreenScale;
    return (figure().spots(units)[dot].position * kScreenScale).toPoint();
  }
  const ZoomWindow& window() const { return figure().zoomWindow(); }
};

void drag(QWidget& view, Qt::MouseButton button, const QList<QPoint>& way,
          Qt::KeyboardModifiers keys = {}) {
  const auto send = [&](QEvent::Type type, const QPoint& at, Qt::MouseButton changed,
                        Qt::MouseButtons held) {
    QMouseEvent event(type, at, view.mapToGlobal(at), changed, held, keys);
    QCoreApplication::sendEvent(&view, &event);
  };
  send(QEvent::MouseButtonPress, way.first(), button, button);
  for (const QPoint& at : way.mid(1)) send(QEvent::MouseMove, at, Qt::NoButton, button);
  send(QEvent::MouseButtonRelease, way.last(), button, Qt::NoButton);
}

}  // namespace

class PlotViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void clickShiftAndControl() {
    Dots view;
    QSignalSpy edited(&view, &View::selectionEdited);
    QTest::mouseClick(&view, Qt::LeftButton, {}, view.widgetPoint(1));
    QCOMPARE(view.selection(), Selection("dots", {10}));
    QTest::mouseClick(&view, Qt::LeftButton, Qt::ShiftModifier, view.widgetPoint(2));
    QCOMPARE(view.selection(), Selection("dots", {10, 20}));
    QTest::mouseClick(&view, Qt::LeftButton, Qt::ControlModifier, view.widgetPoint(1));
    QCOMPARE(view.selection(), Selection("dots", {20}));
    QTest::mouseClick(&view, Qt::LeftButton, Qt::ShiftModifier, {5, 5});
    QCOMPARE(view.selection(), Selection("dots", {20}));
    QTest::mouseClick(&view, Qt::LeftButton, {}, {5, 5});
    QVERIFY(view.selection().empty());
    QCOMPARE(edited.size(), 4);
  }

  void whatIsSetIsNotSaidAgain() {
    Dots view;
    QSignalSpy edited(&view, &View::selectionEdited);
    view.setSelection(Selection("dots", {20}));
    QCOMPARE(edited.size(), 0);
  }

  void lassoTakesWhatItSurrounds() {
    Dots view;
    drag(view, Qt::LeftButton, {{2, 238}, {2, 90}, {150, 90}, {150, 238}}, Qt::AltModifier);
    QCOMPARE(view.selection(), Selection("dots", {0, 10}));
    QVERIFY(view.window().whole());
  }

  void boxZoomPanWheelAndFit() {
    Dots view;
    drag(view, Qt::RightButton, {{60, 60}, {120, 100}, {180, 180}});
    QVERIFY(std::abs(view.window().left - 0.25) < 0.01);
    QVERIFY(std::abs(view.window().top - 0.75) < 0.01);
    const ZoomWindow before = view.window();
    drag(view, Qt::LeftButton, {{100, 100}, {110, 110}, {124, 100}});  // to the right: earlier part
    QVERIFY(std::abs(before.left - view.window().left - 0.05) < 0.01);
    QCOMPARE(view.window().top - view.window().bottom, before.top - before.bottom);
    view.setOptions({{"zoom", {0.1, 0.2, 0.0, 1.0}}});
    QCOMPARE(view.options()["zoom"][0].get<double>(), 0.1);
    QTest::mouseDClick(&view, Qt::LeftButton, {}, {100, 100});
    QVERIFY(view.window().whole());
    QVERIFY(!view.options().contains("zoom"));
  }

  void wheelKeepsWhatIsUnderThePointer() {
    Dots view;
    const QPoint at = view.widgetPoint(2);
    for (int turn = 0; turn < 5; ++turn) {
      QWheelEvent event(at, view.mapToGlobal(at), {}, {0, 120}, Qt::NoButton, {}, Qt::NoScrollPhase,
                        false);
      QCoreApplication::sendEvent(&view, &event);
    }
    QVERIFY(view.window().right - view.window().left < 0.5);
    QVERIFY((view.widgetPoint(2) - at).manhattanLength() <= 2);
  }

  void keysMoveAndLetGo() {
    Dots view;
    view.setOptions({{"zoom", {0.4, 0.6, 0.4, 0.6}}});
    QTest::keyClick(&view, Qt::Key_Right);
    QVERIFY(std::abs(view.window().left - 0.42) < 1e-9);
    QTest::keyClick(&view, Qt::Key_Up);
    QVERIFY(std::abs(view.window().top - 0.62) < 1e-9);
    QTest::keyClick(&view, Qt::Key_Home);
    QVERIFY(view.window().whole());
    view.setSelection(Selection("dots", {20}));
    QTest::keyClick(&view, Qt::Key_Escape);
    QVERIFY(view.selection().empty());
  }

  // What takes longer than a frame is drawn beside the window, and then shown.
  void manyMarksAreDrawnInTheBackground() {
    class ManyDots : public Copied<ManyDots, DotsFigure> {
     public:
      std::size_t marks() const override { return 1'000'000; }
      void draw(const views::Drawing& drawing) const override {
        drawing.painter.fillRect(QRectF({}, drawing.size), Qt::red);
      }
    };
    struct OnRequest : Background {
      Cancel start(const QString&, Work given, QObject*, Ended told) override {
        work = std::move(given);
        ended = std::move(told);
        ++asked;
        return [] {};
      }
      Work work;
      Ended ended;
      int asked = 0;
    };
    OnRequest background;
    PlotOf<ManyDots> view;
    view.setBackground(background);
    view.resize(100, 100);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QVERIFY(view.grab().toImage().pixelColor(50, 50) != QColor(Qt::red));
    QCOMPARE(background.asked, 1);
    background.work({});
    background.ended({});
    QCOMPARE(view.grab().toImage().pixelColor(50, 50), QColor(Qt::red));
    QCOMPARE(background.asked, 1);
    view.setOptions({{"zoom", {0.2, 0.4, 0.2, 0.4}}});
    view.grab();
    QCOMPARE(background.asked, 2);
  }

  void nearestSpotIsTheNearest() {
    Random random(8);
    std::vector<Spot> spots;
    for (std::size_t i = 0; i < 3000; ++i) {
      spots.push_back({{random.uniform(0, 300), random.uniform(0, 200)}, i, i});
    }
    const SpotIndex index(spots, QRectF(0, 0, 300, 200));
    for (int trial = 0; trial < 300; ++trial) {
      const QPointF at(random.uniform(-20, 320), random.uniform(-20, 220));
      const Spot* best = nullptr;
      double shortest = 7;
      for (const Spot& spot : spots) {
        const double away = QLineF(at, spot.position).length();
        if (away < shortest) shortest = away, best = &spot;
      }
      const auto found = index.nearest(at, 7);
      QCOMPARE(found.has_value(), best != nullptr);
      if (best) QCOMPARE(found->row, best->row);
    }
    QVERIFY(!SpotIndex({}, QRectF()).nearest({0, 0}, 7));
  }
};

QTEST_MAIN(PlotViewTest)
#include "plot_view_test.moc"
