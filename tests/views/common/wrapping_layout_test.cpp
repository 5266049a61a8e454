// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/wrapping_layout.h"

#include <QWidget>
#include <QtTest>

using namespace lineament::views;

namespace {

// A bar of widgets of these widths, 20 high, 5 apart.
struct Bar {
  explicit Bar(const QList<int>& widths) {
    auto* layout = new WrappingLayout(&widget);
    layout->setContentsMargins(10, 4, 10, 4);
    layout->setSpacing(5);
    for (const int width : widths) {
      auto* part = new QWidget;
      part->setFixedSize(width, 20);
      layout->addWidget(part);
      parts << part;
    }
  }
  void lay(int width) {
    widget.resize(width, widget.layout()->heightForWidth(width));
    widget.layout()->setGeometry(widget.rect());
  }

  QWidget widget;
  QList<QWidget*> parts;
};

}  // namespace

class WrappingLayoutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void oneRowWhereThereIsRoom() {
    Bar bar({100, 50, 70});
    QCOMPARE(bar.widget.layout()->sizeHint(), QSize(20 + 100 + 5 + 50 + 5 + 70, 28));
    bar.lay(250);
    QCOMPARE(bar.widget.height(), 28);
    QCOMPARE(bar.parts[2]->geometry(), QRect(170, 4, 70, 20));
  }

  void theOthersStandBelow() {
    Bar bar({100, 50, 70});
    bar.lay(249);
    QCOMPARE(bar.widget.height(), 28 + 25);
    QCOMPARE(bar.parts[1]->geometry(), QRect(115, 4, 50, 20));
    QCOMPARE(bar.parts[2]->geometry(), QRect(10, 29, 70, 20));
    bar.lay(120);
    QCOMPARE(bar.widget.height(), 28 + 50);
    QCOMPARE(bar.widget.layout()->minimumSize(), QSize(120, 28));
  }

  void hiddenOnesTakeNoRoom() {
    Bar bar({100, 50, 70});
    bar.parts[1]->hide();
    bar.lay(195);
    QCOMPARE(bar.widget.height(), 28);
    QCOMPARE(bar.parts[2]->x(), 115);
  }

  void mirroredWhereTextRunsToTheLeft() {
    Bar bar({100, 50});
    bar.widget.setLayoutDirection(Qt::RightToLeft);
    bar.lay(200);
    QCOMPARE(bar.parts[0]->geometry(), QRect(90, 4, 100, 20));
    QCOMPARE(bar.parts[1]->x(), 35);
  }

  void itemsCanBeTaken() {
    Bar bar({100, 50});
    QCOMPARE(bar.widget.layout()->count(), 2);
    delete bar.widget.layout()->takeAt(0);
    QCOMPARE(bar.widget.layout()->count(), 1);
    QVERIFY(!bar.widget.layout()->takeAt(1) && !bar.widget.layout()->itemAt(-1));
  }
};

QTEST_MAIN(WrappingLayoutTest)
#include "wrapping_layout_test.moc"
