// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/attention_panels.h"

#include <QtTest>

using namespace lineament::views;

class AttentionPanelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void panelsAreSquareInsideAndApart() {
    for (const std::size_t count : {1, 2, 3, 5, 6, 12}) {
      for (const QSizeF& size : {QSizeF(900, 500), QSizeF(300, 800), QSizeF(321, 250)}) {
        const PanelLayout layout = layOutPanels(count, size);
        QCOMPARE(layout.places.size(), count);
        const QRectF figure(QPointF(0, 0), size);
        for (std::size_t i = 0; i < count; ++i) {
          QVERIFY(std::abs(layout.places[i].width() - layout.places[i].height()) < 1e-9);
          QVERIFY(figure.contains(layout.places[i]));
          QVERIFY(!layout.places[i].intersects(layout.bar));
          for (std::size_t j = 0; j < i; ++j) {
            QVERIFY(!layout.places[i].intersects(layout.places[j]));
          }
        }
        QVERIFY(figure.contains(layout.bar));
      }
    }
  }

  void wideFiguresHaveMoreColumns() {
    QCOMPARE(layOutPanels(4, {1600, 400}).columns, 4);
    QCOMPARE(layOutPanels(4, {400, 1600}).columns, 1);
    QCOMPARE(layOutPanels(4, {800, 800}).columns, 2);
  }

  // Six in 637 units: one row would leave (637 - 26 - 64 - 5 x 16) / 6 = 77.8 units to each, two
  // leave 171.7.
  void asFewRowsAsLeaveRoom() {
    const double side = (637 - 26 - 64 - 2 * 16) / 3.0;
    QCOMPARE(panelHeight(6, 637, 90, 176), 26 + 2 * (34 + side) + 16);
    QCOMPARE(panelHeight(6, 637, 70, 176), 26 + 34 + (637 - 26 - 64 - 5 * 16) / 6.0);
    QCOMPARE(panelHeight(1, 637, 90, 176), 26 + 34 + 176.0);
    QCOMPARE(panelHeight(0, 637, 90, 176), 0.0);
    const double height = panelHeight(6, 637, 90, 176);
    QVERIFY(std::abs(usedPanelHeight(6, {637, height}) - height) < 1e-9);
    QVERIFY(usedPanelHeight(6, {637, 3 * height}) <= 3 * height);
  }

  void nothingToShow() {
    QVERIFY(layOutPanels(0, {800, 600}).places.empty());
    QVERIFY(layOutPanels(3, {10, 10}).places.empty());
  }

  void findsThePanelUnderAPoint() {
    const PanelLayout layout = layOutPanels(3, {900, 400});
    for (std::size_t i = 0; i < 3; ++i) QCOMPARE(panelAt(layout, layout.places[i].center()), i);
    QVERIFY(!panelAt(layout, {1, 1}));
  }
};

QTEST_GUILESS_MAIN(AttentionPanelsTest)
#include "attention_panels_test.moc"
