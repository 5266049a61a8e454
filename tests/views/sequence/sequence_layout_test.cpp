// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequence_layout.h"

#include <QtTest>
#include <algorithm>

using namespace lineament::views;

namespace {

SequenceContent sixMechanisms() {
  return {.entries = {60, 40, 70, 110, 60, 80},
          .matrices = 6,
          .plots = 9,
          .plane = true,
          .rows = 6,
          .measures = 480,
          .values = 440};
}

std::vector<QRectF> partsOf(const SequenceLayout& layout) {
  std::vector<QRectF> parts = layout.legend;
  parts.insert(parts.end(), layout.plots.begin(), layout.plots.end());
  for (const QRectF& part : {layout.matrices, layout.plane, layout.measures, layout.values}) {
    if (!part.isNull()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

class SequenceLayoutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingIsInsideAndApart() {
    const SequenceContent content = sixMechanisms();
    for (const double width : {420.0, 657.0, 900.0, 1067.0, 1333.0}) {
      for (const double height :
           {leastSequenceHeight(content, width), naturalSequenceHeight(content, width), 2500.0}) {
        const SequenceLayout layout = layOutSequence(content, {width, height});
        QCOMPARE(layout.legend.size(), std::size_t{6});
        QCOMPARE(layout.plots.size(), std::size_t{9});
        const std::vector<QRectF> parts = partsOf(layout);
        const QRectF figure(0, 0, width, height + 1e-6);
        for (std::size_t i = 0; i < parts.size(); ++i) {
          QVERIFY2(figure.contains(parts[i]), qPrintable(QString::number(i)));
          QVERIFY(parts[i].width() > 30 && parts[i].height() > 15);
          for (std::size_t j = 0; j < i; ++j) QVERIFY(!parts[i].intersects(parts[j]));
        }
      }
    }
  }

  // 1047 units inside hold five cells of 170 in a row: eleven places make three rows, for which
  // four columns are enough.
  void thePlaneStandsAtTheUpperRight() {
    const SequenceLayout layout = layOutSequence(sixMechanisms(), {1067, 1000});
    const double width = (1067 - 20 - 3 * 16) / 4.0;
    QCOMPARE(layout.plots.front().width(), width);
    QCOMPARE(layout.plane.left(), 10 + 3 * (width + 16));
    QCOMPARE(layout.plane.top(), layout.plots[0].top());
    QCOMPARE(layout.plane.bottom(), layout.plots[3].bottom());
    QCOMPARE(layout.plots[6].top(), layout.plots[8].top());
  }

  void narrowAndWidePanels() {
    const auto columns = [](double width) {
      const SequenceLayout layout = layOutSequence(sixMechanisms(), {width, 2500});
      return std::count_if(
                 layout.plots.begin(), layout.plots.end(),
                 [&](const QRectF& plot) { return plot.top() == layout.plots[0].top(); }) +
             1;  // the plane
    };
    QCOMPARE(columns(537), 2);
    QCOMPARE(columns(657), 3);
    QCOMPARE(columns(1333), 6);
  }

  void tablesStandBesideEachOtherWhereThereIsRoom() {
    const SequenceLayout wide = layOutSequence(sixMechanisms(), {1067, 1000});
    QCOMPARE(wide.measures.top(), wide.values.top());
    // 1047 - 480 - 440 - 32 = 95 units more than both need.
    QCOMPARE(wide.measures.width(), 480 + 95 / 2.0);
    QCOMPARE(wide.values.width(), 440 + 95 / 2.0);
    const SequenceLayout narrow = layOutSequence(sixMechanisms(), {700, 1400});
    QVERIFY(narrow.values.top() > narrow.measures.bottom());
    QCOMPARE(narrow.measures.width(), 680.0);
  }

  void theLegendBreaksIntoLines() {
    const SequenceLayout layout = layOutSequence(sixMechanisms(), {240, 3000});
    // 60 + 40 + 70 fit into 220 units, 110 + 60 do, 80 stands alone.
    QCOMPARE(layout.legend[2].top(), 10.0);
    QCOMPARE(layout.legend[3].topLeft(), QPointF(10, 30));
    QCOMPARE(layout.legend[4].topLeft(), QPointF(120, 30));
    QCOMPARE(layout.legend[5].topLeft(), QPointF(10, 50));
  }

  void moreRoomGoesToThePlots() {
    const SequenceContent content = sixMechanisms();
    const double natural = naturalSequenceHeight(content, 900);
    const SequenceLayout usual = layOutSequence(content, {900, natural});
    const SequenceLayout tall = layOutSequence(content, {900, natural + 300});
    QCOMPARE(tall.matrices.height(), usual.matrices.height());
    QVERIFY(tall.plots[0].height() > usual.plots[0].height() + 50);
    QCOMPARE(usual.plots[0].height(), 134.0);
  }

  void withoutPlotsOrMatrices() {
    QVERIFY(partsOf(layOutSequence({}, {800, 600})).empty());
    const SequenceLayout bare =
        layOutSequence({.entries = {50}, .matrices = 1, .rows = 1, .measures = 200}, {800, 600});
    QVERIFY(bare.plots.empty() && bare.plane.isNull() && bare.values.isNull());
    QVERIFY(bare.measures.top() > bare.matrices.bottom());
    const SequenceLayout tiny = layOutSequence(sixMechanisms(), {10, 10});  // no room: no crash
    QCOMPARE(tiny.plots.size(), std::size_t{9});
  }
};

QTEST_GUILESS_MAIN(SequenceLayoutTest)
#include "sequence_layout_test.moc"
