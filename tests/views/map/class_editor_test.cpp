// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_editor.h"

#include <QColorDialog>
#include <QLineEdit>
#include <QSignalSpy>

#include "tests/views/map/shown_map.h"
#include "tests/views/map/small_rasters.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

QLineEdit* fieldOn(const Shown& shown) {
  return shown.view.canvas().findChild<QLineEdit*>();
}

std::string nameOf(const Shown& shown, std::int64_t value) {
  const auto classes = shown.view.figure().shownClasses();
  const ShownClass* one = shownAs(classes, value);
  return one ? one->name : std::string();
}

}  // namespace

class ClassEditorTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aNameIsChangedInItsPlace() {
    Shown shown(stripes());
    QTRY_VERIFY(shown.ready());
    QSignalSpy edited(&shown.view, &View::edited);
    QTest::mouseDClick(&shown.view.canvas(), Qt::LeftButton, {}, shown.entry(3));
    QTRY_VERIFY(fieldOn(shown));
    QCOMPARE(fieldOn(shown)->text(), QString("Dune sand"));
    QVERIFY(fieldOn(shown)->geometry().contains(shown.entry(3)));
    QTest::keyClicks(fieldOn(shown), "Aeolian sand");
    QTest::keyClick(fieldOn(shown), Qt::Key_Return);
    QCOMPARE(nameOf(shown, 3), std::string("Aeolian sand"));
    QCOMPARE(edited.count(), 1);
    QCOMPARE(edited[0][0].toString(), QString("Rename a class"));
    QVERIFY(edited[0][1].toBool());
    QTRY_VERIFY(!fieldOn(shown));
    QCOMPARE(shown.view.figure().raster().classes()[2].name, std::string("Dune sand"));  // the data
    // Escape leaves it as it was.
    QTest::mouseDClick(&shown.view.canvas(), Qt::LeftButton, {}, shown.entry(4));
    QTest::keyClicks(fieldOn(shown), "Oil");
    QTest::keyClick(fieldOn(shown), Qt::Key_Escape);
    QTRY_VERIFY(!fieldOn(shown));
    QCOMPARE(nameOf(shown, 4), std::string("Water"));
    QCOMPARE(edited.count(), 1);
  }

  void aColourIsChosen() {
    Shown shown(stripes());
    QTRY_VERIFY(shown.ready());
    const QColor wanted(12, 130, 99);
    shown.pick(shown.entry(2), {"Colour…"});
    auto* dialog = shown.view.canvas().findChild<QColorDialog*>();
    QVERIFY(dialog && dialog->windowTitle().contains("Claystone"));
    dialog->setCurrentColor(wanted);
    dialog->accept();
    QTRY_VERIFY(shown.ready() && shown.colourAt(30, 50) == wanted);
    QCOMPARE(shown.view.options()["classes"][0]["colour"], "#0c8263");
  }

  void classesAreMergedHiddenAndPatterned() {
    Shown shown(stripes());
    QTRY_VERIFY(shown.ready());
    shown.pick(shown.entry(2), {"Merge into", "Dune sand"});
    QTRY_VERIFY(shown.ready() && shown.colourAt(30, 50) == shown.colourAt(50, 50));
    QVERIFY(shown.entry(2) == QPoint(0, 0));  // no entry of its own
    shown.pick(shown.entry(5), {"Show"});
    QTRY_VERIFY(shown.ready() && shown.colourAt(90, 50) == theme().view);
    const QColor plain = shown.colourAt(110, 50);
    shown.pick(shown.entry(6), {"Pattern", "Crosses: plutonic rock"});
    // Along a line across the class its ground is seen, and the pattern's ink.
    const auto inked = [&] {
      const QImage image = shown.view.canvas().grab().toImage();
      int ground = 0;
      for (int row = 20; row < 80; ++row) {
        ground += image.pixelColor(shown.place(110, row)) == plain;
      }
      return ground > 20 && ground < 57;
    };
    QTRY_VERIFY(inked());
    shown.pick(shown.entry(3), {"Separate what was merged"});
    QTRY_VERIFY(shown.ready() && shown.colourAt(30, 50) != shown.colourAt(50, 50));
    shown.pick({200, 150}, {"Classes", "Show all"});
    QTRY_VERIFY(shown.ready() && shown.colourAt(90, 50) != theme().view);
    shown.pick({200, 150}, {"Classes", "All as the data have them"});
    QTRY_VERIFY(shown.ready() && shown.colourAt(110, 50) == plain);
    QVERIFY(shown.view.options()["classes"].empty());
  }

  // All of it is in the map's own menu, which a key opens.
  void withoutAMouse() {
    Shown shown(stripes());
    QTRY_VERIFY(shown.ready());
    const QStringList titles = shown.pick({200, 150}, {"Classes", "Water", "Rename…"});
    QVERIFY(titles.contains("Classes"));
    QVERIFY(fieldOn(shown));
    QCOMPARE(shown.view.window()->focusWidget(), fieldOn(shown));
    QTest::keyClicks(fieldOn(shown), "Lake");
    QTest::keyClick(fieldOn(shown), Qt::Key_Return);
    QCOMPARE(nameOf(shown, 4), std::string("Lake"));
    QTRY_VERIFY(!fieldOn(shown));
  }

  void imagesHaveNoClassesToChange() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    QVERIFY(!shown.pick({200, 150}, {"Legend"}).contains("Classes"));
  }
};

QTEST_MAIN(ClassEditorTest)
#include "class_editor_test.moc"
