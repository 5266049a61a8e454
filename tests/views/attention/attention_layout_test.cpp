// SPDX-License-Identifier: GPL-3.0-or-later
// Where heads, a matrix, tokens and measures lie in a drawing.
#include <QtTest>
#include <cmath>

#include "views/attention/arc_drawing.h"
#include "views/attention/head_grid.h"
#include "views/attention/matrix_pane.h"
#include "views/attention/measure_maps.h"
#include "views/attention/token_strip.h"
#include "views/attention/weight_tiles.h"

using namespace lineament;
using namespace lineament::views;

namespace {

ShownCells causalCells(std::uint64_t tokens) {
  AttentionStack stack;
  stack.layers = stack.heads = {"a"};
  stack.queries = stack.keys = tokens;
  stack.causal = true;
  return {std::make_shared<const AttentionStack>(stack), {}};
}

}  // namespace

class AttentionLayoutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void headsStandInRowsOfLayers() {
    const HeadGridLayout grid = layOutHeadGrid({3, 4, false, false, {}}, {900, 600});
    QCOMPARE(grid.cells.size(), 18u);
    const auto place = [&](std::size_t i) { return grid.cells[i].place; };
    QCOMPARE(place(1).top(), place(0).top());
    QCOMPARE(place(6).left(), place(0).left());
    QVERIFY(place(4).left() - place(3).right() > place(1).left() - place(0).right());
    QCOMPARE(grid.cells[17].layer, 2u);
    QCOMPARE(grid.cells[17].column, 5u);
    QVERIFY(grid.area.right() < grid.bar.left() && grid.bar.right() < 900);
    QVERIFY(grid.area.bottom() <= 600);
    QVERIFY(cellAt(grid, place(7).center()) == std::optional<std::size_t>(7));
    QVERIFY(!cellAt(grid, {1, 1}));
  }

  void oneHeadNeedsNoMean() {
    QCOMPARE(layOutHeadGrid({5, 1, true, true, {}}, {500, 500}).cells.size(), 5u);
    QVERIFY(layOutHeadGrid({0, 4, true, true, {}}, {500, 500}).cells.empty());
  }

  // Numbers stand under the pictures; where that makes these much smaller, in their empty corner.
  void numbersTakeLittleRoom() {
    using Numbers = HeadGridLayout::Numbers;
    const auto numbers = [](const HeadGridContent& content, const QSizeF& size) {
      return layOutHeadGrid(content, size).numbers;
    };
    QVERIFY(numbers({2, 4, true, true, {}}, {500, 900}) == Numbers::under);
    QVERIFY(numbers({12, 12, true, true, {}}, {983, 656}) == Numbers::inside);
    QVERIFY(numbers({12, 12, true, false, {}}, {983, 656}) != Numbers::inside);
    QVERIFY(numbers({8, 4, true, false, {}}, {983, 400}) == Numbers::beside);
    QVERIFY(numbers({48, 32, true, true, {}}, {983, 656}) == Numbers::none);
    QVERIFY(numbers({12, 12, false, true, {}}, {983, 656}) == Numbers::none);
  }

  void theMeasureHasItsNameAboveTheHeads() {
    const HeadGridLayout with = layOutHeadGrid({3, 4, true, true, {}}, {900, 600});
    const HeadGridLayout without = layOutHeadGrid({3, 4, false, true, {}}, {900, 600});
    QVERIFY(with.area.top() > without.area.top());
    QVERIFY(with.measure.y() < with.area.top() - 12);
  }

  void naturalHeightsHoldAllHeads() {
    const HeadGridContent content{7, 3, true, true, {}};
    const double height = naturalGridHeight(content, 600);
    const HeadGridLayout grid = layOutHeadGrid(content, {600, height});
    QVERIFY(grid.area.bottom() <= height);
    QVERIFY(std::abs(grid.side - layOutHeadGrid(content, {600, 1e5}).side) < 1e-6);
  }

  void aMatrixHasSquareCells() {
    const MatrixPaneLayout pane = layOutMatrixPane({100, 100, false, 50}, {900, 500});
    QVERIFY(std::abs(pane.plot.width() - pane.plot.height()) < 1e-9);
    QVERIFY(pane.row_profile.isEmpty() && pane.column_profile.isEmpty());
    const MatrixPaneLayout chosen = layOutMatrixPane({100, 100, true, 50}, {900, 500});
    QVERIFY(chosen.row_profile.bottom() < chosen.plot.top());
    QVERIFY(chosen.column_profile.left() > chosen.plot.right());
    QVERIFY(chosen.bar.left() > chosen.column_profile.right() && chosen.bar.right() < 900);
    const MatrixPaneLayout wide = layOutMatrixPane({10, 20, false, 50}, {900, 2000});
    QVERIFY(std::abs(wide.plot.width() - 2 * wide.plot.height()) < 1e-9);
  }

  void placesAreCells() {
    const QRectF plot(100, 50, 200, 200);
    const CellArea area = areaOf({0.5, 1, 0.5, 1}, 10, 20);  // the upper right quarter
    QCOMPARE(area.query, 0.0);
    QCOMPARE(area.key, 10.0);
    QCOMPARE(area.queries, 5.0);
    QCOMPARE(area.keys, 10.0);
    const auto cell = cellPlaceAt(plot, area, {100 + 3.5 * 20, 50 + 2.5 * 40}, 10, 20);
    QVERIFY(cell && cell->query == 2 && cell->key == 13);
    QVERIFY(!cellPlaceAt(plot, area, {99, 60}, 10, 20));
    const auto corner = cellPlaceAt(plot, {0, 0, 10, 20}, plot.bottomRight(), 10, 20);
    QVERIFY(!corner || (corner->query == 9 && corner->key == 19));
  }

  void tilesFollowTheZoomAndLeaveOutWhatIsMasked() {
    const ShownCells cells = causalCells(32'768);
    const auto count = [&](const CellArea& area, double pixels) {
      return tilesWanted(cells, area, pixels, 5).size();
    };
    QCOMPARE(count({0, 0, 32768, 32768}, 800.0 / 32768), 0u);  // the overview is fine enough
    QCOMPARE(count({0, 0, 256, 256}, 3), 1u);
    QCOMPARE(count({0, 0, 512, 512}, 1.5), 3u);       // of four, one lies above the diagonal
    QCOMPARE(count({0, 20'000, 512, 512}, 1.5), 0u);  // all do
    QCOMPARE(tilesWanted(cells, {9000, 0, 4096, 4096}, 0.2, 5).front().level, 2);
    const AttentionWindow end = windowOf({2, 0, 31}, 32'000, 32'768);
    QCOMPARE(end.query, std::uint64_t{31'744});
    QCOMPARE(end.queries, std::uint64_t{256});
    QCOMPARE(end.keys, std::uint64_t{1024});
  }

  void tokensRunOnInLines() {
    const std::vector<std::string> tokens{" one", " two", " three\n", " four", "", "\n", " end"};
    const TokenStripLayout layout = layOutTokens(tokens, tokens.size(), 600);
    QCOMPARE(layout.boxes[2].line, 0u);
    QCOMPARE(layout.boxes[3].line, 1u);
    QCOMPARE(layout.boxes[5].line, 1u);
    QCOMPARE(layout.boxes[6].line, 2u);
    QCOMPARE(layout.line_starts, (std::vector<std::size_t>{0, 3, 6}));
    QCOMPARE(layout.height, 3 * kStripLine + kStripMargin);
    QVERIFY(layout.boxes[4].width > 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      QVERIFY(tokenAt(layout, layout.place(i).center()) == std::optional<std::size_t>(i));
    }
    QVERIFY(!tokenAt(layout, {-5, -5}) && !tokenAt(layout, {300, 1000}));
    const TokenStripLayout narrow = layOutTokens({}, 50, 100);
    QVERIFY(narrow.line_starts.size() > 5);
    for (const auto& box : narrow.boxes) QVERIFY(box.left + box.width <= 100);
    QVERIFY(layOutTokens({}, 0, 100).boxes.empty());
  }

  void profilesAreReducedAsMatricesAre() {
    const std::vector<float> values{1, -5, 2, 3, 0, 4};
    QCOMPARE(strongestOf(values, 0, 6, 3), (std::vector<float>{-5, 3, 4}));
    QCOMPARE(strongestOf(values, 1.5, 2, 10), (std::vector<float>{-5, 2, 3}));
    QVERIFY(strongestOf({}, 0, 0, 4).empty());
  }

  void measuresLieBesideEachOther() {
    const MeasureMapsContent content{5, 4, 6};
    const MeasureMaps maps = layOutMeasureMaps(content, {900, 600});
    QCOMPARE(maps.maps.size(), 5u);
    for (std::size_t i = 0; i < 5; ++i) {
      QVERIFY(maps.maps[i].bar.right() < 900 && maps.maps[i].place.bottom() < 600);
      for (std::size_t j = 0; j < i; ++j) {
        QVERIFY(!maps.maps[i].place.intersects(maps.maps[j].place));
      }
    }
    const QRectF place = maps.maps[3].place;
    const auto cell = measureCellAt(
        maps, content, place.topLeft() + QPointF(4.5 * maps.cell_width, 2.5 * maps.cell_height));
    QVERIFY(cell && cell->measure == 3 && cell->layer == 2 && cell->head == 4);
    QVERIFY(layOutMeasureMaps({0, 4, 6}, {900, 600}).maps.empty());
  }
};

QTEST_MAIN(AttentionLayoutTest)
#include "attention_layout_test.moc"
