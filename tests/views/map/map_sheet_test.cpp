// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_sheet.h"

#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/views/map/small_rasters.h"
#include "views/common/figure_export.h"
#include "views/common/figure_style.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

const nlohmann::json kFilled = {
    {"title", "Rock units of the playa"},
    {"subtitle", "Unsupervised map"},
    {"author", "A. Geologist"},
    {"date", "1 May 2026"},
    {"sources", "Landsat 8 OLI, seven bands"},
    {"facts", {{{"name", "Silhouette"}, {"value", "0.41"}}}},
};

MapSheet sheetOf(const Data& data, nlohmann::json options = nlohmann::json::object()) {
  MapSheet sheet;
  sheet.setData(data);
  nlohmann::json all = kFilled;
  all.update(options);
  sheet.setOptions(all);
  sheet.prepare({});
  return sheet;
}

MapSheet sheetOf(const Raster& raster, nlohmann::json options = nlohmann::json::object()) {
  return sheetOf(Data(raster), std::move(options));
}

QByteArray outputOf(const char* program, const QStringList& arguments) {
  QProcess process;
  process.start(QString::fromLatin1(program), arguments);
  process.waitForFinished();
  return process.readAllStandardOutput();
}

// A PDF of the sheet, as pixels.
QImage printed(const MapSheet& sheet, double dpi, QString* text = nullptr) {
  QTemporaryDir folder;
  const QString pdf = folder.filePath("sheet.pdf");
  exportFigure(sheet, pdf.toStdString(), {});
  if (text) *text = QString::fromUtf8(outputOf("pdftotext", {"-layout", pdf, "-"}));
  outputOf("pdftoppm",
           {"-r", QString::number(dpi), "-png", "-singlefile", pdf, folder.filePath("page")});
  return QImage(folder.filePath("page.png"));
}

int widthOf(const QImage& image, int y, const QColor& colour) {
  int count = 0;
  for (int x = 0; x < image.width(); ++x) {
    const QColor at = image.pixelColor(x, y);
    count += std::abs(at.red() - colour.red()) + std::abs(at.green() - colour.green()) +
                 std::abs(at.blue() - colour.blue()) <
             12;
  }
  return count;
}

}  // namespace

class MapSheetTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aKilometreIsTwentyMillimetres() {
    // 40 x 40 pixels of 100 m, all of one class.
    std::vector<std::uint8_t> labels(1600, 1);
    const Raster raster = Raster::ofLabels(utmGrid(40, 40, 100), {}, std::move(labels),
                                           {{1, "Granite", {200, 40, 90}}});
    const MapSheet sheet =
        sheetOf(raster, {{"page", "A4"}, {"orientation", "landscape"}, {"scale", 50'000}});
    QCOMPARE(*sheet.pageSize(), QSizeF(297, 210));
    QCOMPARE(sheet.placed().scale * 1000 / kUnitsPerMillimetre, 20.0);
    QCOMPARE(sheet.scaleText(), QString("1:50,000"));
    QString text;
    const QImage page = printed(sheet, 254, &text);  // ten pixels a millimetre
    QVERIFY2(std::abs(page.width() - 2970) <= 1 && std::abs(page.height() - 2100) <= 1,
             qPrintable(QString("%1 x %2").arg(page.width()).arg(page.height())));
    QVERIFY(text.contains("1:50,000"));
    const QRectF plot = sheet.placed().plot;
    const int y = int((plot.top() + 0.3 * plot.height()) / kUnitsPerMillimetre * 10);
    const int wide = widthOf(page, y, QColor(200, 40, 90));
    QVERIFY2(wide >= 790 && wide <= 810, qPrintable(QString::number(wide)));  // 4 km: 80 mm
  }

  void theFileHasThePagesSizeWhateverIsAsked() {
    const MapSheet sheet = sheetOf(stripes(), {{"page", "A3"}, {"orientation", "portrait"}});
    const FigureFormat asked{.width_mm = 85, .height_mm = 40, .dpi = 100};
    QCOMPARE(figureImage(sheet, asked).size(), QSize(1169, 1654));
    QVERIFY(figureSvg(sheet, asked).contains("width=\"297.0000mm\" height=\"420.0000mm\""));
  }

  void everythingIsWritten() {
    QString text;
    const MapSheet sheet = sheetOf(stripes());
    printed(sheet, 40, &text);
    for (const char* wanted :
         {"Rock units of", "Unsupervised map", "A. Geologist", "1 May 2026", "Landsat 8 OLI",
          "Silhouette", "0.41", "Basalt", "Undivided sediments", "WGS 84 / UTM zone 39N", "13 %",
          "no data", "Scale on A4", "297 × 210 mm"}) {
      QVERIFY2(text.contains(QString::fromUtf8(wanted)), wanted);
    }
    QVERIFY(text.contains(sheet.scaleText()));
    QVERIFY(text.contains(QRegularExpression("50[0-9],\\d00 m")));  // coordinates
  }

  void thePageTurnsAsTheMapDoes() {
    QVERIFY(sheetOf(stripes(200, 60)).landscape());
    QVERIFY(!sheetOf(stripes(60, 200)).landscape());
    QVERIFY(!sheetOf(stripes(200, 60), {{"orientation", "portrait"}}).landscape());
  }

  // The plot, its frame and all cells lie within the border, and none over another.
  void nothingLiesOverAnother() {
    for (const char* page : {"A4", "A3", "A2", "Letter"}) {
      for (const char* orientation : {"landscape", "portrait"}) {
        for (const int classes : {2, 24}) {
          const MapSheet sheet =
              sheetOf(stripes(240, 100, classes), {{"page", page}, {"orientation", orientation}});
          const QRectF paper({0, 0}, *sheet.pageSize() * kUnitsPerMillimetre);
          QVERIFY(paper.contains(sheet.placed().plot.adjusted(-30, -30, 30, 30)));
          QVERIFY(sheet.placed().plot.width() > 0.3 * paper.width());
        }
      }
    }
  }

  // The same picture anywhere: a smaller drawing is the page, smaller.
  void aDrawingOfAnotherSizeIsThePage() {
    const MapSheet sheet = sheetOf(stripes());
    QImage image(600, 600, QImage::Format_RGB32);
    image.fill(Qt::red);
    QPainter painter(&image);
    sheet.paint(painter, {600, 600}, figureTheme());
    painter.end();
    const QRectF page = sheet.pageIn({600, 600});
    QVERIFY(std::abs(page.height() - 600 * 210 / 297.0) < 1e-6);
    QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));  // beside the page
    const QRectF plot = sheet.placed().plot;
    const double shrink = 600 / (297 * kUnitsPerMillimetre);
    const QPointF middle = page.topLeft() + plot.center() * shrink;
    const auto [red, green, blue] = stripes().classes()[3].colour;
    QCOMPARE(image.pixelColor(middle.toPoint()), QColor(red, green, blue));
  }

