// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>
#include <numeric>

#include "app/report/describe.h"
#include "app/report/html_report.h"
#include "app/report/inline_svg.h"
#include "app/report/numbers.h"
#include "app/report/page_grid.h"
#include "app/report/pdf_report.h"
#include "app/report/record_blocks.h"
#include "app/report/write_report.h"
#include "core/base/error.h"

namespace lineament::app {
namespace {

Explanation smallExplanation() {
  Explanation explanation;
  explanation.method = "exact";
  explanation.output_name = "PPV";
  explanation.output_unit = "mm/s";
  explanation.features = {"distance", "hammer"};
  explanation.base_value = 2;
  explanation.values = std::vector<double>{-1, 0.5, 1, 0.25, 0.1, -0.5};
  explanation.predictions = std::vector<double>{1.5, 3.25, 1.6};
  explanation.data = Table({Column("distance", SharedArray<double>({30, 10, 20})),
                            Column("hammer", SharedArray<double>({8, 9, 5}))});
  return explanation;
}

Grid longGrid(int rows) {
  Grid grid;
  grid.title = "Coefficients";
  grid.columns = {{"Term"}, {"Estimate", true}, {"SHA-256", false, true}};
  for (int row = 0; row < rows; ++row) {
    grid.rows.push_back(
        {QStringLiteral("term %1").arg(row), numberText(row / 7.0), QString(64, QLatin1Char('a'))});
  }
  return grid;
}

Report sampleReport() {
  Report report;
  report.title = "Piles <&> \"vibrations\"";
  report.facts = {"23 November 2026", "Lineament 0.1.0"};
  report.blocks = {
      Heading{"Data & more", 1}, plainParagraph("Formula a < b, https excluded, µ and Δ."),
      plainParagraph("careful", Paragraph::Style::warning), longGrid(120), Heading{"Figures", 1}};
  Picture picture;
  picture.spec.view = "beeswarm";
  picture.spec.title = "What moves the PPV";
  picture.data = Data(smallExplanation());
  report.blocks.emplace_back(picture);
  picture.spec.view = "no such view";
  report.blocks.emplace_back(picture);
  report.blocks.emplace_back(PageBreak{});
  report.blocks.emplace_back(plainParagraph("The end."));
  return report;
}

int count(const QByteArray& bytes, const char* pattern) {
  return static_cast<int>(QString::fromLatin1(bytes).count(QRegularExpression(pattern)));
}

}  // namespace

class ReportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // "target" stands in the declaration; a person reads the target's own unit, or none.
  void metricsHaveTheUnitOfTheTarget() {
    Declaration declaration;
    declaration.metrics = {{"rmse", "Error", "target", ""}, {"time", "Time", "s", ""}};
    RunRecord record;
    record.metrics = {{"rmse", 1.5}, {"time", 2}};
    const auto units = [&] {
      for (const Block& block : runBlocks(record, &declaration, {})) {
        if (const Grid* grid = std::get_if<Grid>(&block))
          return grid->rows[0][2] + "," + grid->rows[1][2];
      }
      return QString();
    };
    QCOMPARE(units(), QStringLiteral(",s"));
    Model model;
    model.target_unit = "mm/s";
    record.outputs.push_back({"other", Kind::note, {}, nullptr});
    record.outputs.push_back({"model", Kind::model, {}, summaryOf(Data(model))});
    QCOMPARE(units(), QStringLiteral("mm/s,s"));
  }

