// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/reduced_plane.h"

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "large_stacks.h"

using namespace lineament;
using namespace lineament::views;

namespace {

AttentionStack stackOf(std::uint64_t tokens, std::vector<float> weights, bool causal,
                       std::size_t heads = 1) {
  AttentionStack stack;
  stack.layers = {"layer 1"};
  for (std::size_t i = 0; i < heads; ++i) stack.heads.push_back("head " + std::to_string(i + 1));
  stack.queries = stack.keys = tokens;
  stack.causal = causal;
  stack.weights = std::move(weights);
  return stack;
}

ShownCells shown(AttentionStack stack, const MatrixChoice& choice = {}) {
  return {std::make_shared<const AttentionStack>(std::move(stack)), choice};
}

std::vector<float> read(const ShownCells& cells) {
  std::vector<float> all(cells.queries() * cells.keys());
  cells.read({0, 0, cells.queries(), cells.keys()}, all, {});
  return all;
}

const std::vector<float> kFour{1, 0, 0, 0, .5f, .5f, 0, 0, .2f, .3f, .5f, 0, .1f, .2f, .3f, .4f};
const AttentionWindow kAll{0, 0, 4, 4};

// Weights that grow with the query and the key; counts how often it is asked.
class CountingRows : public AttentionSource {
 public:
  static float weight(std::uint64_t query, std::uint64_t key) {
    return static_cast<float>(query + key) / 16'384;
  }
  bool prefersRows() const override { return true; }
  void cells(std::size_t, std::size_t, const AttentionWindow& window, std::span<float> weights,
             const Context&) const override {
    ++calls;
    for (std::uint64_t i = 0; i < window.queries * window.keys; ++i) {
      weights[i] = weight(window.query + i / window.keys, window.key + i % window.keys);
    }
  }
  mutable std::atomic<int> calls = 0;
};

bool near(float one, double other, double within = 1e-6) {
  return std::abs(double(one) - other) <= within;
}

}  // namespace

class ReducedPlaneTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Blocks of 2 x 2 of rows 1 0 0 0 / .5 .5 0 0 / .2 .3 .5 0 / .1 .2 .3 .4.
  void meanAndPeakOfBlocks() {
    const ReducedPlane plain = reduced(shown(stackOf(4, kFour, false)), kAll, {2, 2}, {});
    QVERIFY(near(plain.mean[0], .5) && near(plain.mean[1], 0) && near(plain.mean[2], .2) &&
            near(plain.mean[3], .3));
    const ReducedPlane causal = reduced(shown(stackOf(4, kFour, true)), kAll, {2, 2}, {});
    QVERIFY(near(causal.mean[0], 2.0 / 3) && std::isnan(causal.mean[1]) &&
            near(causal.mean[2], .2) && near(causal.mean[3], .4));
    QVERIFY(causal.masked(0, 1) && !causal.masked(0, 0) && !causal.masked(1, 1));
    for (const ReducedPlane* plane : {&plain, &causal}) {
      QVERIFY(near(plane->peak[0], 1) && near(plane->peak[1], 0) && near(plane->peak[2], .3) &&
              near(plane->peak[3], .5));
      QCOMPARE(plane->highest, 1.0f);
    }
  }

  void blocksAtTheBorderHaveWhatIsLeft() {
    const ReducedPlane plane = reduced(shown(stackOf(4, kFour, false)), kAll, {3, 3}, {});
    QCOMPARE(plane.rows, 2u);
    QVERIFY(near(plane.mean[0], 1.0 / 3) && near(plane.mean[3], .4));
    const ReducedPlane cells = reduced(shown(stackOf(4, kFour, true)), {1, 1, 2, 3}, {1, 1}, {});
    QVERIFY(cells.mean.empty());
    QVERIFY(near(cells.peak[0], .5) && near(cells.peak[3], .3) && near(cells.peak[4], .5));
  }

  void whatIsNoNumberStaysSeen() {
    std::vector<float> weights = kFour;
    weights[4] = std::nanf("");
    const ReducedPlane plane = reduced(shown(stackOf(4, weights, true)), kAll, {2, 2}, {});
    QVERIFY(std::isnan(plane.peak[0]) && near(plane.mean[0], .75));
    QVERIFY(near(plane.peak[3], .5));
    QCOMPARE(plane.highest, 1.0f);
  }

  void theStrongestKeepsItsSign() {
    const ReducedPlane plane =
        reduced(shown(stackOf(2, {1, -3, 2, 0}, false)), {0, 0, 2, 2}, {2, 2}, {});
    QCOMPARE(plane.peak[0], -3.0f);
    QCOMPARE(plane.lowest, -3.0f);
    QCOMPARE(plane.highest, 2.0f);
  }

  // Any tile of factored attention is what the product of its queries and keys gives.
  void tilesAgreeWithTheDirectProduct() {
    const AttentionStack stack = factoredStack(1, 2, 700, 16);
    const ShownCells cells = shown(stack, {{0, 1}});
    const std::vector<float> all = read(cells);
    const auto& factors = *stack.source->factors();
    for (const std::uint64_t query : {0, 1, 350, 699}) {
      for (const std::uint64_t key : {0, 1, 349, 350, 699}) {
        double product = 0;
        for (std::uint64_t i = 0; i < 16; ++i) {
          product += double(factors.queries[(700 + query) * 16 + i]) *
                     double(factors.keys[(700 + key) * 16 + i]);
        }
        const double direct =
            key > query ? 0 : std::exp(product / 4 - double(factors.log_sums[700 + query]));
        QVERIFY(near(all[query * 700 + key], direct, 1e-5));
      }
    }
    const ReducedPlane plane = reduced(cells, {0, 0, 700, 700}, {64, 64}, {});
    for (std::size_t row = 0; row < plane.rows; ++row) {
      for (std::size_t column = 0; column <= row; ++column) {
        double sum = 0, count = 0, peak = 0;
        for (std::uint64_t q = row * 64; q < std::min<std::uint64_t>(row * 64 + 64, 700); ++q) {
          for (std::uint64_t k = column * 64; k < std::min(column * 64 + 64, q + 1); ++k) {
            sum += double(all[q * 700 + k]);
            peak = std::max(peak, double(all[q * 700 + k]));
            ++count;
          }
        }
        QVERIFY(near(plane.mean[row * plane.columns + column], sum / count, 1e-5));
        QVERIFY(near(plane.peak[row * plane.columns + column], peak, 1e-5));
      }
    }
  }

  void aSampleReadsTheMiddleQueryOfEachBlock() {
    const ReducedPlane plane = reduced(shown(stackOf(4, kFour, false)), kAll, {2, 1, true}, {});
    QVERIFY(plane.sampled);
    QVERIFY(near(plane.peak[0], .5) && near(plane.peak[1], .5) && near(plane.peak[4], .1));
  }

  // Columns of many tasks, over blocks that not all of its rows see.
  void aSampleHasTheCellsOfItsQueries() {
    constexpr std::uint64_t tokens = 5003, block = 97;
    const ShownCells cells = shown(factoredStack(1, 1, tokens, 4));
    const ReducedPlane plane = reduced(cells, {0, 0, tokens, tokens}, {block, 7, true}, {});
    QVERIFY(plane.rows == 52 && plane.columns == 715);
    std::uint64_t seen = 0;
    for (std::size_t row = 0; row < plane.rows; ++row) {
      const std::uint64_t first = row * block, last = std::min(first + block, tokens);
      const std::uint64_t query = first + (last - first) / 2;
      std::vector<float> weights(query + 1);
      cells.read({query, 0, 1, query + 1}, weights, {});
      seen += weights.size();
      float most = 0;
      for (std::size_t column = 0; column * 7 <= query; ++column) {
        const auto begin = weights.begin() + std::ptrdiff_t(column * 7);
        const auto end = weights.begin() + std::ptrdiff_t(std::min(column * 7 + 7, query + 1));
        const float peak = *std::max_element(begin, end);
        most = std::max(most, peak);
        QVERIFY(near(plane.peak[row * plane.columns + column], double(peak)));
        const double mean = std::accumulate(begin, end, 0.0) / double(end - begin);
        QVERIFY(near(plane.mean[row * plane.columns + column], mean));
      }
      QVERIFY(near(plane.query_peaks[query], double(most)));
    }
    QCOMPARE(plane.seen, seen);
  }

  // Each row of a sample is read at once from a source that goes through all of it anyway.
  void rowsAreNotCutForSourcesThatPreferThem() {
    constexpr std::uint64_t tokens = 5003, block = 97;
    AttentionStack stack = stackOf(tokens, {}, true);
    stack.weights = {};
    const auto source = std::make_shared<CountingRows>();
    stack.source = source;
    const ShownCells cells = shown(stack);
    const ReducedPlane plane = reduced(cells, {0, 0, tokens, tokens}, {block, 7, true}, {});
    QCOMPARE(source->calls.load(), int(plane.rows));
    float most = 0;
    for (std::size_t row = 0; row < plane.rows; ++row) {
      const std::uint64_t first = row * block;
      const std::uint64_t query = first + (std::min(first + block, tokens) - first) / 2;
      for (std::size_t column = 0; column * 7 <= query; ++column) {
        const std::uint64_t key = std::min<std::uint64_t>(column * 7 + 6, query);
        QCOMPARE(plane.peak[row * plane.columns + column], CountingRows::weight(query, key));
      }
      most = CountingRows::weight(query, query);
      QCOMPARE(plane.query_peaks[query], most);
    }
    QCOMPARE(plane.highest, most);
  }

  void zerosAreCountedWhereAQueryMayLook() {
    const ReducedPlane plain = reduced(shown(stackOf(4, kFour, false)), kAll, {2, 2}, {});
    QVERIFY(plain.seen == 16 && plain.kept == 10 && plain.sparse());
    const ReducedPlane causal = reduced(shown(stackOf(4, kFour, true)), kAll, {2, 2}, {});
    QVERIFY(causal.seen == 10 && causal.kept == 10 && !causal.sparse());
  }

  void peaksOfQueriesAreMerged() {
    ReducedPlane plane = reduced(shown(stackOf(4, kFour, true)), kAll, {3, 1}, {});
    QCOMPARE(plane.query_peaks, (std::vector<float>{1, .5f, .5f, .4f}));
    QCOMPARE(plane.queriesOfAPeak(), std::uint64_t{1});
    plane.mergeQueryPeaks();
    QCOMPARE(plane.query_peaks, (std::vector<float>{1, .4f}));
    QCOMPARE(plane.queriesOfAPeak(), std::uint64_t{3});
  }

  void manyWeightsTakeMinutes() {
    QVERIFY(!areMany(144, 2048, 2048) && !areMany(1, 131'072, 131'072));
    QVERIFY(areMany(144, 32'768, 32'768) && areMany(1, 1'048'576, 1'048'576));
  }

  void samplesOfManyKeysBecomeFiner() {
    const ShownCells cells = shown(factoredStack(1, 1, 300'000, 1));
    const ReducedPlane first = sampleOf(cells, {}), finer = finerSampleOf(cells, {});
    QCOMPARE(first.rows, 16u);
    QCOMPARE(finer.rows, 256u);
    QVERIFY(first.sampled && finer.sampled);
  }

  void overviewsStaySmall() {
    QCOMPARE(overviewLevel(1024, 1024), 0);
    QCOMPARE(overviewLevel(1025, 3), 1);
    QCOMPARE(overviewLevel(32768, 32768), 5);
    QCOMPARE(blockSide(0, 10), std::uint64_t{1});
    const ReducedPlane none = overviewOf(shown(stackOf(0, {}, true)), {});
    QCOMPARE(none.rows, 0u);
  }

  void headsAsOneMatrix() {
    const AttentionStack two = stackOf(2, {1, 0, .5f, .5f, 0, -2, .25f, .75f}, false, 2);
    const auto mean = read(shown(two, {{0, 0, HeadChoice::Over::mean}}));
    QCOMPARE(mean, (std::vector<float>{.5f, -1, .375f, .625f}));
    const auto peak = read(shown(two, {{0, 0, HeadChoice::Over::peak}}));
    QCOMPARE(peak, (std::vector<float>{1, -2, .5f, .75f}));
    const auto difference = read(shown(two, {{0, 0}, HeadChoice{0, 1}}));
    QCOMPARE(difference, (std::vector<float>{1, 2, .25f, -.25f}));
    QVERIFY(shown(two, {{9, 9}}).choice().head == (HeadChoice{0, 1}));
  }

  void theFirstKeyIsLeftOutOfItsRows() {
    const ShownCells cells = shown(stackOf(4, kFour, true), {{}, {}, false, HiddenKeys::first});
    QVERIFY(cells.renormalises());
    const auto rows = read(cells);
    QCOMPARE(rows[0], 0.0f);
    QVERIFY(near(rows[5], 1) && near(rows[9], .375) && near(rows[10], .625) &&
            near(rows[15], 4.0 / 9));
    std::vector<float> part(2);
    cells.read({3, 2, 1, 2}, part, {});
    QVERIFY(near(part[0], 3.0 / 9) && near(part[1], 4.0 / 9));
    const ShownCells unequal =
        shown(stackOf(2, {3, 1, 1, 1}, false), {{}, {}, false, HiddenKeys::first});
    QVERIFY(!unequal.renormalises());
    QCOMPARE(read(unequal), (std::vector<float>{0, 1, 0, 1}));
  }

  void specialTokensAreMarks() {
    for (const char* mark : {"<s>", "</s>", "<|endoftext|>", "[CLS]", "[PAD]"}) {
      QVERIFY2(isSpecialToken(mark), mark);
    }
    for (const char* text : {"", "<", "[1", "a < b >", "[sic]", "<a b>", "<0x0A>"}) {
      QVERIFY2(!isSpecialToken(text), text);
    }
  }

  void choicesComeBack() {
    for (const HeadChoice& choice : {HeadChoice{2, 3}, HeadChoice{1, 0, HeadChoice::Over::mean},
                                     HeadChoice{0, 0, HeadChoice::Over::peak}}) {
      QVERIFY(headChoiceFrom(toJson(choice)) == choice);
    }
    QVERIFY(!headChoiceFrom({1, "best"}));
    QVERIFY(!headChoiceFrom({-1, 2}));
    QVERIFY(!headChoiceFrom(3));
  }
};

QTEST_MAIN(ReducedPlaneTest)
#include "reduced_plane_test.moc"
