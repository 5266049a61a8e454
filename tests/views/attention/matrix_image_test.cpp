// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/matrix_image.h"

#include <QtTest>
#include <cmath>

#include "large_stacks.h"
#include "views/attention/token_text.h"
#include "views/common/colour_map.h"

using namespace lineament;
using namespace lineament::views;

namespace {

const QColor kGround(Qt::white);

// A matrix of 4 x 4 with weights 1 to 16, causal where it is asked for.
ShownCells countingCells(bool causal) {
  AttentionStack stack;
  stack.layers = {"a"};
  stack.heads = {"b"};
  stack.queries = stack.keys = 4;
  stack.causal = causal;
  std::vector<float> weights;
  for (int i = 1; i <= 16; ++i) weights.push_back(float(i));
  stack.weights = weights;
  return {std::make_shared<const AttentionStack>(stack), {}};
}

std::vector<PlanePtr> counting(bool causal, std::uint64_t block = 1) {
  return {std::make_shared<const ReducedPlane>(
      reduced(countingCells(causal), {0, 0, 4, 4}, {block, block}, {}))};
}

}  // namespace

class MatrixImageTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aCellIsAPlainRectangle() {
    const WeightColours colours(16, false, false, WeightScale::linear);
    const QImage image = matrixImage(counting(false), {0, 0, 4, 4}, {40, 40}, {}, colours, kGround);
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 40; ++x) {
        QCOMPARE(image.pixel(x, y), colours.of(float(1 + y / 10 * 4 + x / 10)));
      }
    }
    const QImage part = matrixImage(counting(false), {1, 2, 2, 1}, {10, 20}, {}, colours, kGround);
    QCOMPARE(part.pixel(0, 0), colours.of(7));
    QCOMPARE(part.pixel(9, 19), colours.of(11));
  }

  void aPixelShowsTheStrongestOrTheMean() {
    const WeightColours colours(16, false, false, WeightScale::linear);
    const CellArea all{0, 0, 4, 4};
    QCOMPARE(matrixImage(counting(false), all, {2, 2}, {}, colours, kGround).pixel(0, 0),
             colours.of(6));
    const WeightLook mean{Reduction::mean};
    QCOMPARE(matrixImage(counting(false, 2), all, {2, 2}, mean, colours, kGround).pixel(1, 1),
             colours.of(13.5f));
    QCOMPARE(matrixImage(counting(false, 2), all, {1, 1}, mean, colours, kGround).pixel(0, 0),
             colours.of(8.5f));
  }

  void whatIsMaskedOrSmallIsGround() {
    const WeightColours colours(16, false, false);
    WeightLook look;
    look.threshold = 6;
    const QImage image = matrixImage(counting(true), {0, 0, 4, 4}, {4, 4}, look, colours, kGround);
    QCOMPARE(image.pixel(3, 0), kGround.rgb());  // above the diagonal
    QCOMPARE(image.pixel(0, 1), kGround.rgb());  // 5
    QCOMPARE(image.pixel(1, 1), colours.of(6));
  }

  // Zeros are what a mask leaves out: without a colour, but where a person wants to see them.
  void zerosHaveNoColour() {
    auto masked = std::make_shared<ReducedPlane>(*counting(false).front());
    masked->peak[5] = 0;
    const WeightColours colours(16, false, false, WeightScale::linear);
    WeightLook look;
    const CellArea all{0, 0, 4, 4};
    QCOMPARE(matrixImage({masked}, all, {4, 4}, look, colours, Qt::red).pixel(1, 1),
             QColor(Qt::red).rgb());
    look.mask = false;
    QCOMPARE(matrixImage({masked}, all, {4, 4}, look, colours, Qt::red).pixel(1, 1), colours.of(0));
  }

  void linesGoAroundWhatAMaskKeeps() {
    auto masked = std::make_shared<ReducedPlane>(*counting(false).front());
    std::fill(masked->peak.begin(), masked->peak.end(), 0.0f);
    masked->peak[5] = 1;  // query 1, key 1
    const auto lines = maskOutline({masked}, {0, 0, 4, 4}, {40, 40});
    QCOMPARE(lines.size(), 4u);
    for (const QLineF& line : lines) {
      QCOMPARE(line.length(), 10.0);
      for (const QPointF& end : {line.p1(), line.p2()}) {
        QVERIFY((end.x() == 10 || end.x() == 20) && (end.y() == 10 || end.y() == 20));
      }
    }
    const auto part = maskOutline({masked}, {1.5, 1.5, 2, 2}, {40, 40});
    QCOMPARE(part.size(), 2u);  // to the right and below
    // What lies above the diagonal is no mask's.
    QVERIFY(maskOutline(counting(true), {0, 0, 4, 4}, {40, 40}).empty());
    QVERIFY(maskOutline(counting(false, 2), {0, 0, 4, 4}, {40, 40}).empty());
    QVERIFY(maskOutline({}, {0, 0, 0, 0}, {40, 40}).empty());
  }

  void sharesOfALargest() {
    const WeightColours colours(1, false, false, WeightScale::linear);
    WeightLook look;
    look.over = 16;
    const QImage image = matrixImage(counting(false), {0, 0, 4, 4}, {4, 4}, look, colours, kGround);
    QCOMPARE(image.pixel(3, 3), colours.of(1));
    QCOMPARE(image.pixel(3, 1), colours.of(0.5f));
  }

  void peaksMayStandForSeveralQueries() {
    const WeightColours colours(1, false, false, WeightScale::linear);
    WeightLook look;
    look.per_row = true;
    auto blocks = std::make_shared<ReducedPlane>(*counting(false, 2).front());
    blocks->query_peaks = {8, 32};  // of two queries each
    const QImage image = matrixImage({blocks}, {0, 0, 4, 4}, {4, 4}, look, colours, kGround);
    QCOMPARE(image.pixel(1, 1), colours.of(6.0f / 8));
    QCOMPARE(image.pixel(1, 2), colours.of(14.0f / 32));
    QCOMPARE(image.pixel(3, 3), colours.of(0.5f));
  }

  void eachRowOverItsLargest() {
    const WeightColours colours(1, false, false, WeightScale::linear);
    WeightLook look;
    look.per_row = true;
    const QImage image = matrixImage(counting(true), {0, 0, 4, 4}, {4, 4}, look, colours, kGround);
    QCOMPARE(image.pixel(1, 1), colours.of(1));
    QCOMPARE(image.pixel(0, 1), colours.of(5.0f / 6));
  }

  // An overview that has read query 2 alone knows nothing of the other rows: what tiles side by
  // side have read of a row is what it is shared by. An exact overview knows all of it.
  void aRowIsOverWhatHasBeenReadOfIt() {
    const WeightColours colours(1, false, false, WeightScale::linear);
    WeightLook look;
    look.per_row = true;
    const CellArea all{0, 0, 4, 4};
    const ShownCells cells = countingCells(false);
    const auto plane = [&](const AttentionWindow& window, const Blocks& blocks) {
      auto made = reduced(cells, window, blocks, {});
      if (window.keys < 4) made.mergeQueryPeaks();
      return std::make_shared<const ReducedPlane>(std::move(made));
    };
    const PlanePtr sample = plane({0, 0, 4, 4}, {4, 1, true});
    const PlanePtr left = plane({0, 0, 4, 2}, {1, 1}), right = plane({0, 2, 4, 2}, {1, 1});
    const QImage both = matrixImage({sample, left, right}, all, {4, 4}, look, colours, kGround);
    QCOMPARE(both.pixel(3, 1), colours.of(1));
    QCOMPARE(both.pixel(0, 1), colours.of(5.0f / 8));
    QCOMPARE(both.pixel(0, 3), colours.of(13.0f / 16));
    const QImage one = matrixImage({sample, left}, all, {4, 4}, look, colours, kGround);
    QCOMPARE(one.pixel(0, 1), colours.of(5.0f / 6));
    QCOMPARE(one.pixel(2, 1), colours.of(11.0f / 12));  // of query 2
    const PlanePtr exact = plane({0, 0, 4, 4}, {2, 2});
    const QImage known = matrixImage({exact, left}, all, {4, 4}, look, colours, kGround);
    QCOMPARE(known.pixel(0, 1), colours.of(5.0f / 8));
    QCOMPARE(known.pixel(2, 1), colours.of(1));
  }

  void finerPlanesLieOverCoarserOnes() {
    const WeightColours colours(16, false, false, WeightScale::linear);
    auto planes = counting(false, 4);
    auto fine = std::make_shared<ReducedPlane>(*counting(false).front());
    fine->window = {1, 1, 2, 2};
    fine->rows = fine->columns = 2;
    fine->peak = {1, 2, 3, 4};
    planes.push_back(fine);
    const QImage image = matrixImage(planes, {0, 0, 4, 4}, {4, 4}, {}, colours, kGround);
    QCOMPARE(image.pixel(0, 0), colours.of(16));
    QCOMPARE(image.pixel(2, 1), colours.of(2));
    QCOMPARE(image.pixel(3, 3), colours.of(16));
  }

  void whatIsNoNumberIsHatched() {
    const WeightColours colours(16, false, false);
    auto broken = std::make_shared<ReducedPlane>(*counting(false).front());
    broken->peak[0] = std::nanf("");
    const QImage image = matrixImage({broken}, {0, 0, 4, 4}, {40, 40}, {}, colours, kGround);
    QCOMPARE(image.pixel(0, 0), ColourMap::missing().rgb());
    QCOMPARE(image.pixel(3, 0), kGround.rgb());
    QCOMPARE(image.pixel(6, 0), ColourMap::missing().rgb());
  }

  void nothingIsNoImage() {
    const WeightColours colours(1, false, false);
    QVERIFY(matrixImage({}, {0, 0, 0, 0}, {4, 4}, {}, colours, kGround).isNull());
    QVERIFY(matrixImage({}, {0, 0, 4, 4}, {0, 4}, {}, colours, kGround).isNull());
  }

  void scalesOfWeights() {
    const WeightColours log(1, false, false, WeightScale::log, 1e-4);
    QCOMPARE(log.share(0), 0.0);
    QCOMPARE(log.share(1e-5), 0.0);
    QVERIFY(std::abs(log.share(0.01) - 0.5) < 1e-12);
    QVERIFY(std::abs(log.weight(0.5) - 0.01) < 1e-12);
    QCOMPARE(log.share(3), 1.0);
    QCOMPARE(log.marks(), (std::vector<double>{1e-4, 1e-3, 1e-2, 1e-1, 1}));
    const WeightColours both(2, true, false, WeightScale::linear);
    QCOMPARE(both.share(-1), 0.25);
    QCOMPARE(both.weight(0.25), -1.0);
    QCOMPARE(both.marks().front(), -2.0);
    const WeightColours root(4, false, false);
    QCOMPARE(root.share(1), 0.5);
    QCOMPARE(root.weight(0.5), 1.0);
  }

  // Colours go with quicker logarithms than the bar's places do: to a step of the ramp.
  void coloursAgreeWithTheBar() {
    const WeightColours log(0.7, false, false, WeightScale::log, 1e-5);
    const WeightColours ramp(1, false, false, WeightScale::linear);
    for (double weight = 1e-6; weight < 1; weight *= 1.013) {
      const QColor colour(log.of(float(weight)));
      const QColor exact(ramp.of(float(log.share(weight))));
      for (const int difference : {colour.red() - exact.red(), colour.green() - exact.green(),
                                   colour.blue() - exact.blue()}) {
        QVERIFY2(std::abs(difference) <= 3, qPrintable(QString::number(weight)));
      }
    }
  }

  void tokensOnOneLine() {
    QCOMPARE(shownToken("\n"), QStringLiteral("↵"));
    QCOMPARE(shownToken("a\tb\x01"), QStringLiteral("a⇥b␁"));
    QCOMPARE(shownToken(" "), QStringLiteral("␣"));
    QCOMPARE(shownToken(""), QStringLiteral("∅"));
    QCOMPARE(shownToken(" word"), QStringLiteral("word"));
    QCOMPARE(shownToken("\xe2\x80\xae"
                        "abc"),
             QStringLiteral("abc"));  // right to left from here
    QCOMPARE(shownToken(std::string(500, 'x')).size(), 61);
    QCOMPARE(shownToken("\xf0\x9f\x98\x80"), QStringLiteral("😀"));
    QVERIFY(!shownToken("\xff\xfe").isEmpty());
    QCOMPARE(tokenName({}, 4), QStringLiteral("5"));
    QCOMPARE(tokenPhrase({"a"}, 0), QStringLiteral("1 “a”"));
  }

  void labelsThinOut() {
    QCOMPARE(labelStep(12, 11), std::uint64_t{1});
    QCOMPARE(labelStep(6, 11), std::uint64_t{2});
    QCOMPARE(labelStep(0.02, 11), std::uint64_t{1000});
  }
};

QTEST_MAIN(MatrixImageTest)
#include "matrix_image_test.moc"