  void writesNumbersForPeople_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
    QTest::newRow("whole") << 1018.0 << "1018";
    QTest::newRow("negative") << -0.12345678 << "−0.12346";
    QTest::newRow("small") << 1.234e-9 << "1.23 × 10⁻⁹";
    QTest::newRow("large") << -2.5e12 << "−2.5 × 10¹²";
    QTest::newRow("zero") << 0.0 << "0";
    QTest::newRow("none") << std::nan("") << "–";
  }
  void writesNumbersForPeople() {
    QFETCH(double, value);
    QFETCH(QString, text);
    QCOMPARE(numberText(value), text);
  }

  void htmlIsWellFormedAndSelfContained() {
    const QByteArray page = htmlReport(sampleReport(), {});
    QVERIFY(page.startsWith("<!DOCTYPE html>"));
    QXmlStreamReader xml(page);
    QString text;
    int figures = 0;
    int drawings = 0;
    while (!xml.atEnd()) {
      xml.readNext();
      if (xml.isCharacters()) text += xml.text();
      if (!xml.isStartElement()) continue;
      figures += xml.name() == QLatin1String("figure");
      drawings += xml.name() == QLatin1String("svg");
      QVERIFY(xml.name() != QLatin1String("script"));
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(!page.contains("http:"));
    QVERIFY(!page.contains("https:"));
    QVERIFY(!page.contains("@import"));
    QCOMPARE(figures, 2);
    QCOMPARE(drawings, 1);  // the other one says why it is not there
    QVERIFY(text.contains("no view of that name"));
    QVERIFY(text.contains("Piles <&> \"vibrations\""));
    QVERIFY(text.contains("Formula a < b"));
    QVERIFY(text.contains("Figure 1. "));
    QVERIFY(page.contains("href=\"#s1\""));
  }

  void keepsTheIdsOfTwoFiguresApart() {
    const QByteArray svg =
        "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" "
        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"10mm\" height=\"5mm\">"
        "<defs><linearGradient id=\"g\"/></defs><rect fill=\"url(#g)\"/>"
        "<use xlink:href=\"#g\"/><metadata>secret</metadata></svg>";
    const QByteArray inlined = inlineSvg(svg, "f1-", "A figure");
    QVERIFY(inlined.contains("id=\"f1-g\""));
    QVERIFY(inlined.contains("url(#f1-g)"));
    QVERIFY(inlined.contains("href=\"#f1-g\""));
    QVERIFY(inlined.contains("aria-label=\"A figure\""));
    QVERIFY(!inlined.contains("http"));
    QVERIFY(!inlined.contains("secret"));
  }

  void pdfHasPagesFontsAndText() {
    const QByteArray pdf = pdfReport(sampleReport(), QPageSize::A4, {});
    QVERIFY(pdf.startsWith("%PDF-"));
    const int pages = count(pdf, "/Type\\s*/Page\\b");
    QVERIFY(pages >= 4);
    QVERIFY(count(pdf, "/FontFile2?3?") > 0);  // embedded
    QVERIFY(pdf.contains("/MediaBox"));
    QTemporaryDir folder;
    const QString path = folder.filePath("report.pdf");
    writeReport(sampleReport(), path.toStdString(), Paper::letter, {});
    if (QStandardPaths::findExecutable("pdftotext").isEmpty()) QSKIP("pdftotext is not installed");
    QProcess extract;
    extract.start("pdftotext", {"-layout", path, "-"});
    QVERIFY(extract.waitForFinished());
    const QString text = QString::fromUtf8(extract.readAllStandardOutput());
    for (const char* expected : {"Data & more", "term 119", "Figure 1.", "The end."}) {
      QVERIFY2(text.contains(QString::fromUtf8(expected)), qPrintable(text.right(900)));
    }
    QVERIFY(text.contains(QRegularExpression("1 ?/ ?\\d")));  // page numbers
    // The head of the long table stands on each of its pages.
    QVERIFY(text.count("Estimate") >= 2);
  }

  void fillsThePageWithColumns() {
    const auto sum = [](const std::vector<double>& widths) {
      return std::accumulate(widths.begin(), widths.end(), 0.0);
    };
    const auto roomy = columnWidths({100, 50, 20}, 400, 10);
    QCOMPARE(sum(roomy), 380.0);
    QVERIFY(roomy[0] >= 100 && roomy[1] >= 50 && roomy[2] >= 20);
    const auto tight = columnWidths({1000, 50, 500}, 400, 10);
    QCOMPARE(sum(tight), 380.0);
    QCOMPARE(tight[1], 50.0);
    QCOMPARE(tight[0], tight[2]);
  }

  void readsMarkdownAsBlocks() {
    const auto blocks = blocksOfMarkdown(
        "# Title\n\nSome **bold** <b>raw</b> text.\n\n- one\n- two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n");
    QVERIFY(std::holds_alternative<Heading>(blocks.at(0)));
    const auto& paragraph = std::get<Paragraph>(blocks.at(1));
    QString text;
    bool bold = false;
    for (const Span& span : paragraph.spans) {
      text += span.text;
      bold = bold || (span.bold && span.text == "bold");
    }
    QVERIFY(bold);
    QVERIFY(text.contains("<b>raw</b>"));
    QCOMPARE(std::get<Paragraph>(blocks.at(2)).style, Paragraph::Style::bullet);
    QCOMPARE(std::get<Grid>(blocks.back()).rows.size(), std::size_t{1});
  }

  void describesColumns() {
    TextBuilder words;
    for (const char* word : {"x", "y", "x"}) words.add(word);
    const Table table(
        {Column("depth", SharedArray<double>({1, 0, 4}), SharedArray<std::uint8_t>({0, 1, 0}), "m"),
         Column("place", words.finish())});
    const auto blocks = describe(Data(table));
    const Grid& grid = std::get<Grid>(blocks.at(0));
    QCOMPARE(grid.rows[0], (QStringList{"depth", "m", "real", "1", "1", "2.5", "4"}));
    QVERIFY(grid.rows[1][4].startsWith("2 "));
  }

  void givesEachInputItsOwnHash() {
    project::Run run;
    run.title = "Explained";
    run.inputs = {{"model", 22}, {"data", 2}, {"data", 3}};
    run.record.inputs = {{"data", "2", "aaa"}, {"data", "3", "bbb"}, {"model", "22", ""}};
    const auto blocks = runRecord(run, {"model: fit", "data: a.csv", "data: b.csv"});
    const Grid& grid = std::get<Grid>(blocks.at(0));
    QStringList inputs;
    for (const QStringList& row : grid.rows) {
      if (row[0] == "Input") inputs << row[1];
    }
    QCOMPARE(inputs,
             (QStringList{"model: fit", "data: a.csv, SHA-256 aaa", "data: b.csv, SHA-256 bbb"}));
  }

  void stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(htmlReport(sampleReport(), context), Cancelled);
    QTemporaryDir folder;
    const QString path = folder.filePath("report.pdf");
    QVERIFY_EXCEPTION_THROWN(writeReport(sampleReport(), path.toStdString(), Paper::a4, context),
                             Cancelled);
    QVERIFY(!QFile::exists(path));
  }

  void refusesOtherEndings() {
    QVERIFY_EXCEPTION_THROWN(checkReportPath("report.docx"), Error);
    checkReportPath("REPORT.PDF");
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::ReportTest)
#include "report_test.moc"
