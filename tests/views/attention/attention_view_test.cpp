// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_view.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

#include "core/base/error.h"
#include "large_stacks.h"
#include "shown_attention.h"
#include "views/attention/limits_dialog.h"

using namespace lineament;
using namespace lineament::views;

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
};

QTEST_MAIN(AttentionViewTest)
#include "attention_view_test.moc"
