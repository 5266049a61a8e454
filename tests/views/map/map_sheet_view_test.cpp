// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_sheet_view.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QtTest>

#include "tests/views/map/shown_map.h"
#include "tests/views/map/small_rasters.h"
#include "views/common/figure_style.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

struct ShownSheet {
  MapSheetView view;

  explicit ShownSheet(const Raster& raster, Surroundings* surroundings = nullptr) {
    view.resize(1000, 640);
    view.setSurroundings(surroundings);
    view.setData(Data(raster));
    view.show();
  }
  bool ready() const { return view.preview().complete(); }
  QComboBox* box(const char* title) const {
    for (QComboBox* one : view.findChildren<QComboBox*>()) {
      if (one->accessibleName() == QLatin1String(title)) return one;
    }
    return nullptr;
  }
};

}  // namespace

class MapSheetViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void thePageIsSeen() {
    ShownSheet shown(stripes());
    QTRY_VERIFY(shown.ready());
    const SheetPreview& preview = shown.view.preview();
    const QImage seen = shown.view.preview().grab().toImage();
    const PlacedMap placed = shown.view.figure().placed();
    const QRectF page = preview.page();
    const double shrink = page.width() / (297 * kUnitsPerMillimetre);
    const QPoint middle = (page.topLeft() + placed.plot.center() * shrink).toPoint();
    const auto [red, green, blue] = stripes().classes()[3].colour;
    QCOMPARE(seen.pixelColor(middle), QColor(red, green, blue));
    QCOMPARE(seen.pixelColor((page.topLeft() + QPointF(5, 5)).toPoint()), QColor(Qt::white));
    QVERIFY(shown.view.caption().contains("1:"));
  }

  void wordsAreWrittenAndKept() {
    ShownSheet shown(stripes());
    QTRY_VERIFY(shown.ready());
    QSignalSpy edits(&shown.view, &View::edited);
    QLineEdit* author = shown.view.fields().field("author");
    author->setFocus();
    QTest::keyClicks(author, "A. G.");
    QCOMPARE(shown.view.figure().choices().author, QString("A. G."));
    QCOMPARE(edits.size(), 0);
    QTest::keyClick(author, Qt::Key_Return);
    QCOMPARE(edits.size(), 1);
    QCOMPARE(shown.view.keptOptions()["author"], nlohmann::json("A. G."));
    shown.view.fields().facts().setPlainText("Kappa: 0.8");
    QCOMPARE(shown.view.figure().choices().facts, (std::vector<SheetFact>{{"Kappa", "0.8"}}));
    shown.view.setOptions({{"author", "undone"}, {"facts", nlohmann::json::array()}});
    QCOMPARE(author->text(), QString("undone"));
    QVERIFY(shown.view.fields().facts().toPlainText().isEmpty());
  }

  void scalesAreChosenOrTyped() {
    ShownSheet shown(stripes());
    QComboBox* scale = shown.box("Scale");
    QSignalSpy edits(&shown.view, &View::edited);
    const auto type = [&](const QString& text) {
      scale->lineEdit()->setText(text);
      Q_EMIT scale->lineEdit()->editingFinished();
    };
    type("1 : 25 000");
    QCOMPARE(shown.view.figure().choices().scale, 25'000.0);
    QCOMPARE(scale->currentText(), QString("1:25,000"));
    type("as you like");
    QCOMPARE(scale->currentText(), QString("1:25,000"));
    QCOMPARE(edits.size(), 1);
    type(scale->itemText(0));
    QCOMPARE(shown.view.figure().choices().scale, 0.0);
  }

  void paperAndFormatAreChosen() {
    ShownSheet shown(stripes());
    const auto choose = [&](const char* title, const QString& entry) {
      QComboBox* box = shown.box(title);
      box->setCurrentIndex(box->findText(entry));
      Q_EMIT box->activated(box->currentIndex());
    };
    choose("Paper", "Letter");
    choose("Format", "portrait");
    QCOMPARE(*shown.view.figure().pageSize(), QSizeF(215.9, 279.4));
    QTRY_VERIFY(shown.ready());
  }

  void theBackgroundOfTheMapIsLoaded() {
    FewRasters project({{"classes", stripes()}, {"image", landsat(140, 100)}});
    ShownSheet shown(stripes(), &project);
    shown.view.setOptions({{"background", 2},
                           {"background_name", "image"},
                           {"opacity", 0.5},
                           {"arrangement", "beside"}});
    QVERIFY(shown.view.figure().map().other());
    QVERIFY(!shown.view.figure().map().beside());
    QTRY_VERIFY(shown.ready());
  }

  void aHandZoomsIntoThePage() {
    ShownSheet shown(stripes());
    QTRY_VERIFY(shown.ready());
    SheetPreview& preview = shown.view.preview();
    QTest::keyClick(&preview, Qt::Key_Plus);
    QVERIFY(preview.zoom() > 1);
    QTRY_VERIFY(shown.ready());
    shown.view.fit();
    QCOMPARE(preview.zoom(), 1.0);
  }
};

QTEST_MAIN(MapSheetViewTest)
#include "map_sheet_view_test.moc"
