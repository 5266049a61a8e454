// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/figure_export.h"

#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtEndian>
#include <QtTest>
#include <filesystem>

#include "views/common/figure_style.h"

using namespace lineament;
using namespace lineament::views;

namespace {

class Drawing : public Copied<Drawing, Figure> {
 public:
  QString id() const override { return QStringLiteral("drawing"); }
  void setData(const Data&) override {}
  void setOptions(const nlohmann::json&) override {}
  nlohmann::json options() const override { return nlohmann::json::object(); }
  QSizeF naturalSize(double width) const override { return {width, width / 2}; }
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override {
    painter.setPen(figurePen(theme.line, 0.01));
    painter.drawLine(QPointF(0, 0), QPointF(size.width(), size.height()));
    painter.setFont(figureFont());
    painter.setPen(theme.text);
    drawLabel(painter, {20, 20}, Qt::AlignLeft | Qt::AlignTop, QStringLiteral("Impact, mm/s"));
    painter.fillRect(QRectF(size.width() - 10, size.height() - 10, 10, 10), QColor(0xff0051));
  }
};

const FigureRecord kRecord{"Title & more", "piles.lineament", "7 explain.shap",
                           R"({"method":"exact"})"};

std::string keyOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.key();
  }
  return {};
}

}  // namespace

class FigureExportTest : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir folder_;
  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  static QByteArray content(const std::filesystem::path& file) {
    QFile opened(QString::fromStdString(file.string()));
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
  }

 private Q_SLOTS:
  void svgHasItsSizeTextAndRecord() {
    const QByteArray svg = figureSvg(Drawing(), {.width_mm = 85}, kRecord);
    QXmlStreamReader reader(svg);
    QString text, parameters;
    QVERIFY(reader.readNextStartElement());
    QCOMPARE(reader.attributes().value("width").toString(), QString("85.0000mm"));
    QCOMPARE(reader.attributes().value("height").toString(), QString("42.5000mm"));
    const double units = reader.attributes().value("viewBox").toString().split(' ')[2].toDouble();
    QVERIFY(std::abs(units - 85 / 25.4 * 96) < 1e-3);
    QString project;
    while (!reader.atEnd()) {
      reader.readNext();
      if (!reader.isStartElement()) continue;
      if (reader.name() == QLatin1String("text")) text += reader.readElementText();
      if (reader.name() == QLatin1String("figure")) {
        project = reader.attributes().value("project").toString();
        parameters = reader.readElementText();
      }
    }
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    QCOMPARE(text, QString("Impact, mm/s"));
    QCOMPARE(project, kRecord.project);
    QCOMPARE(parameters, kRecord.parameters);
    QVERIFY(svg.contains("<title>Title &amp; more</title>"));
  }

  void noLineIsThinnerThanItPrints() {
    const QString svg = QString::fromUtf8(figureSvg(Drawing(), {}));
    static const QRegularExpression width("<polyline|<path|stroke-width=\"([0-9.]+)\"");
    auto match = width.globalMatch(svg);
    int lines = 0;
    while (match.hasNext()) {
      const QString found = match.next().captured(1);
      if (found.isEmpty()) continue;
      ++lines;
      QVERIFY2(found.toDouble() * 0.75 >= 0.399, qPrintable(found));
    }
    QVERIFY(lines > 0);
  }

  void pdfHasItsExactSizeAndFonts() {
    exportFigure(Drawing(), path("a.pdf"), {.width_mm = 174, .height_mm = 61.5}, kRecord);
    const QByteArray pdf = content(path("a.pdf"));
    QVERIFY(pdf.startsWith("%PDF-"));
    static const QRegularExpression box("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+) *\\]");
    const auto match = box.match(QString::fromLatin1(pdf));
    QVERIFY(match.hasMatch());
    QVERIFY(std::abs(match.captured(1).toDouble() - 174 / 25.4 * 72) < 1e-5);
    QVERIFY(std::abs(match.captured(2).toDouble() - 61.5 / 25.4 * 72) < 1e-5);
    QVERIFY(pdf.contains("/FontFile"));
    QVERIFY(!pdf.contains("/Subtype /Image"));
    QVERIFY(pdf.contains("record.json") || pdf.contains("/EmbeddedFile"));
    // The table of offsets still points at the objects.
    const int start = pdf.mid(pdf.lastIndexOf("startxref") + 10).trimmed().split('\n')[0].toInt();
    QCOMPARE(pdf.mid(start, 4), QByteArray("xref"));
  }

  void pngHasItsPixelsResolutionAndRecord() {
    exportFigure(Drawing(), path("a.png"), {.width_mm = 50.8, .dpi = 300}, kRecord);
    const QByteArray png = content(path("a.png"));
    const QImage image = QImage::fromData(png);
    QCOMPARE(image.size(), QSize(600, 300));
    const auto chunk = png.indexOf("pHYs");
    QVERIFY(chunk > 0);
    QCOMPARE(qFromBigEndian<quint32>(png.constData() + chunk + 4), quint32(11811));
    QCOMPARE(image.text("Run"), kRecord.run);
    QCOMPARE(image.text("Parameters"), kRecord.parameters);
    QCOMPARE(image.pixelColor(595, 295), QColor(0xff0051));
    QCOMPARE(image.pixelColor(300, 20), QColor(Qt::white));
  }

  void badCallsSaySo() {
    QCOMPARE(keyOf([&] { exportFigure(Drawing(), path("a.bmp"), {}); }),
             std::string("figure.ending"));
    QCOMPARE(keyOf([&] { exportFigure(Drawing(), path("none"), {}); }),
             std::string("figure.ending"));
    QCOMPARE(keyOf([&] { figurePng(Drawing(), {.width_mm = 3}); }), std::string("figure.size"));
    QCOMPARE(keyOf([&] { figurePng(Drawing(), {.dpi = 100000}); }), std::string("figure.size"));
    QCOMPARE(keyOf([&] { figurePng(Drawing(), {.width_mm = 1900, .dpi = 2400}); }),
             std::string("figure.size"));
    QVERIFY(!keyOf([&] { exportFigure(Drawing(), path("no/folder/a.svg"), {}); }).empty());
    QVERIFY(!std::filesystem::exists(path("a.bmp")));
  }
};

QTEST_MAIN(FigureExportTest)
#include "figure_export_test.moc"
