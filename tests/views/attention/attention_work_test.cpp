// SPDX-License-Identifier: GPL-3.0-or-later
// What the attention view works out in the background: large stacks, long texts, what is asked for
// and cancelled.
#include <QElapsedTimer>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>
#include <atomic>
#include <cmath>
#include <stop_token>

#include "large_stacks.h"
#include "shown_attention.h"

using namespace lineament;
using namespace lineament::views;

class AttentionWorkTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void longTextsAreLaidOutInTheBackground() {
    Shown shown(heldStack(1, 1, 2500));
    shown.choose({{"mode", "text"}});
    QTRY_VERIFY(!shown.view.strip().placeOf(2499).isEmpty());
    QVERIFY(shown.view.strip().placeOf(2499).top() > shown.view.strip().placeOf(0).bottom());
    QVERIFY(shown.view.strip().placeOf(2500).isEmpty());
  }

  // A short text at once after a long one: what is made of the long one comes too late.
  void aShorterTextKeepsItsOwnLayout() {
    AttentionFigure long_text, short_text;
    long_text.setData(Data(heldStack(1, 1, 2500)));
    short_text.setData(Data(heldStack(1, 1, 20)));
    TokenStrip strip;
    strip.resize(600, 300);
    QSignalSpy laid_out(&strip, &TokenStrip::laidOut);
    strip.show(long_text);
    strip.show(short_text);
    QVERIFY(!strip.placeOf(19).isEmpty());
    QVERIFY(!laid_out.wait(1500));
    QVERIFY(!strip.placeOf(19).isEmpty() && strip.placeOf(20).isEmpty());
  }

  // Who cancels the reading can begin it anew.
  void whatWasCancelledIsOffered() {
    class Cancelling : public Background {
     public:
      Cancel start(const QString& title, Work work, QObject* receiver, Ended ended) override {
        const Cancel cancel = pooledBackground().start(title, work, receiver, ended);
        if (title == QLatin1String("Reduce the attention matrix") && !cancelled) {
          cancelled = true;
          cancel();
        }
        return cancel;
      }
      bool cancelled = false;
    };
    Cancelling background;
    AttentionView view;
    view.setBackground(background);
    view.resize(900, 700);
    view.setData(Data(factoredStack(1, 1, 6000, 4)));
    view.show();
    view.plot().choose({{"mode", "matrix"}});
    QTRY_VERIFY(background.cancelled && view.plot().complete());
    QVERIFY(view.figure().plane()->sampled);
    QTRY_VERIFY(view.plot().offersAll());
    auto* button = view.controls().findChild<QPushButton*>("readAll");
    QVERIFY(button->isVisible());
    button->click();
    QTRY_VERIFY(!view.figure().plane()->sampled);
    QTRY_VERIFY(!button->isVisible());
  }

  // More weights than are read unasked: a sample, until a person asks for all and lets go again.
  void allWeightsAreOffered() {
    Shown shown(factoredStack(1, 1, 180'000, 1));
    QVERIFY(shown.view.figure().manyInMatrix());
    QVERIFY(shown.view.plot().offersAll());  // of the heads
    shown.choose({{"mode", "matrix"}});
    QVERIFY(shown.view.figure().plane()->sampled);
    QVERIFY(shown.view.caption().contains(QStringLiteral("first look at every")));
    auto* button = shown.view.controls().findChild<QPushButton*>("readAll");
    QVERIFY(button && button->isVisible() && !button->isChecked());
    button->click();
    QVERIFY(shown.view.plot().readsAll() && !shown.view.plot().complete());
    QVERIFY(button->isVisible() && button->isChecked());
    button->click();
    QVERIFY(!shown.view.plot().readsAll() && shown.view.plot().offersAll());
    QVERIFY(!button->isChecked());
    shown.settle();
    // Coarse parts of it are sampled as well, single cells are exact.
    shown.choose({{"zoom", {0.2, 0.7, 0.3, 0.8}}});
    QVERIFY(shown.view.caption().contains(QStringLiteral("first look at every")));
    shown.choose({{"zoom", {0.5, 0.5005, 0.4, 0.4005}}});
    QVERIFY(!shown.view.plot().tiles().planes().empty());
    QVERIFY(!shown.view.plot().tiles().planes().back()->reduced());
    QVERIFY(!shown.view.caption().contains(QStringLiteral("first look")));
  }

  // All heads are being read when one of them is opened: that ends the reading of the others, and
  // with it the taking over of what has been made.
  void openingAHeadEndsTheReadingOfAll() {
    Shown shown(factoredStack(1, 1, 180'000, 1));
    AttentionPlot& plot = shown.view.plot();
    plot.readAll();
    QVERIFY(plot.readsAll());
    shown.choose({{"mode", "matrix"}});
    QVERIFY(!plot.readsAll());
    QSignalSpy done(&plot, &AttentionPlot::workDone);
    QVERIFY(!done.wait(600));
    shown.choose({{"mode", "grid"}});
    QVERIFY(plot.offersAll());
  }

  // The matrix' weights go on being read while the heads are looked at, and are theirs alone.
  void aMatrixIsReadBesideTheHeads() {
    Shown shown(factoredStack(1, 1, 180'000, 1));
    AttentionPlot& plot = shown.view.plot();
    shown.choose({{"mode", "matrix"}});
    plot.readAll();
    QVERIFY(plot.readsAll());
    plot.choose({{"mode", "grid"}});
    QVERIFY(!plot.readsAll() && plot.offersAll());
    plot.readAll();
    plot.stopReadingAll();
    plot.choose({{"mode", "matrix"}});
    QVERIFY(plot.readsAll());
    plot.stopReadingAll();
    QVERIFY(plot.complete());
  }

  // A file has all heads, though the screen had only some of them when it was asked for.
  void exportedGridsHaveNoHoles() {
    AttentionFigure figure;
    figure.setData(Data(factoredStack(1, 1, 180'000, 1)));
    QVERIFY(figure.manyInAll());
    HeadThumbnails none;
    none.layers = none.heads = 1;
    none.planes.resize(3);
    figure.setThumbnails(std::make_shared<const HeadThumbnails>(none));
    figure.prepare({});
    QCOMPARE(figure.thumbnails()->made(), 1u);
  }

  // What a sample has missed is seen as negative where a tile has it.
  void aTileMaySayThatWeightsAreSigned() {
    constexpr std::uint64_t tokens = 1100, at = 300 * tokens + 20;  // no query of the sample
    QImage pictures[2];
    for (const bool negative : {false, true}) {
      AttentionStack stack = heldStack(1, 1, tokens);
      std::vector<float> weights(tokens * tokens, 0.01f);
      weights[at] = negative ? -1.0f : 1.0f;
      stack.weights = weights;
      AttentionFigure figure;
      figure.setData(Data(stack));
      figure.setOptions({{"mode", "matrix"}});
      const ShownCells& cells = figure.cells();
      figure.setPlane(cells.choice(), std::make_shared<const ReducedPlane>(sampleOf(cells, {})));
      QVERIFY(figure.plane()->sampled && figure.plane()->highest < 0.5f);
      QVERIFY(figure.plane()->lowest >= 0);
      const ReducedPlane tile = tileOf(cells, {0, 0, 1}, {});
      QVERIFY(tile.window.key == 0 && tile.window.query == 256);
      QCOMPARE(tile.query_peaks.size(), tile.rows);
      QCOMPARE(tile.query_peaks[300 - 256], 1.0f);
      figure.setTiles({std::make_shared<const ReducedPlane>(tile)});
      pictures[negative] = picture(figure, {900, 900});
    }
    QVERIFY(pictures[0] != pictures[1]);
  }

  // Where every weight has been read, no sample of them covers it.
  void samplesDoNotCoverAllWeights() {
    AttentionFigure figure;
    figure.setData(Data(factoredStack(1, 1, 1100, 4)));
    figure.setOptions({{"mode", "matrix"}});
    const ShownCells& cells = figure.cells();
    const auto sample = std::make_shared<const ReducedPlane>(
        reduced(cells, {0, 0, 1024, 1024}, {64, 64, true}, {}));
    for (const bool exact : {false, true}) {
      figure.setPlane(cells.choice(), std::make_shared<const ReducedPlane>(
                                          exact ? overviewOf(cells, {}) : sampleOf(cells, {})));
      figure.setTiles({});
      const QImage without = picture(figure, {700, 700});
      figure.setTiles({sample});
      QCOMPARE(picture(figure, {700, 700}) == without, exact);
      QCOMPARE(figure.caption().contains(QStringLiteral("first look")), !exact);
    }
  }

  // The same head again, after another one that was chosen among all heads.
  void aHeadIsWorkedOutAnew() {
    Shown shown(factoredStack(1, 2, 600, 4));
    for (const char* mode : {"matrix", "grid"}) shown.choose({{"mode", mode}, {"head", {0, 0}}});
    for (const int head : {1, 0}) shown.choose({{"head", {0, head}}});
    QVERIFY(!shown.view.figure().plane());
    shown.choose({{"mode", "matrix"}});
    QVERIFY(shown.view.figure().plane() != nullptr);
  }

  // Made until it is stopped anywhere, then anew: in the end the same.
  void thumbnailsGoOnWhereTheyWereLeft() {
    const auto stack = std::make_shared<const AttentionStack>(heldStack(2, 6, 300));
    ThumbnailMaker straight(stack, HiddenKeys::none);
    straight.make(true, {});
    const auto expected = straight.now();
    ThumbnailMaker maker(stack, HiddenKeys::none);
    for (int checks = 1; !maker.now()->complete(); checks += 3) {
      std::stop_source stop;
      Context context;
      context.stop = stop.get_token();
      std::atomic<int> left = checks;
      context.progress = [&](double, std::string_view) {
        if (--left <= 0) stop.request_stop();
      };
      try {
        maker.make(true, context);
      } catch (const Cancelled&) {
      }
    }
    maker.make(true, {});
    const auto made = maker.now();
    QVERIFY(made->complete());
    for (std::size_t i = 0; i < expected->planes.size(); ++i) {
      QCOMPARE(made->planes[i]->peak, expected->planes[i]->peak);
      QCOMPARE(made->planes[i]->query_peaks, expected->planes[i]->query_peaks);
    }
  }

  // 144 matrices: what is shown first comes from a few of their queries, and says so.
  void manyHeadsAreThereAtOnce() {
    const AttentionStack stack = heldStack(12, 12, 512);
    QElapsedTimer clock;
    clock.start();
    AttentionView view;
    view.resize(1200, 900);
    view.setData(Data(stack, "tokens"));
    view.show();
    const auto& figure = view.figure();
    QTRY_VERIFY(figure.thumbnails() && figure.thumbnails()->made() == 144);
    QVERIFY2(clock.elapsed() < 5000, qPrintable(QString::number(clock.elapsed())));
    QTRY_VERIFY_WITH_TIMEOUT(figure.thumbnails()->complete() && view.plot().complete(), 60'000);
    QVERIFY(figure.thumbnails()->bytes() < stack.weights.size() * sizeof(float) / 10);
    QVERIFY(figure.caption().contains(QStringLiteral("reduced")));
  }

  // 32,768 tokens of which no matrix is held: a first look, then all weights, then the zoomed ones.
  void longTextsAreWorkedOutAsTheyAreSeen() {
    constexpr std::uint64_t tokens = 32'768;
    const AttentionStack stack = factoredStack(1, 1, tokens, 8);
    Shown shown(stack);
    shown.view.plot().choose({{"mode", "matrix"}});
    QTRY_VERIFY_WITH_TIMEOUT(shown.view.figure().plane() != nullptr, 20'000);
    shown.choose({{"zoom", {0.5, 0.51, 0.48, 0.49}}});
    const CellArea area = shown.view.figure().area();
    QVERIFY(shown.view.plot().tiles().bytes() > 0);
    QVERIFY(shown.view.plot().tiles().bytes() < (std::size_t{256} << 20));
    const auto planes = shown.view.plot().tiles().planes();
    QVERIFY(!planes.empty());
    const ReducedPlane& finest = *planes.back();
    QVERIFY(!finest.reduced());
    std::vector<float> cell(1);
    shown.view.figure().cells().read({finest.window.query + 3, finest.window.key + 5, 1, 1}, cell,
                                     {});
    QVERIFY(std::abs(cell[0] - finest.peak[3 * finest.columns + 5]) < 1e-5f);
    QVERIFY(area.keys < 400);
    shown.settle();
    QVERIFY(!shown.view.figure().plane()->sampled);
    QVERIFY(shown.view.figure().plane()->bytes() < (std::size_t{16} << 20));
    shown.choose({{"zoom", {0, 1, 0, 1}}});
    QVERIFY(shown.view.caption().contains(QStringLiteral("reduced")));
  }
};

QTEST_MAIN(AttentionWorkTest)
#include "attention_work_test.moc"
