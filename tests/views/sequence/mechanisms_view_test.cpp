// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/mechanisms_view.h"

#include <QPainter>
#include <QSignalSpy>
#include <QtTest>
#include <cmath>

#include "core/base/error.h"

using namespace lineament;
using namespace lineament::views;

namespace {

// `layers` causal matrices: the first one is all on the diagonal, the others fade.
AttentionStack fading(std::size_t layers, std::uint64_t tokens) {
  AttentionStack stack;
  std::vector<float> weights;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    stack.layers.push_back("mechanism " + std::to_string(layer));
    for (std::uint64_t q = 0; q < tokens; ++q) {
      for (std::uint64_t k = 0; k < tokens; ++k) {
        const double decay = static_cast<double>(layer) / static_cast<double>(layers);
        weights.push_back(k > q ? 0 : static_cast<float>(std::pow(decay, q - k)));
      }
    }
  }
  stack.heads = {"head 1"};
  stack.queries = stack.keys = tokens;
  stack.causal = true;
  stack.weights = std::move(weights);
  return stack;
}

QImage picture(const MechanismsView& view, const QSize& size) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  view.figure().paint(painter, QSizeF(size), figureTheme());
  return image;
}

int inked(const QImage& image, const QRectF& place) {
  int count = 0;
  for (int y = static_cast<int>(place.top()) + 2; y < place.bottom() - 2; ++y) {
    for (int x = static_cast<int>(place.left()) + 2; x < place.right() - 2; ++x) {
      if (qGray(image.pixel(x, y)) < 200) ++count;
    }
  }
  return count;
}

}  // namespace

class MechanismsViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The diagonal alone is less ink than a slow decay.
  void drawsEveryMatrix() {
    MechanismsView view;
    view.setData(Data(fading(3, 40)));
    const QSize size(900, 360);
    const QImage image = picture(view, size);
    const PanelLayout panels = layOutPanels(3, size);
    const int diagonal = inked(image, panels.places[0]), slow = inked(image, panels.places[2]);
    QVERIFY2(diagonal > 50, qPrintable(QString::number(diagonal)));
    QVERIFY2(slow > 1.5 * diagonal, qPrintable(QString::number(slow)));
  }

  void differencesFromTheFirst() {
    MechanismsView view;
    AttentionStack same = fading(1, 10);
    same.layers.push_back("copy");
    std::vector<float> twice(same.weights.begin(), same.weights.end());
    twice.insert(twice.end(), same.weights.begin(), same.weights.end());
    same.weights = std::move(twice);
    view.setData(Data(same));
    view.setOptions({{"show", "difference"}});
    QVERIFY(view.caption().contains(QStringLiteral("differences from mechanism 0")));
    const QImage image = picture(view, {700, 380});
    QCOMPARE(inked(image, layOutPanels(2, {700, 380}).places[1]), 0);
  }

  void aClickShowsOneAloneAndEscapeAll() {
    MechanismsView view;
    view.setData(Data(fading(4, 20)));
    view.resize(900, 500);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QSignalSpy changed(&view, &View::optionsChanged);
    const PanelLayout panels = layOutPanels(4, QSizeF(view.size()) / PlotView::kScreenScale);
    const QPoint second = (panels.places[1].center() * PlotView::kScreenScale).toPoint();
    QTest::mouseClick(&view, Qt::LeftButton, {}, second);
    QCOMPARE(view.options().at("focus"), nlohmann::json(1));
    QVERIFY(changed.count() > 0);
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(view.options().at("focus"), nlohmann::json(2));
    QTest::keyClick(&view, Qt::Key_Escape);
    QVERIFY(view.options().at("focus").is_null());
  }

  void chosenQueriesAreMarkedAndCanBeChosenInOneAlone() {
    MechanismsView view;
    view.setData(Data(fading(2, 20), "tokens"));
    const QImage bare = picture(view, {700, 380});
    view.setSelection(Selection("rows", {3}));
    QCOMPARE(picture(view, {700, 380}), bare);
    view.setSelection(Selection("tokens", {3}));
    QVERIFY(picture(view, {700, 380}) != bare);
    view.setSelection({});
    view.setOptions({{"focus", 1u}});
    view.resize(600, 600);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const QRectF place = view.figure().plotArea(QSizeF(view.size()) / PlotView::kScreenScale);
    const QPointF ninth(place.center().x(), place.top() + 8.5 / 20 * place.height());
    QTest::mouseClick(&view, Qt::LeftButton, {}, (ninth * PlotView::kScreenScale).toPoint());
    QCOMPARE(view.selection(), Selection("tokens", {8}));
  }

  void optionsComeBack() {
    MechanismsView view;
    view.setData(Data(fading(2, 5)));
    view.setOptions({{"normalise", "none"}, {"show", "difference"}, {"focus", 1u}});
    const nlohmann::json options = view.options();
    QCOMPARE(options.at("normalise"), nlohmann::json("none"));
    QCOMPARE(options.at("show"), nlohmann::json("difference"));
    QCOMPARE(options.at("focus"), nlohmann::json(1));
    view.setOptions({{"focus", 99u}});
    QVERIFY(view.options().at("focus").is_null());
  }

  void saysWhatIsReduced() {
    MechanismsView view;
    view.setData(Data(fading(1, 1500)));
    QVERIFY(view.caption().contains(QStringLiteral("reduced")));
    view.setData(Data(fading(1, 15)));
    QVERIFY(!view.caption().contains(QStringLiteral("reduced")));
  }

  void refusesWhatDoesNotFit() {
    MechanismsView view;
    AttentionStack broken = fading(2, 5);
    broken.keys = 6;
    for (const Data& data : {Data(broken), Data(Note{})}) {
      try {
        view.setData(data);
        QFAIL("it was shown");
      } catch (const Error& error) {
        QVERIFY(error.key() == "attention.shape" || error.key() == "data.kind");
      }
    }
    view.setData(Data(AttentionStack{}));
    picture(view, {300, 200});  // an empty one is a state, not an error
  }
};

QTEST_MAIN(MechanismsViewTest)
#include "mechanisms_view_test.moc"
