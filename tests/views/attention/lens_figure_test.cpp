// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/lens_figure.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/data/table.h"
#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;

namespace {

// Two layers over "the", " cat", " sat"; the second foresees the last token.
Table lens(bool ragged = false) {
  TextBuilder layers, tokens, likeliest;
  std::vector<std::int64_t> positions, ranks;
  std::vector<double> probabilities, surprisals;
  std::vector<std::uint8_t> none;
  const auto row = [&](const char* layer, int position, const char* token, const char* next,
                       double probability, double surprisal, int rank) {
    layers.add(layer);
    positions.push_back(position);
    tokens.add(token);
    likeliest.add(next);
    probabilities.push_back(probability);
    surprisals.push_back(surprisal);
    ranks.push_back(rank);
    none.push_back(position == 3 ? 1 : 0);
  };
  row("embedding", 1, "the", "the", 0.5, 3, 4);
  row("embedding", 2, " cat", " mat", 0.4, 2.5, 2);
  row("embedding", 3, " sat", " on", 0.3, 0, 0);
  row("layer 1", 1, "the", " dog", 0.2, 4, 3);
  row("layer 1", 2, " cat", " sat", 0.9, 0.15, 1);
  if (!ragged) row("layer 1", 3, " sat", " ", 0.8, 0, 0);
  return Table({Column("layer", layers.finish()), Column("position", std::move(positions)),
                Column("token", tokens.finish()), Column("likeliest_next", likeliest.finish()),
                Column("probability", std::move(probabilities)),
                Column("surprisal_of_next", std::move(surprisals), none, "bit"),
                Column("rank_of_next", std::move(ranks), none)});
}

}  // namespace

class LensFigureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void showsLayersAndTokens() {
    LensFigure figure;
    figure.setData(Data(lens()));
    QCOMPARE(figure.layers(), std::size_t{2});
    QCOMPARE(figure.tokens(), std::size_t{3});
    const QString svg = QString::fromUtf8(figureSvg(figure, {}));
    for (const char* text : {"embedding", "layer 1", "mat", "sat", "dog", "␣"}) {
      QVERIFY2(svg.contains(text), text);
    }
  }

  // The last layer is on top, tokens go from left to right.
  void saysWhatLiesUnderThePointer() {
    LensFigure figure;
    figure.setData(Data(lens()));
    const QSizeF size = figure.naturalSize(600);
    const QRectF plot = figure.plotArea(size);
    const auto at = [&](double x, double y) {
      return figure.textAt({plot.left() + x * plot.width(), plot.top() + y * plot.height()}, size);
    };
    QVERIFY(at(0.5, 0.2).startsWith("layer 1 after ' cat': ' sat' at 0.9"));
    QVERIFY(at(0.5, 0.2).contains("What came, ' sat': rank 1, surprisal 0.15 bit"));
    QVERIFY(at(0.1, 0.8).startsWith("embedding after 'the'"));
    QVERIFY(!at(0.9, 0.8).contains("What came"));  // nothing did
    QVERIFY(figure.textAt({1, 1}, size).isEmpty());
    figure.setZoomWindow({.left = 2.0 / 3, .right = 1});
    QVERIFY(at(0.1, 0.8).startsWith("embedding after ' sat'"));
  }

  // What was foreseen is framed: the picture with the rank of 1 has lines that another has not.
  void whatCameIsFramed() {
    LensFigure framed, plain;
    framed.setData(Data(lens()));
    QString with = QString::fromUtf8(figureSvg(framed, {}));
    std::vector<Column> columns;
    const Table table = lens();
    for (const Column& column : table.columns()) {
      columns.push_back(column.name() == "rank_of_next"
                            ? Column("rank_of_next", std::vector<std::int64_t>(6, 2))
                            : column);
    }
    plain.setData(Data(Table(std::move(columns))));
    QVERIFY(with.size() > figureSvg(plain, {}).size());
  }

  void refusesOtherTables() {
    LensFigure figure;
    const auto keyOf = [&](const Table& table) {
      try {
        figure.setData(Data(table));
      } catch (const Error& error) {
        return std::string(error.key());
      }
      return std::string();
    };
    QCOMPARE(keyOf(Table({Column("layer", std::vector<double>{1})})), std::string("lens.columns"));
    QCOMPARE(keyOf(lens(true)), std::string("lens.columns"));
    QCOMPARE(keyOf(Table()), std::string("lens.columns"));
  }
};

QTEST_MAIN(LensFigureTest)
#include "lens_figure_test.moc"
