// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/table_view.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QSignalSpy>
#include <QtTest>

#include "core/data/explanation.h"
#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;

namespace {

Table sample() {
  TextBuilder words;
  for (const char* word : {"ground", "wall\tof", "roof"}) words.add(word);
  return Table({Column("PPV", std::vector<double>{1.23456789012, -2, 0.5},
                       std::vector<std::uint8_t>{0, 0, 1}, "mm/s"),
                Column("place", words.finish())});
}

QString cell(const TableView& view, int row, int column) {
  return view.model().index(row, column).data().toString();
}

}  // namespace

class TableViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void showsEveryRow() {
    TableView view;
    view.setData(Data(Table({Column("x", std::vector<double>(3'000'000, 1.0))}), "t"));
    QTRY_COMPARE(view.model().rowCount(), 3'000'000);
    QVERIFY(view.caption().startsWith("3,000,000 rows"));
  }

  void cellsReadWell() {
    TableView view;
    view.setData(Data(sample(), "t"));
    QCOMPARE(cell(view, 0, 0), QString("1.23457"));
    QCOMPARE(cell(view, 1, 0), QString::fromUtf8("−2"));
    QCOMPARE(cell(view, 2, 0), QString("missing"));
    QCOMPARE(view.model().index(0, 0).data(Qt::ToolTipRole).toString(), QString("1.23456789012"));
    QVERIFY(view.model().index(0, 0).data(Qt::TextAlignmentRole).toInt() & Qt::AlignRight);
    QVERIFY(view.model().index(0, 1).data(Qt::TextAlignmentRole).toInt() & Qt::AlignLeft);
  }

  void sortsAndFiltersInTheBackground() {
    TableView view;
    view.setData(Data(sample(), "t"));
    QSignalSpy arranged(&view, &TableView::rowsArranged);
    view.sortBy(0, false);
    QVERIFY(arranged.wait());
    QCOMPARE(cell(view, 0, 0), QString::fromUtf8("−2"));
    QCOMPARE(cell(view, 2, 0), QString("missing"));
    view.setFilter(1, "contains o");
    QVERIFY(arranged.wait());
    view.setFilter(0, "present");
    QVERIFY(arranged.wait());
    QCOMPARE(view.model().rowCount(), 2);
    QVERIFY(view.caption().startsWith("2 of 3 rows"));
    QCOMPARE(view.options()["sort"]["column"], "PPV");
    QCOMPARE(view.options()["filters"]["place"], "contains o");
    view.fit();
    QVERIFY(arranged.wait());
    QVERIFY(view.model().natural());
    QVERIFY_EXCEPTION_THROWN(view.setFilter(0, "> much"), Error);
  }

  void aLaterSortWins() {
    TableView view;
    view.setData(Data(sample(), "t"));
    QSignalSpy arranged(&view, &TableView::rowsArranged);
    view.sortBy(0, true);
    view.sortBy(1, true);
    QVERIFY(arranged.wait());
    QTRY_VERIFY(!view.busy());
    QCOMPARE(cell(view, 0, 1), QString("wall\tof"));
  }

  // What the person cancels, the head no longer claims.
  void aCancelledSortLeavesTheRowsAsTheyWere() {
    // Work waits until it is cancelled.
    struct Waiting : Background {
      Cancel start(const QString& title, Work, QObject*, Ended given) override {
        titles << title;
        ended = std::move(given);
        return [] {};
      }
      QStringList titles;
      Ended ended;
    };
    TableView view;
    view.setData(Data(sample(), "t"));
    QSignalSpy arranged(&view, &TableView::rowsArranged);
    view.sortBy(0, true);
    QVERIFY(arranged.wait());
    const QString before = cell(view, 0, 0);
    Waiting waiting;
    view.setBackground(waiting);
    view.sortBy(0, false);
    QCOMPARE(view.options()["sort"]["descending"], false);
    QVERIFY(view.busy());
    QCOMPARE(waiting.titles, QStringList{"Arrange rows"});
    waiting.ended(Outcome<Nothing>(Cancelled()));
    QVERIFY(!view.busy());
    QCOMPARE(view.options()["sort"]["descending"], true);
    QCOMPARE(cell(view, 0, 0), before);
  }

  // A figure made from its options alone is in their order when it is prepared.
  void figuresAreArrangedWithoutAView() {
    TableFigure figure;
    figure.setData(Data(sample(), "t"));
    figure.setOptions({{"sort", {{"column", "PPV"}}}, {"filters", {{"PPV", "present"}}}});
    figure.prepare({});
    QCOMPARE(figure.rowsShown(), std::size_t(2));
    QCOMPARE((*figure.order())[0], 1u);
    const auto copy = figure.copy();
    QCOMPARE(copy->options(), figure.options());
    QCOMPARE(figureSvg(*copy, {}), figureSvg(figure, {}));
    QVERIFY_EXCEPTION_THROWN(figure.setOptions({{"filters", {{"PPV", "> much"}}}}), Error);
  }

  void rowsAreChosenAsRowsOfTheTable() {
    TableView view;
    view.resize(400, 300);
    view.setData(Data(sample(), "piles"));
    QSignalSpy arranged(&view, &TableView::rowsArranged);
    view.sortBy(0, false);
    QVERIFY(arranged.wait());
    view.show();
    QSignalSpy edited(&view, &View::selectionEdited);
    const auto middle = [&](int row) {
      return view.grid()->visualRect(view.model().index(row, 0)).center();
    };
    QTest::mouseClick(view.grid()->viewport(), Qt::LeftButton, {}, middle(0));
    QCOMPARE(view.selection(), Selection("piles", {1}));
    QTest::mouseClick(view.grid()->viewport(), Qt::LeftButton, Qt::ControlModifier, middle(2));
    QCOMPARE(view.selection(), Selection("piles", {1, 2}));
    QCOMPARE(edited.size(), 2);
    view.setSelection(Selection("piles", {0}));
    QCOMPARE(edited.size(), 2);
    QVERIFY(view.model().index(1, 0).data(Qt::BackgroundRole).isValid());
    QVERIFY(!view.model().index(0, 0).data(Qt::BackgroundRole).isValid());
    view.setSelection(Selection("other", {0}));
    QVERIFY(!view.model().index(1, 0).data(Qt::BackgroundRole).isValid());
  }

  void copyKeepsAllDigits() {
    TableView view;
    view.setData(Data(sample(), "t"));
    view.setSelection(Selection("t", {0, 1, 2}));
    view.copySelectedRows();
    QCOMPARE(QGuiApplication::clipboard()->text(),
             QString("PPV\tplace\n1.23456789012\tground\n-2\twall of\n\troof\n"));
  }

  void printsItsFirstRows() {
    TableView view;
    view.setData(Data(sample(), "t"));
    const QString svg = QString::fromUtf8(figureSvg(view.figure(), {}));
    for (const char* text : {"PPV", "mm/s", "1.23457", "missing", "roof"})
      QVERIFY2(svg.contains(text), text);
    view.setData(Data(Table({Column("x", std::vector<double>(1000, 7.0))}), "t"));
    QVERIFY(QString::fromUtf8(figureSvg(view.figure(), {})).contains("20 of 1000 rows"));
    view.setData(Data(Table(), "t"));
    QVERIFY(!figureSvg(view.figure(), {}).isEmpty());
  }

  void showsExplanationsAndNothingElse() {
    Explanation explanation;
    explanation.features = {"a", "b"};
    explanation.values = std::vector<double>{1, 2};
    explanation.predictions = std::vector<double>{4};
    TableView view;
    view.setData(Data(explanation, "t"));
    QCOMPARE(view.model().columnCount(), 4);
    QVERIFY_EXCEPTION_THROWN(view.setData(Data(Note{})), Error);
  }
};

QTEST_MAIN(TableViewTest)
#include "table_view_test.moc"
