// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/series/series_figure.h"

#include <QSignalSpy>
#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "views/common/colour_map.h"
#include "views/common/decimation.h"
#include "views/common/figure_export.h"
#include "views/common/plot_view.h"

using namespace lineament;
using namespace lineament::views;

namespace {

using SeriesView = PlotOf<SeriesFigure>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Series predictedAgainstMeasured() {
  Series series;
  series.x = {"measured", "mm/s", false};
  series.y = {"predicted", "mm/s", false};
  series.identity_line = true;
  for (std::uint64_t c = 0; c < 2; ++c) {
    series.curves.push_back({c == 0 ? "training" : "held out", std::vector<double>{1, 2, 3},
                             std::vector<double>{1.5 + double(c), 2, 2.5}, Series::Style::points,
                             std::vector<std::uint64_t>{10 + c, 20 + c, 30 + c}});
  }
  return series;
}

QString svgOf(const View& view) {
  return QString::fromUtf8(figureSvg(view.figure(), {}));
}

}  // namespace

class SeriesFigureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Columns of two units: (0, 1), (2, 3); a gap; 8.
  void meansOfColumns() {
    const std::vector<QPointF> line{{0, 1}, {1, 3}, {2, 10}, {3, 20}, {kNan, kNan}, {8, 5}};
    const std::vector<QPointF> means = meanLine(line, 2);
    QCOMPARE(means.size(), std::size_t{4});
    QCOMPARE(means[0], QPointF(0.5, 2));
    QCOMPARE(means[1], QPointF(2.5, 15));
    QVERIFY(std::isnan(means[2].x()));
    QCOMPARE(means[3], QPointF(8, 5));
  }

  void coloursCanBeGiven() {
    SeriesView view;
    view.setData(Data(predictedAgainstMeasured()));
    const QString fourth = categoricalColour(3, false).name();
    QVERIFY(!svgOf(view).contains(fourth));
    view.setOptions({{"colours", {0u, 3u}}});
    QVERIFY(svgOf(view).contains(fourth));
    QCOMPARE(view.options().at("colours"), nlohmann::json({0, 3}));
    view.setOptions({{"colours", {3u}}});  // not one for each curve
    QVERIFY(!svgOf(view).contains(fourth));
  }

  void curvesCanBeCalledOtherwise() {
    SeriesView view;
    view.setData(Data(predictedAgainstMeasured()));
    const nlohmann::json called = {{{"name", "Granite"}, {"colour", "#12a4b6"}},
                                   {{"name", ""}, {"colour", "no colour"}}};
    view.setOptions({{"curves", called}});
    const QString svg = svgOf(view);
    QVERIFY(svg.contains("#12a4b6") && svg.contains(">Granite<"));
    QVERIFY(!svg.contains(">training<") && svg.contains(">held out<"));
    QCOMPARE(view.options().at("curves"), called);
    view.setOptions({{"curves", {called[0]}}});  // not one for each curve
    QVERIFY(svgOf(view).contains(">training<"));
  }

  void chosenPointsOfALineAreMarked() {
    Series series;
    series.curves.push_back({"norm", std::vector<double>{1, 2, 3}, std::vector<double>{1, 2, 4},
                             Series::Style::line, std::vector<std::uint64_t>{0, 1, 2}});
    SeriesView view;
    view.setData(Data(series, "tokens"));
    const auto bare = svgOf(view);
    view.setSelection(Selection("rows", {1}));
    QCOMPARE(svgOf(view), bare);
    view.setSelection(Selection("tokens", {1}));
    QVERIFY(svgOf(view) != bare);
  }

  void wrongDataIsAnError() {
    SeriesView view;
    try {
      view.setData(Data(Table()));
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.cause(), Error::Cause::usage);
    }
    Series torn = predictedAgainstMeasured();
    torn.curves[1].y = std::vector<double>{1};
    try {
      view.setData(Data(torn));
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.key(), std::string("series.lengths"));
    }
  }

  void namesAxesAndCurves() {
    SeriesView view;
    view.setData(Data(predictedAgainstMeasured(), "t"));
    const QString svg = svgOf(view);
    for (const char* text : {"measured (mm/s)", "predicted (mm/s)", "training", "held out"}) {
      QVERIFY2(svg.contains(text), text);
    }
  }

  void emptyAndBrokenCurvesDraw() {
    SeriesView view;
    view.setData(Data(Series{}));
    QVERIFY(!svgOf(view).contains("\"nan"));
    Series series;
    series.y.logarithmic = true;
    series.curves.push_back(
        {"loss", std::vector<double>{1, 2, 3, 4}, std::vector<double>{kNan, -1, 0, 5}});
    series.curves.push_back({"", std::vector<double>{}, std::vector<double>{}});
    series.marks.push_back({"best", kNan, true});
    series.marks.push_back({"best", 4, true});
    view.setData(Data(series));
    QVERIFY(!svgOf(view).contains("\"nan"));
  }

  void clickChoosesTheRowOfAPoint() {
    SeriesView view;
    view.resize(480, 480);
    view.setData(Data(predictedAgainstMeasured(), "piles"));
    QSignalSpy edited(&view, &View::selectionEdited);
    // The last point of both curves lies on the right; its rows are 30 and 31.
    for (int y = 0; y < 480 && view.selection().empty(); y += 3) {
      for (int x = 479; x > 300 && view.selection().empty(); x -= 3) {
        QTest::mouseClick(&view, Qt::LeftButton, {}, {x, y});
      }
    }
    QCOMPARE(view.selection(), Selection("piles", {31}));  // the one on top
    QCOMPARE(edited.size(), 1);
    QVERIFY(view.caption().contains("selected: 1"));
    view.setSelection(Selection("elsewhere", {31}));
    QVERIFY(!view.caption().contains("selected"));
  }

  void optionsOverrideTheAxes() {
    SeriesView view;
    view.setData(Data(predictedAgainstMeasured(), "t"));
    view.setOptions({{"log_y", true}});
    QCOMPARE(view.options()["log_y"], true);
    QCOMPARE(view.options()["log_x"], false);
  }

  void reducedLineKeepsExtremes() {
    Random random(2);
    std::vector<QPointF> points;
    for (int i = 0; i < 50000; ++i) points.push_back({i * 0.01, random.normal()});
    points[12345].setY(99);
    points[33333].setY(-99);
    const auto reduced = reducedLine(points, 1);
    QVERIFY(reduced.size() <= 4 * 501);
    QCOMPARE(reduced.front(), points.front());
    QCOMPARE(reduced.back(), points.back());
    QVERIFY(std::count(reduced.begin(), reduced.end(), points[12345]) == 1);
    QVERIFY(std::count(reduced.begin(), reduced.end(), points[33333]) == 1);
  }

  void reducedLineKeepsGaps() {
    const std::vector<QPointF> points{{kNan, 1}, {0, 1}, {1, 1}, {kNan, kNan}, {2, kNan}, {3, 4}};
    const auto reduced = reducedLine(points, 10);
    QCOMPARE(reduced.size(), std::size_t(4));
    QVERIFY(std::isnan(reduced[2].x()));
    const std::vector<QPointF> back{{3, 0}, {1, 0}, {2, 0}, {2.1, 1}, {2.2, 0.5}};
    QCOMPARE(reducedLine(back, 10), back);
  }

  void reducedPointsDrawEachSquareOnce() {
    const std::vector<QPointF> points{{1.1, 1.1}, {1.2, 1.2}, {5, 5}, {kNan, 1}, {50, 50}};
    QCOMPARE(reducedPoints(points, QRectF(0, 0, 10, 10), 1), (std::vector<std::size_t>{1, 2}));
  }

  void largeSeriesSayThatTheyAreReduced() {
    Series series = predictedAgainstMeasured();
    series.curves.resize(1);
    series.curves[0].x = std::vector<double>(30000, 1.0);
    series.curves[0].y = std::vector<double>(30000, 2.0);
    series.curves[0].rows = {};
    SeriesView view;
    view.setData(Data(series, "t"));
    QVERIFY(view.caption().contains("drawn once"));
    QVERIFY(svgOf(view).size() < 200000);
  }
};

QTEST_MAIN(SeriesFigureTest)
#include "series_figure_test.moc"
