// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_legend.h"

#include <QApplication>
#include <QtTest>

using namespace lineament;
using namespace lineament::views;

namespace {

const std::vector<RasterClass> kRaster{
    {1, "Water", {0, 0, 200}}, {5, "Dune sand", {230, 200, 120}}, {9, "", {10, 10, 10}}};
const std::vector<ShownClass> kClasses = ClassEdits().shown(kRaster);

ClassShares sharesOf(double water, double sand, double nine, double none, double other) {
  return {{{1, water}, {5, sand}, {9, nine}}, none, other};
}

QImage drawn(const std::vector<LegendEntry>& entries, const QSize& size, std::size_t first = 0) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  drawLegend(painter, QRectF(QPointF(0, 0), QSizeF(size)), entries, first, figureTheme());
  return image;
}

}  // namespace

class MapLegendTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void classesHaveNamesAndShares() {
    const ClassShares shares = sharesOf(0.5, 0.0004, 0.123, 0.25, 0);
    const auto entries = legendOf(kClasses, &shares);
    QCOMPARE(entries.size(), 4u);
    QCOMPARE(entries[0].name, QString("Water"));
    QCOMPARE(entries[0].share, QString("50 %"));
    QCOMPARE(entries[0].colour, QColor(0, 0, 200));
    QCOMPARE(entries[1].share, QString("< 0.1 %"));
    QCOMPARE(entries[2].name, QString("class 9"));
    QCOMPARE(entries[2].share, QString("12 %"));
    QCOMPARE(entries[3].name, QString("no data"));
    QVERIFY(!entries[3].colour.isValid());
  }

  void otherValuesAreSaid() {
    const ClassShares shares = sharesOf(0.5, 0.4, 0, 0, 0.1);
    const auto entries = legendOf(kClasses, &shares);
    QCOMPARE(entries.size(), 4u);
    QCOMPARE(entries[2].share, QString("0 %"));
    QCOMPARE(entries[3].name, QString("no class"));
    QCOMPARE(legendOf(kClasses, nullptr).size(), 3u);
    QVERIFY(legendOf(kClasses, nullptr)[0].share.isEmpty());
  }

  void mergedClassesAddUpAndHiddenOnesAreCounted() {
    ClassEdits edits;
    edits.merge(9, 1);
    const ClassShares shares = sharesOf(0.5, 0.3, 0.1, 0.1, 0);
    const auto merged = legendOf(edits.shown(kRaster), &shares);
    QCOMPARE(merged.size(), 3u);
    QCOMPARE(merged[0].share, QString("60 %"));
    QCOMPARE(merged[0].value, std::optional<std::int64_t>(1));
    edits.setHidden(5, true);
    const auto hidden = legendOf(edits.shown(kRaster), &shares);
    QCOMPARE(hidden.size(), 3u);
    QCOMPARE(hidden[0].name, QString("Water"));
    QCOMPARE(hidden[2].name, QString("1 class hidden"));
    QCOMPARE(hidden[2].share, QString("30 %"));
    QVERIFY(!hidden[2].value);
  }

  // A swatch with a pattern is larger, and has its ink.
  void patternsAreInTheSwatch() {
    ClassEdits edits;
    edits.setPattern(5, ClassPattern::bricks);
    const auto plain = legendOf(kClasses, nullptr),
               patterned = legendOf(edits.shown(kRaster), nullptr);
    QVERIFY(legendWidth(patterned, 500) > legendWidth(plain, 500) + 5);
    const QImage image = drawn(patterned, {200, 100});
    const QColor sand(230, 200, 120);
    int ground = 0, ink = 0;
    for (int y = int(kLegendRow) + 4; y < int(2 * kLegendRow) - 4; ++y) {
      for (int x = 2; x < 22; ++x) {
        ground += image.pixelColor(x, y) == sand;
        ink += image.pixelColor(x, y).lightness() < 120;
      }
    }
    QVERIFY2(ground > 60 && ink > 20, qPrintable(QString("%1 %2").arg(ground).arg(ink)));
  }

  void namesHaveTheirPlace() {
    const QRectF column(300, 40, 120, 4 * kLegendRow);
    const QRectF second = legendNameArea(legendOf(kClasses, nullptr), column, 0, 1);
    QCOMPARE(second.top(), 40 + kLegendRow);
    QVERIFY(second.left() > 314 && second.right() <= 420);
    std::vector<LegendEntry> many(12, LegendEntry{QColor(Qt::red), "class", ""});
    QVERIFY(legendNameArea(many, column, 0, 9).isEmpty());
  }

  void manyRowsAreElidedAndScrolled() {
    const double height = 10 * kLegendRow;
    QCOMPARE(legendRows(10, height).end, 10u);
    const LegendRows top = legendRows(24, height);
    QCOMPARE(top.first, 0u);
    QCOMPARE(top.end, 9u);
    QCOMPARE(top.below, 15u);
    const LegendRows middle = legendRows(24, height, 5);
    QCOMPARE(middle.first, 5u);
    QCOMPARE(middle.end, 13u);
    QCOMPARE(middle.above, 5u);
    QCOMPARE(middle.below, 11u);
    const LegendRows end = legendRows(24, height, 23);
    QCOMPARE(end.end, 24u);
    QCOMPARE(end.above, 15u);
    QCOMPARE(end.below, 0u);
    // Each line of the column is used, none is too many.
    for (std::size_t first = 0; first < 24; ++first) {
      const LegendRows rows = legendRows(24, height, first);
      const std::size_t lines =
          rows.end - rows.first + (rows.above > 0 ? 1 : 0) + (rows.below > 0 ? 1 : 0);
      QCOMPARE(lines, 10u);
      QCOMPARE(rows.above + rows.below + rows.end - rows.first, 24u);
    }
    QCOMPARE(legendRows(24, 0).end, 0u);
  }

  void entriesAreFoundAtTheirLines() {
    const double height = 10 * kLegendRow;
    QCOMPARE(legendEntryAt(24, height, 0, 0.5 * kLegendRow), std::optional<std::size_t>(0));
    QCOMPARE(legendEntryAt(24, height, 5, 1.5 * kLegendRow), std::optional<std::size_t>(5));
    QVERIFY(!legendEntryAt(24, height, 5, 0.5 * kLegendRow));  // "5 above"
    QVERIFY(!legendEntryAt(24, height, 0, 9.5 * kLegendRow));  // "15 more"
    QVERIFY(!legendEntryAt(3, height, 0, 3.5 * kLegendRow));
  }

  void oneSwatchPerClass() {
    const ClassShares shares = sharesOf(0.5, 0.3, 0.1, 0.1, 0);
    const QImage image = drawn(legendOf(kClasses, &shares), {200, 100});
    for (std::size_t i = 0; i < 3; ++i) {
      const int y = static_cast<int>((double(i) + 0.5) * kLegendRow);
      QCOMPARE(image.pixelColor(7, y),
               QColor(kClasses[i].colour[0], kClasses[i].colour[1], kClasses[i].colour[2]));
    }
    QCOMPARE(image.pixelColor(4, int(3.5 * kLegendRow) - 3), QColor(Qt::white));  // crossed out
  }

  void longNamesAreElided() {
    std::vector<LegendEntry> entries = legendOf(kClasses, nullptr);
    const double usual = legendWidth(entries, 1000);
    entries[0].name = QString(200, 'w');
    QVERIFY(legendWidth(entries, 1000) > usual);
    QCOMPARE(legendWidth(entries, 180), 180.0);
    const QImage image = drawn(entries, {180, 60});
    QVERIFY(!image.isNull());
  }
};

QTEST_MAIN(MapLegendTest)
#include "map_legend_test.moc"
