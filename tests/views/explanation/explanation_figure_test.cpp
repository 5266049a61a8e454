// SPDX-License-Identifier: GPL-3.0-or-later
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "views/common/figure_export.h"
#include "views/common/plot_view.h"
#include "views/explanation/bar_figure.h"
#include "views/explanation/beeswarm_figure.h"
#include "views/explanation/waterfall_figure.h"

using namespace lineament;
using namespace lineament::views;

namespace {

using BeeswarmView = PlotOf<BeeswarmFigure>;
using BarView = PlotOf<BarFigure>;
using WaterfallView = PlotOf<WaterfallFigure>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Values of a linear model, every third row of a table explained, one column of words.
Explanation makeExplanation(std::size_t rows, std::size_t features) {
  Random random(17);
  Explanation made;
  made.method = "linear";
  made.output_name = "PPV";
  made.output_unit = "mm/s";
  made.base_value = 1.5;
  std::vector<double> values, predictions;
  std::vector<std::uint64_t> source;
  std::vector<std::vector<double>> columns(features);
  for (std::size_t row = 0; row < rows; ++row) {
    double sum = made.base_value;
    for (std::size_t j = 0; j < features; ++j) {
      const double x = random.normal();
      columns[j].push_back(x);
      values.push_back(x * 2 / static_cast<double>(j + 1));
      sum += values.back();
    }
    predictions.push_back(sum);
    source.push_back(3 * row);
  }
  std::vector<Column> data;
  for (std::size_t j = 0; j < features; ++j) {
    made.features.push_back("feature " + std::to_string(j + 1));
    if (j == 1) {
      TextBuilder words;
      for (const double x : columns[j]) words.add(x > 0 ? "ground" : "100");
      data.emplace_back(made.features[j], words.finish());
    } else {
      data.emplace_back(made.features[j], columns[j], SharedArray<std::uint8_t>{}, "m");
    }
  }
  made.values = std::move(values);
  made.predictions = std::move(predictions);
  made.source_rows = std::move(source);
  made.data = Table(std::move(data));
  return made;
}

std::vector<std::unique_ptr<PlotView>> allViews() {
  std::vector<std::unique_ptr<PlotView>> views;
  views.push_back(std::make_unique<BeeswarmView>());
  views.push_back(std::make_unique<BarView>());
  views.push_back(std::make_unique<WaterfallView>());
  return views;
}

QString svgOf(const View& view) {
  return QString::fromUtf8(figureSvg(view.figure(), {.width_mm = 174}));
}

// Where something of that colour is in a picture of the view.
bool showsColour(const View& view, const QColor& colour) {
  QImage image(600, 400, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  view.figure().paint(painter, {600, 400}, figureTheme());
  painter.end();
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if (image.pixelColor(x, y) == colour) return true;
    }
  }
  return false;
}

}  // namespace

class ExplanationFigureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void idsAreThoseOfFigures() {
    QStringList ids;
    for (const auto& view : allViews()) ids << view->figure().id();
    QCOMPARE(ids, (QStringList{"beeswarm", "bar", "waterfall"}));
  }

  void anotherKindIsAnError() {
    for (const auto& view : allViews()) {
      try {
        view->setData(Data(Note{"a", "b"}));
        QFAIL("no error");
      } catch (const Error& error) {
        QCOMPARE(error.cause(), Error::Cause::usage);
      }
      Explanation torn = makeExplanation(4, 2);
      torn.values = std::vector<double>(7);
      try {
        view->setData(Data(torn));
        QFAIL("no error");
      } catch (const Error& error) {
        QCOMPARE(error.key(), std::string("explanation.shape"));
      }
    }
  }

  void oddShapesDraw_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("features");
    QTest::newRow("nothing") << 0 << 3;
    QTest::newRow("one row") << 1 << 3;
    QTest::newRow("one feature") << 40 << 1;
    QTest::newRow("one value") << 1 << 1;
    QTest::newRow("200 features") << 30 << 200;
  }

  void oddShapesDraw() {
    QFETCH(int, rows);
    QFETCH(int, features);
    for (const auto& view : allViews()) {
      view->setData(Data(makeExplanation(rows, features), "t"));
      for (const QSizeF size :
           {QSizeF(40, 30), QSizeF(320, 2000), view->figure().naturalSize(657)}) {
        QImage image(size.toSize(), QImage::Format_RGB32);
        QPainter painter(&image);
        view->figure().paint(painter, size, darkTheme());
      }
      const QString svg = svgOf(*view);
      QCOMPARE(svg.contains("No rows are explained"), rows == 0);
      QVERIFY(!svg.contains("nan") && !svg.contains("inf\""));
    }
  }

  void valuesThatAreNoNumbersAreLeftOut() {
    Explanation explanation = makeExplanation(30, 3);
    std::vector<double> values(explanation.values.begin(), explanation.values.end());
    values[0] = values[4] = kNan;
    for (std::size_t row = 0; row < 30; ++row) values[row * 3 + 2] = kNan;
    explanation.values = values;
    for (const auto& view : allViews()) {
      view->setData(Data(explanation, "t"));
      QVERIFY(!svgOf(*view).contains("\"nan"));
    }
  }

  void theRestIsSummedOnItsOwnLine() {
    const auto lines = featureLines(makeExplanation(20, 14), 10);
    QCOMPARE(lines.size(), std::size_t(10));
    QCOMPARE(lines[0].label, QString("feature 1"));
    QCOMPARE(lines[9].label, QString("Sum of 5 other features"));
    QCOMPARE(lines[9].features.size(), std::size_t(5));
    QVERIFY(!featureLines(makeExplanation(20, 10), 10).back().others());
  }

  void wordsKeepTheirZeros() {
    const Explanation explanation = makeExplanation(20, 3);
    for (std::size_t row = 0; row < 20; ++row) {
      const QString text = featureValueText(explanation, row, 1);
      QVERIFY(text == "100" || text == "ground");
    }
    QVERIFY(featureValueText(explanation, 0, 0).endsWith(QChar(0x00a0) + QString("m")));
  }

  void labelsNameOutputAndUnit() {
    BeeswarmView beeswarm;
    beeswarm.setData(Data(makeExplanation(50, 4), "t"));
    const QString svg = svgOf(beeswarm);
    QVERIFY(svg.contains("SHAP value (impact on PPV, mm/s)"));
    QVERIFY(svg.contains("High") && svg.contains("Low") && svg.contains("feature 3"));
  }

  void waterfallNamesItsEnds() {
    Explanation explanation = makeExplanation(1, 4);
    explanation.values = std::vector<double>{.5, -1.2, .3, 2.0};
    explanation.base_value = 1;
    WaterfallView waterfall;
    waterfall.setData(Data(explanation, "t"));
    const QString svg = svgOf(waterfall);
    for (const char* text : {"f(x) = 2.6", "E[f(X)] = 1", "+0.5", "−1.2", "+0.3", "+2"}) {
      QVERIFY2(svg.contains(QString::fromUtf8(text)), text);
    }
  }

  // A click on a dot chooses its row of the explained table, not its place among the dots.
  void clickChoosesTheRowBehindADot() {
    Explanation explanation = makeExplanation(2, 1);
    explanation.values = std::vector<double>{-1, 3};
    BeeswarmView view;
    view.resize(720, 300);
    view.setData(Data(explanation, "piles"));
    view.show();
    QSignalSpy edited(&view, &View::selectionEdited);
    // Two dots far apart: the first one that a click finds from the left, and the next one.
    Selection left, right;
    for (int x = 40; x < 700 && right.empty(); x += 4) {
      for (int y = 10; y < 200; y += 4) {
        QTest::mouseClick(&view, Qt::LeftButton, Qt::NoModifier, {x, y});
        if (view.selection().empty()) continue;
        (left.empty() ? left : right) = view.selection();
        QTest::keyClick(&view, Qt::Key_Escape);
        QVERIFY(view.selection().empty());
        x += 40;
        break;
      }
    }
    QCOMPARE(left, Selection("piles", {0}));
    QCOMPARE(right, Selection("piles", {3}));
    QCOMPARE(edited.size(), 4);  // two clicks, two Escapes
  }

  void selectedRowsAreToldApart() {
    BeeswarmView view;
    view.setData(Data(makeExplanation(60, 3), "piles"));
    QVERIFY(showsColour(view, ColourMap::missing()));  // the words of feature 2
    view.setSelection(Selection("other", {3}));
    QVERIFY(showsColour(view, ColourMap::missing()));
    view.setSelection(Selection("piles", {1}));  // row 1 is not explained
    QVERIFY(showsColour(view, ColourMap::missing()));
    view.setSelection(Selection("piles", {3}));
    QVERIFY(svgOf(view).contains("fill-opacity=\"0.3"));  // the others step back
    QVERIFY(view.caption().contains("selected: 1"));
  }

  void waterfallFollowsTheSelection() {
    WaterfallView view;
    view.resize(500, 300);
    view.setOptions({{"row", 4}});
    view.setData(Data(makeExplanation(10, 3), "piles"));
    QCOMPARE(view.options()["row"], 4);
    view.setSelection(Selection("piles", {6, 9}));
    QCOMPARE(view.options()["row"], 2);
    view.setSelection(Selection("elsewhere", {27}));
    QCOMPARE(view.options()["row"], 2);
    QSignalSpy edited(&view, &View::selectionEdited);
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(view.options()["row"], 3);
    QCOMPARE(edited.takeFirst()[0].value<Selection>(), Selection("piles", {9}));
    view.setOptions({{"row", 400}});
    QCOMPARE(view.options()["row"], 9);
  }

  void optionsAreKept() {
    for (const auto& view : allViews()) {
      view->setData(Data(makeExplanation(10, 6), "t"));
      view->setOptions({{"max_display", 3}, {"colours", "safe"}, {"unknown", "x"}});
      QCOMPARE(view->options()["max_display"], 3);
      QCOMPARE(view->options()["colours"], "safe");
      view->setOptions(nlohmann::json::object());
      QCOMPARE(view->options()["max_display"], 3);
      QVERIFY(svgOf(*view).contains("ther features"));
    }
  }

  void manyRowsSayThatTheyAreReduced() {
    BeeswarmView view;
    view.setData(Data(makeExplanation(BeeswarmFigure::kMostRowsOnScreen + 1, 1), "t"));
    QVERIFY(view.caption().startsWith("showing 5000 of 5001 rows"));
  }
};

QTEST_MAIN(ExplanationFigureTest)
#include "explanation_figure_test.moc"