  void patternsAreLinesInFiles() {
    const nlohmann::json edits = {{{"value", 1}, {"pattern", "bricks"}}};
    const MapSheet plain = sheetOf(stripes());
    const MapSheet patterned = sheetOf(stripes(), {{"classes", edits}});
    const auto paths = [](const MapSheet& sheet) { return figureSvg(sheet, {}).count("<path "); };
    QVERIFY(paths(patterned) > paths(plain));
    // Ink lies on the first class, none on the others.
    const QImage page = figureImage(patterned, {.dpi = 200});
    const QImage file = printed(patterned, 200);
    QVERIFY(std::abs(file.width() - page.width()) <= 1);
    const PlacedMap placed = patterned.placed();
    const double scale = 200 / kUnitsPerInch;
    const auto inked = [&](const QImage& image, double from, double to) {
      int count = 0;
      for (int y = int(scale * (placed.plot.top() + 8)); y < scale * (placed.plot.center().y());
           ++y) {
        for (int x = int(scale * (placed.plot.left() + from * placed.plot.width())) + 6;
             x < scale * (placed.plot.left() + to * placed.plot.width()) - 6; ++x) {
          const QColor at = image.pixelColor(x, y);
          count += at.red() + at.green() + at.blue() < 240;
        }
      }
      return count;
    };
    const int drawn = inked(page, 0, 1 / 7.0), as_lines = inked(file, 0, 1 / 7.0);
    QVERIFY2(drawn > 500 && std::abs(as_lines - drawn) < 0.35 * drawn,
             qPrintable(QString("%1 and %2").arg(drawn).arg(as_lines)));
  }

  void imagesHaveSheetsToo() {
    QString text;
    printed(sheetOf(landsat()), 40, &text);
    QVERIFY(text.contains("B4 Red") && text.contains("Rock units"));
  }

  void withoutASystemThereIsABarAlone() {
    Raster raster = stripes();
    RasterGrid grid = raster.grid();
    grid.crs = {};
    const MapSheet sheet = sheetOf(raster.placedAt(grid));
    QVERIFY(sheet.scaleText().isEmpty());
    QString text;
    printed(sheet, 40, &text);
    QVERIFY(text.contains("px") && !text.contains("1:"));
  }

  void anEmptyRasterSaysSo() {
    MapSheet sheet;
    sheet.setData(Data(Raster()));
    sheet.prepare({});
    QString text;
    printed(sheet, 40, &text);
    QVERIFY(text.contains("The raster has no pixels"));
  }

  // Words leave what has been read of the map; its own options do not.
  void textsDoNotReadTheMapAgain() {
    MapSheet sheet = sheetOf(stripes());
    const auto print = sheet.map().own().print;
    sheet.setOptions({{"author", "another"}, {"title", "another"}});
    sheet.prepare({});
    QCOMPARE(sheet.map().own().print, print);
    sheet.setOptions({{"classes", {{{"value", 1}, {"name", "Limestone"}}}}});
    sheet.prepare({});
    QVERIFY(sheet.map().own().print != print);
    QString text;
    printed(sheet, 40, &text);
    QVERIFY(text.contains("Limestone") && !text.contains("Basalt"));
  }
};

QTEST_MAIN(MapSheetTest)
#include "map_sheet_test.moc"
