// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/staying_menu.h"

#include <QtTest>

using namespace lineament::views;

class StayingMenuTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void severalAreTicked() {
    StayingMenu menu;
    QAction* boxes[] = {menu.addAction("one"), menu.addAction("two")};
    for (QAction* box : boxes) box->setCheckable(true);
    QAction* command = menu.addAction("command");
    int commanded = 0;
    connect(command, &QAction::triggered, &menu, [&] { ++commanded; });
    menu.popup({20, 20});
    QVERIFY(QTest::qWaitForWindowExposed(&menu));
    const auto click = [&](QAction* action) {
      const QPoint place = menu.actionGeometry(action).center();
      QTest::mouseMove(&menu, place);
      QTest::mouseClick(&menu, Qt::LeftButton, {}, place);
    };
    for (QAction* box : boxes) {
      click(box);
      QVERIFY(box->isChecked() && menu.isVisible());
    }
    QTest::keyClick(&menu, Qt::Key_Space);  // the box that the pointer is on
    QVERIFY(!boxes[1]->isChecked() && menu.isVisible());
    boxes[0]->setEnabled(false);
    click(command);
    QCOMPARE(commanded, 1);
    QVERIFY(!menu.isVisible());
  }
};

QTEST_MAIN(StayingMenuTest)
#include "staying_menu_test.moc"
