// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/series/panels_figure.h"

#include <QtTest>
#include <limits>

#include "core/base/error.h"
#include "views/common/figure_export.h"
#include "views/common/plot_view.h"

using namespace lineament;
using namespace lineament::views;

namespace {

Series measures() {
  Series series;
  series.x = {"classes", "", false};
  const std::vector<double> k{2, 3, 4, 5};
  series.curves.push_back(
      {"Inertia", k, std::vector<double>{40000, 10000, 9000, 8500}, Series::Style::line, {}});
  series.curves.push_back(
      {"Silhouette",
       k,
       std::vector<double>{0.5, std::numeric_limits<double>::quiet_NaN(), 0.7, 0.1},
       Series::Style::line,
       {}});
  series.curves.push_back(
      {"Davies-Bouldin", k, std::vector<double>{1, 1, 1, 1}, Series::Style::line, {}});
  return series;
}

nlohmann::json options() {
  return {{"best", {3, 4, nullptr}}, {"notes", {"elbow", "largest", "smallest"}}};
}

}  // namespace

class PanelsFigureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void eachCurveHasItsOwnAxis() {
    PanelsFigure figure;
    figure.setData(Data(measures()));
    const QSizeF size = figure.naturalSize(700);
    const std::vector<Spot> spots = figure.spots(size);
    QCOMPARE(spots.size(), std::size_t{11});  // one of twelve is no number
    // Beside each other, and each as high as its panel, whatever its numbers.
    QVERIFY(spots[3].position.x() < spots[4].position.x());
    const double fall = spots[3].position.y() - spots[0].position.y();
    const double rise = spots[6].position.y() - spots[5].position.y();
    QVERIFY(fall > 50 && std::abs(fall - rise) < 1);
    // The same numbers of classes below each other.
    PanelsFigure narrow;
    narrow.setData(Data(measures()));
    const std::vector<Spot> stacked = narrow.spots(narrow.naturalSize(300));
    for (int i = 0; i < 4; ++i) {
      QCOMPARE(stacked[std::size_t(i)].position.x(), stacked[std::size_t(7 + i)].position.x());
    }
    QVERIFY(stacked[7].position.y() > stacked[0].position.y());
    QVERIFY(figure.spotText(spots[5]).contains("classes = 4"));
    QVERIFY(figure.spotText(spots[5]).contains("0.7"));
  }

  void namesNotesAndChoicesAreDrawn() {
    PanelsFigure figure;
    figure.setData(Data(measures()));
    figure.setOptions(options());
    QCOMPARE(figure.options()["best"], options()["best"]);
    QCOMPARE(figure.options()["notes"], options()["notes"]);
    const QString svg = QString::fromUtf8(figureSvg(figure, {}));
    for (const char* text : {"Inertia", "Silhouette", "Davies-Bouldin", "elbow", "largest"}) {
      QVERIFY2(svg.contains(text), text);
    }
    PanelsFigure plain;
    plain.setData(Data(measures()));
    const QString without = QString::fromUtf8(figureSvg(plain, {}));
    QVERIFY(!without.contains("elbow"));
    QVERIFY(svg.count("stroke-dasharray") > without.count("stroke-dasharray"));
  }

  void nothingToShow() {
    PanelsFigure figure;
    figure.setData(Data(Series{}));
    QVERIFY(figure.spots({300, 200}).empty());
    QVERIFY(!figureSvg(figure, {}).isEmpty());
    Series empty;
    empty.curves.push_back({"nothing", {}, {}, Series::Style::line, {}});
    figure.setData(Data(empty));
    QVERIFY(!figureSvg(figure, {}).isEmpty());
    QVERIFY_THROWS_EXCEPTION(Error, figure.setData(Data(Note{})));
  }
};

QTEST_MAIN(PanelsFigureTest)
#include "panels_figure_test.moc"
