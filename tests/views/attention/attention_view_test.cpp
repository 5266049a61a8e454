// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_view.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>
#include <atomic>
#include <cmath>
#include <stop_token>

#include "core/base/error.h"
#include "large_stacks.h"
#include "views/attention/limits_dialog.h"
#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr double kScale = PlotView::kScreenScale;

QImage picture(const Figure& figure, const QSize& size) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  figure.paint(painter, QSizeF(size), figureTheme());
  return image;
}

// A view on the screen, whose background work has ended.
class Shown {
 public:
  explicit Shown(const AttentionStack& stack, const QSize& size = {1000, 800}) {
    view.resize(size);
    view.setData(Data(stack, "tokens"));
    view.show();
    exposed = QTest::qWaitForWindowExposed(&view);
    settle();
  }
  void settle() {
    QTRY_VERIFY_WITH_TIMEOUT(view.plot().complete(), 60'000);
    QTest::qWait(20);
  }
  void choose(const nlohmann::json& options) {
    view.plot().choose(options);
    settle();
  }
  QSizeF units() const { return QSizeF(view.plot().size()) / kScale; }
  void click(const QPointF& at, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseClick(&view.plot(), Qt::LeftButton, modifiers, (at * kScale).toPoint());
    settle();
  }
  QPointF cell(std::uint64_t query, std::uint64_t key) const {
    const QRectF plot = view.figure().plotArea(units());
    const CellArea area = view.figure().area();
    return {plot.left() + (double(key) + 0.5 - area.key) / area.keys * plot.width(),
            plot.top() + (double(query) + 0.5 - area.query) / area.queries * plot.height()};
  }

  AttentionView view;
  bool exposed = false;
};

}  // namespace

class AttentionViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aClickOpensAHeadAndEscapeGoesBack() {
    Shown shown(heldStack(3, 4, 24));
    QVERIFY(shown.exposed);
    QCOMPARE(shown.view.options().at("mode"), nlohmann::json("grid"));
    QSignalSpy changed(&shown.view, &View::optionsChanged);
    const HeadGridLayout grid = shown.view.figure().gridLayout(shown.units());
    QCOMPARE(grid.cells.size(), 18u);  // 3 x (4 + 2)
    shown.click(grid.cells[8].place.center());
    QCOMPARE(shown.view.options().at("mode"), nlohmann::json("matrix"));
    QCOMPARE(shown.view.options().at("head"), nlohmann::json::parse("[1, 2]"));
    QVERIFY(changed.count() > 0);
    QTest::keyClick(&shown.view.plot(), Qt::Key_Escape);
    QCOMPARE(shown.view.options().at("mode"), nlohmann::json("grid"));
    shown.click(grid.cells[4].place.center());
    QCOMPARE(shown.view.options().at("head"), nlohmann::json::parse(R"([0, "mean"])"));
  }

  void arrowsStepThroughHeads() {
    Shown shown(heldStack(2, 2, 8));
    const auto head = [&] { return shown.view.options().at("head").dump(); };
    QTest::keyClick(&shown.view.plot(), Qt::Key_Right);
    QCOMPARE(head(), std::string("[0,1]"));
    QTest::keyClick(&shown.view.plot(), Qt::Key_Down);
    QCOMPARE(head(), std::string("[1,1]"));
    QTest::keyClick(&shown.view.plot(), Qt::Key_Right);
    QTest::keyClick(&shown.view.plot(), Qt::Key_Right);
    QCOMPARE(head(), std::string(R"([1,"max"])"));
    QTest::keyClick(&shown.view.plot(), Qt::Key_Right);  // there is none after it
    QCOMPARE(head(), std::string(R"([1,"max"])"));
    QTest::keyClick(&shown.view.plot(), Qt::Key_Return);
    QCOMPARE(shown.view.options().at("mode"), nlohmann::json("matrix"));
    QTest::keyClick(&shown.view.plot(), Qt::Key_PageUp);
    QCOMPARE(head(), std::string(R"([1,"mean"])"));
  }

  void theWheelZoomsAboutThePointerAndADoubleClickFits() {
    Shown shown(heldStack(1, 1, 40));
    shown.choose({{"mode", "matrix"}});
    const QPointF at = shown.cell(10, 4);
    const auto before = shown.view.figure().cellAt(at, shown.units());
    QVERIFY(before && before->query == 10 && before->key == 4);
    QWheelEvent turn(at * kScale, shown.view.plot().mapToGlobal(at * kScale), {}, {0, 480},
                     Qt::NoButton, {}, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&shown.view.plot(), &turn);
    QVERIFY(shown.view.figure().area().keys < 25);
    const auto after = shown.view.figure().cellAt(at, shown.units());
    QVERIFY(after && after->query == 10 && after->key == 4);
    const double left = shown.view.figure().area().key;
    QTest::keyClick(&shown.view.plot(), Qt::Key_Right);  // zoomed: it pans
    QVERIFY(shown.view.figure().area().key > left);
    QCOMPARE(shown.view.options().at("head"), nlohmann::json::parse("[0, 0]"));
    QTest::mouseDClick(&shown.view.plot(), Qt::LeftButton, {}, (at * kScale).toPoint());
    QVERIFY(shown.view.figure().zoomWindow().whole());
  }

  void aTokenIsChosenInTheMatrixAndInTheText() {
    Shown shown(heldStack(1, 2, 20));
    shown.choose({{"mode", "matrix"}});
    QSignalSpy edited(&shown.view, &View::selectionEdited);
    shown.click(shown.cell(7, 3));
    QCOMPARE(shown.view.selection(), Selection("tokens", {7}));
    QCOMPARE(edited.count(), 1);
    QVERIFY(shown.view.caption().contains(QStringLiteral("token 8 “word7”")));
    const auto values = shown.view.strip().values();
    QCOMPARE(values.size(), 20u);
    QCOMPARE(values[6], 1.0f);       // head 1 attends to the previous token alone
    QVERIFY(std::isnan(values[8]));  // that comes later
    const QPoint place = shown.view.strip().placeOf(3).center().toPoint();
    QTest::mouseClick(&shown.view.strip(), Qt::LeftButton, {}, place);
    shown.settle();
    QCOMPARE(shown.view.selection(), Selection("tokens", {3}));
    QCOMPARE(edited.count(), 2);
    shown.view.setSelection(Selection("rows", {5}));  // of another origin
    QVERIFY(!shown.view.figure().token());
    QTest::keyClick(&shown.view.plot(), Qt::Key_Escape);
  }

  // The axes' labels choose tokens, too: those of keys the key.
  void aLabelChoosesItsToken() {
    Shown shown(heldStack(1, 1, 12));
    shown.choose({{"mode", "matrix"}});
    const MatrixPaneLayout pane = shown.view.figure().paneLayout(shown.units());
    shown.click({shown.cell(0, 5).x(), pane.key_labels.center().y()});
    QCOMPARE(shown.view.selection(), Selection("tokens", {5}));
  }

  void hoveringSaysTokensAndWeight() {
    Shown shown(heldStack(1, 2, 12));
    shown.choose({{"mode", "matrix"}, {"head", {0, 1}}});
    const AttentionFigure& figure = shown.view.figure();
    const QString text = figure.textAt(shown.cell(3, 0), shown.units());
    QVERIFY2(text.contains(QStringLiteral("query 4 “word3”")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("key 1 “<s>”")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("weight 0.625")), qPrintable(text));  // 1/2 / 4 + 1/2
    QVERIFY(figure.textAt(shown.cell(3, 5), shown.units()).contains(QStringLiteral("masked")));
  }

  void linksFollowTheirToken() {
    Shown shown(heldStack(2, 3, 60));
    shown.choose({{"mode", "arcs"}, {"count", 20}, {"heads", {0, 2}}});
    QVERIFY(shown.view.figure().linksFit());
    QCOMPARE(shown.view.figure().links()->weights.size(), 2u);
    const ArcLayout layout = layOutArcs(0, 20, 40, {800, 600});
    QVERIFY(tokenAt(layout, {layout.keys.center().x(), layout.y(4)}) == (ArcFocus{false, 4}));
    const auto& links = *shown.view.figure().links();
    const ChosenLinks all = chooseLinks(links, 0.2, {}, 1000);
    QVERIFY(all.all > 0 && all.links.back().weight >= all.links.front().weight);
    const ChosenLinks of_one = chooseLinks(links, 0.2, ArcFocus{true, 5}, 1000);
    for (const Link& link : of_one.links) QCOMPARE(link.query, std::uint64_t{5});
    QVERIFY(of_one.all > 0 && of_one.all < all.all);
    QCOMPARE(chooseLinks(links, 0, {}, 3).links.size(), 3u);
    QTest::keyClick(&shown.view.plot(), Qt::Key_Down);
    shown.settle();
    QCOMPARE(shown.view.figure().links()->first, std::uint64_t{1});
    QWheelEvent turn({100, 100}, shown.view.plot().mapToGlobal(QPointF(100, 100)), {}, {0, -24'000},
                     Qt::NoButton, {}, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&shown.view.plot(), &turn);
    shown.settle();
    QCOMPARE(shown.view.figure().links()->first, std::uint64_t{40});  // the last 20
  }

  void linksShowDifferences() {
    const auto stack = std::make_shared<const AttentionStack>(heldStack(1, 2, 12));
    MatrixChoice choice{{0, 0}, HeadChoice{0, 1}};
    const LinkedTokens links = linkedTokens(stack, nullptr, choice, {0}, 0, 12, {});
    for (std::uint64_t i = 0; i < 144; ++i) {
      QCOMPARE(links.weights[0][i], stack->matrix(0, 0)[i] - stack->matrix(0, 1)[i]);
    }
    const ChosenLinks chosen = chooseLinks(links, 0.05, {}, 1000);
    QVERIFY(std::any_of(chosen.links.begin(), chosen.links.end(),
                        [](const Link& link) { return link.weight < 0; }));
    // Of another run each of several heads is compared with itself.
    choice.minus_other = true;
    const LinkedTokens same = linkedTokens(stack, stack, choice, {0, 1}, 0, 12, {});
    QCOMPARE(same.weights.size(), 2u);
    QCOMPARE(same.largest, 0.0);
    Shown shown(*stack);
    shown.choose({{"mode", "arcs"}, {"minus", {0, 1}}});
    QVERIFY(shown.view.caption().contains(QStringLiteral("minus layer 1 · head 2")));
    QVERIFY(shown.view.figure().links()->weights[0][1 * 12 + 0] > 0);
  }

  void headsStandInTheOrderOfAMeasure() {
    QCOMPARE(orderedHeads({2, std::nan(""), 3, 2}, HeadOrder::descending),
             (std::vector<std::size_t>{2, 0, 3, 1}));
    QCOMPARE(orderedHeads({2, std::nan(""), 3, 2}, HeadOrder::ascending),
             (std::vector<std::size_t>{0, 3, 2, 1}));
    Shown shown(heldStack(2, 2, 8));
    shown.choose({{"order", "descending"}});
    const HeadGridLayout grid = shown.view.figure().gridLayout(shown.units());
    QCOMPARE(grid.cells.size(), 4u);
    QCOMPARE(grid.cells[0].layer, 1u);
    QCOMPARE(grid.cells[0].column, 1u);
    shown.choose({{"mode", "measures"}});
    QVERIFY(!shown.view.figure().headAt({2000, 2000}, shown.units()));
  }

  void differencesBetweenHeadsAndStacks() {
    const AttentionStack stack = heldStack(1, 2, 10);
    AttentionFigure figure;
    figure.setData(Data(stack, "tokens"));
    figure.setOptions({{"mode", "matrix"}, {"head", {0, 0}}, {"minus", {0, 0}}});
    QVERIFY(figure.caption().contains(QStringLiteral("minus layer 1 · head 1")));
    QCOMPARE(figure.plane()->largest(), 0.0);
    figure.setOptions({{"minus", {0, 1}}, {"companion", 7}});
    QCOMPARE(figure.companions(), std::vector<std::int64_t>{7});
    AttentionStack other = stack;
    std::vector<float> twice(stack.weights.begin(), stack.weights.end());
    for (float& weight : twice) weight *= 2;
    other.weights = twice;
    figure.setCompanion(7, Data(other));
    std::vector<float> cell(1);
    figure.cells().read({0, 0, 1, 1}, cell, {});
    QCOMPARE(cell[0], 1.0f - 2.0f);
    other.queries = other.keys = 2;
    other.weights = std::vector<float>(8);
    other.query_tokens = other.key_tokens = {};
    other.token_measures.clear();
    figure.setCompanion(7, Data(other));
    QVERIFY(figure.caption().contains(QStringLiteral("other sizes")));
    figure.setOptions({{"minus", nullptr}, {"companion", nullptr}});
    QVERIFY(!figure.cells().isDifference());
  }

  void optionsComeBack() {
    AttentionFigure figure;
    figure.setData(Data(heldStack(2, 3, 12)));
    const nlohmann::json wanted = nlohmann::json::parse(R"({
      "mode": "arcs", "head": [1, 2], "minus": [0, "mean"], "companion": null, "hide": "first",
      "scale": "sqrt", "range": [0.01, 0.5], "rows": true, "reduction": "mean", "mask": false,
      "threshold": 0.125, "measure": "entropy", "order": "ascending", "heads": [0, 2],
      "first": 3, "count": 7, "colour": "attended", "token_measure": "surprisal", "token": 5,
      "zoom": [0.25, 0.75, 0.5, 1]})");
    figure.setOptions(wanted);
    QCOMPARE(figure.options(), wanted);
    figure.setOptions(nlohmann::json::parse(R"({
      "mode": 3, "head": "x", "minus": [1], "range": [2, 1], "threshold": "much", "heads": 2,
      "count": 100000, "zoom": [1], "unknown": 1})"));
    nlohmann::json same = wanted;
    same["count"] = 200;
    QCOMPARE(figure.options(), same);
    figure.setOptions({{"head", {99, 99}}, {"mode", "matrix"}});
    figure.prepare({});
    QVERIFY(figure.caption().contains(QStringLiteral("layer 2 · head 3")));
  }

  void coloursGoWithALargest() {
    AttentionFigure figure;
    figure.setData(Data(heldStack(2, 2, 12)));
    for (const char* range : {"head", "layer", "all"}) {
      figure.setOptions({{"range", {0.1, 0.2}}});
      figure.setOptions({{"range", range}});
      QCOMPARE(figure.options().at("range"), nlohmann::json(range));
    }
    figure.setOptions({{"range", "planet"}});
    QCOMPARE(figure.options().at("range"), nlohmann::json("all"));
    figure.setOptions({{"range", nullptr}});
    QVERIFY(figure.options().at("range").is_null());
    // The first head's weights are small beside the others'.
    AttentionStack stack = heldStack(1, 2, 12);
    std::vector<float> weights(stack.weights.begin(), stack.weights.end());
    for (std::size_t i = 0; i < 144; ++i) weights[i] *= 1e-3f;
    stack.weights = weights;
    figure.setData(Data(stack));
    QCOMPARE(figure.thumbnails()->largestOf(0, 0), double(1e-3f));
    QCOMPARE(figure.thumbnails()->largestOf(0, std::nullopt), 1.0);
    for (const char* mode : {"grid", "matrix"}) {
      figure.setOptions({{"mode", mode}, {"scale", "linear"}, {"range", "head"}});
      figure.prepare({});
      const QImage own = picture(figure, {400, 300});
      figure.setOptions({{"range", "layer"}});
      figure.prepare({});
      QVERIFY2(picture(figure, {400, 300}) != own, mode);
    }
  }

  void limitsAreTyped() {
    auto* dialog = new LimitsDialog({0.25, 0.5}, nullptr);
    QSignalSpy spy(dialog, &LimitsDialog::chosen);
    dialog->open();
    const auto fields = dialog->findChildren<QLineEdit*>();
    QCOMPARE(fields.size(), 2);
    auto* apply = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    for (const char* wrong : {"0.2", "", "much", "inf", "nan"}) {
      fields[1]->setText(wrong);
      QVERIFY2(!apply->isEnabled(), wrong);
    }
    fields[1]->setText("0,75");
    QVERIFY(apply->isEnabled());
    apply->click();
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy.first().at(1).toDouble(), 0.75);
  }

  // Each query's largest weight has the strongest colour in the small pictures, too.
  void thumbnailsGoRowByRow() {
    AttentionStack stack = heldStack(1, 1, 8);
    std::vector<float> weights(64, 0.0f);
    for (std::uint64_t query = 0; query < 8; ++query) {
      weights[query * 8] = query < 4 ? 1.0f : 0.01f;
    }
    stack.weights = weights;
    AttentionFigure figure;
    figure.setData(Data(stack));
    figure.setOptions({{"scale", "linear"}});
    const QSize size(300, 300);
    const QRectF place = figure.gridLayout(size).cells.front().place;
    const auto colourOf = [&](std::uint64_t query) {
      const QPointF at(place.left() + place.width() / 16,
                       place.top() + (double(query) + 0.5) * place.height() / 8);
      return picture(figure, size).pixelColor(at.toPoint());
    };
    QVERIFY(colourOf(1) != colourOf(6));
    figure.setOptions({{"rows", true}});
    QCOMPARE(colourOf(1), colourOf(6));
  }

  void zerosOfAMaskAreCountedAndOutlined() {
    AttentionStack stack = heldStack(1, 1, 16);
    std::vector<float> weights(256, 0.0f);
    for (std::uint64_t query = 0; query < 16; ++query) {
      for (std::uint64_t key = query > 3 ? query - 3 : 0; key <= query; ++key) {
        weights[query * 16 + key] = 0.25f;
      }
    }
    stack.weights = weights;
    AttentionFigure figure;
    figure.setData(Data(stack, "tokens"));
    figure.setOptions({{"mode", "matrix"}});
    figure.prepare({});
    // 58 of 136: rows of 1, 2, 3 and thirteen times 4.
    QVERIFY2(figure.caption().contains(QStringLiteral("42.6 % of the weights are not 0")),
             qPrintable(figure.caption()));
    const QImage outlined = picture(figure, {500, 500});
    figure.setOptions({{"mask", false}});
    QVERIFY(picture(figure, {500, 500}) != outlined);
    figure.setOptions({{"hide", "first"}});  // that makes zeros which are no mask's
    figure.prepare({});
    QVERIFY(!figure.caption().contains(QStringLiteral("not 0")));
  }

  void theMeasureIsNamedInTheExportedGrid() {
    AttentionFigure figure;
    figure.setData(Data(heldStack(2, 2, 12), "tokens"));
    figure.prepare({});
    QVERIFY(figureSvg(figure, {}).contains("Entropy (nat)"));
    figure.setOptions({{"order", "ascending"}});
    QVERIFY(figureSvg(figure, {}).contains("Entropy (nat), smallest first"));
  }

  // The controls take more rows where the view is narrow, and never more width than it has.
  void controlsWrap() {
    Shown shown(heldStack(2, 8, 40), {1400, 700});
    shown.choose({{"mode", "arcs"}});
    AttentionControls& controls = shown.view.controls();
    const int one_row = controls.height();
    QVERIFY(shown.view.minimumSizeHint().width() < 500);
    shown.view.resize(520, 700);
    QTRY_VERIFY(controls.height() > one_row);
    QVERIFY(controls.width() <= 520);
    for (const QWidget* each : controls.findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
      if (each->isVisible()) QVERIFY(controls.rect().contains(each->geometry()));
    }
  }

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

  // Whatever mode a figure is in, it is drawn in a file as on the screen.
  void everyModeIsExported() {
    for (const char* mode : {"grid", "matrix", "arcs", "text", "measures"}) {
      AttentionFigure figure;
      figure.setData(Data(heldStack(3, 4, 700), "tokens"));
      figure.setOptions({{"mode", mode}, {"token", 9}});
      figure.prepare({});
      const QSizeF size = figure.naturalSize(660);
      QVERIFY2(size.height() > 60 && size.height() < 2000, mode);
      QImage blank(size.toSize(), QImage::Format_RGB32);
      blank.fill(Qt::white);
      QVERIFY2(picture(figure, size.toSize()) != blank, mode);
      const QByteArray svg = figureSvg(figure, {});
      QVERIFY2(svg.contains("<text") && svg.size() > 2000, mode);
    }
  }

  // Labels of any kind, numbers that are none, sizes at the edge: drawn, without a crash.
  void oddStacks_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"empty", "one token", "no tokens", "odd labels", "NaN", "infinite",
                             "no heads", "wide", "negative"}) {
      QTest::addRow("%s", what) << QString::fromLatin1(what);
    }
  }
  void oddStacks() {
    QFETCH(QString, what);
    AttentionStack stack = heldStack(2, 2, 9);
    if (what == QLatin1String("empty")) stack = AttentionStack{};
    if (what == QLatin1String("one token")) stack = heldStack(1, 1, 1);
    if (what == QLatin1String("no tokens")) stack.query_tokens = stack.key_tokens = {};
    if (what == QLatin1String("odd labels")) {
      stack.key_tokens = {"\n",
                          "\t",
                          "\x01",
                          std::string(5000, 'w'),
                          "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
                          "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
                          "",
                          "\xff\xfe",
                          " "};
      stack.query_tokens = stack.key_tokens;
    }
    if (what == QLatin1String("NaN")) stack.weights = std::vector<float>(2 * 2 * 81, std::nanf(""));
    if (what == QLatin1String("infinite")) stack.weights = std::vector<float>(2 * 2 * 81, INFINITY);
    if (what == QLatin1String("no heads")) {
      stack.heads.clear();
      stack.weights = std::vector<float>{};
      stack.measures.clear();
    }
    if (what == QLatin1String("wide")) {
      stack = AttentionStack{};
      stack.layers = {"a"};
      stack.heads = {"b"};
      stack.queries = 2;
      stack.keys = 300;
      stack.weights = std::vector<float>(600, 0.5f);
    }
    if (what == QLatin1String("negative")) {
      std::vector<float> signed_weights(stack.weights.begin(), stack.weights.end());
      for (std::size_t i = 0; i < signed_weights.size(); i += 3) signed_weights[i] *= -3;
      stack.weights = signed_weights;
    }
    Shown shown(stack, {700, 600});
    for (const char* mode : {"grid", "matrix", "arcs", "text", "measures"}) {
      for (const char* hide : {"none", "special"}) {
        shown.choose({{"mode", mode}, {"hide", hide}, {"token", 0}});
        shown.view.grab();
        const auto copy = shown.view.figure().copy();
        copy->prepare({});
        picture(*copy, {500, 400});
        picture(*copy, {20, 10});
        QTest::mouseMove(&shown.view.plot(), {300, 200});
        QTest::mouseClick(&shown.view.plot(), Qt::LeftButton, {}, {300, 200});
      }
    }
    if (what == QLatin1String("empty")) QCOMPARE(shown.view.caption(), QString());
  }

  void refusesWhatDoesNotFit() {
    AttentionView view;
    AttentionStack broken = heldStack(1, 1, 5);
    broken.keys = 6;
    for (const Data& data : {Data(broken), Data(Note{})}) {
      QVERIFY_THROWS_EXCEPTION(Error, view.setData(data));
    }
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

QTEST_MAIN(AttentionViewTest)
#include "attention_view_test.moc"
