// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/tensor_view.h"

#include <QComboBox>
#include <QImage>
#include <QSignalSpy>
#include <QSpinBox>
#include <QtTest>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "views/common/figure_export.h"
#include "views/common/tensor_card.h"
#include "views/tensor/tensor_plot.h"

using namespace lineament;
using namespace lineament::views;

namespace {

Tensor counting(std::vector<std::uint64_t> shape, std::vector<std::string> names = {}) {
  std::size_t count = 1;
  for (const std::uint64_t dimension : shape) count *= dimension;
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0f);
  return Tensor::of(std::move(shape), std::move(values), std::move(names));
}

// As an export has it, without a window.
QString svgOf(const Figure& figure) {
  const std::unique_ptr<Figure> copy = figure.copy();
  copy->prepare({});
  return QString::fromUtf8(figureSvg(*copy, {}));
}

QString svgOf(const Tensor& tensor) {
  TensorFigure figure;
  figure.setData(Data(tensor));
  return svgOf(figure);
}

// Above the lowest 60 rows, where the key of a high plane is.
int pixelsOf(TensorPlot& plot, HeatPicture::Mark mark) {
  const QImage picture = plot.grab().toImage();
  int count = 0;
  for (int y = 0; y < picture.height() - 60; ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      count += picture.pixelColor(x, y) == HeatColours::ofMark(mark);
    }
  }
  return count;
}

// A plane is drawn over the ground near its corner; many values are drawn in the background.
bool isDrawn(TensorPlot& plot) {
  constexpr double kScale = PlotView::kScreenScale;
  const QRectF area = plot.figure().plotArea(QSizeF(plot.size()) / kScale);
  const QPoint inside = ((area.topLeft() + QPointF(20, 20)) * kScale).toPoint();
  return plot.grab().toImage().pixelColor(inside) != theme().view;
}

struct Shown {
  TensorView view;

  explicit Shown(const Tensor& tensor) {
    view.resize(900, 600);
    view.setData(Data(tensor));
    view.show();
  }
  bool ready() const { return view.figure().shown() && !view.plot().busy(); }
  QComboBox* axes(const char* side) const {
    for (QComboBox* box : view.findChildren<QComboBox*>()) {
      if (box->accessibleName() == QLatin1String(side)) return box;
    }
    return nullptr;
  }
};

}  // namespace

class TensorViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void showsAPlane() {
    Shown shown(counting({4, 6}, {"query", "key"}));
    QTRY_VERIFY(shown.ready());
    QTRY_VERIFY(shown.view.card().portrait()->summary);
    QCOMPARE(shown.view.card().portrait()->summary->high, 23.0);
    QCOMPARE(shown.view.caption(), QString("4 × 6, float32"));
    const QString svg = svgOf(shown.view.figure());
    for (const char* text : {"query", "key", "23"}) QVERIFY2(svg.contains(text), text);
  }

  // No event loop runs, as on the command line.
  void figureNeedsNoWindow() {
    for (const Tensor& tensor : {counting({3, 4}), counting({7}), counting({}), counting({2, 2, 2}),
                                 counting({0, 4}), counting({1, 5000}), counting({100, 3000})}) {
      QVERIFY(svgOf(tensor).contains("<svg"));
    }
    QVERIFY(!svgOf(counting({100, 3000})).contains("Reading the values"));
    QVERIFY(svgOf(counting({0, 4})).contains("The tensor has no values"));
    const Tensor packed(DType::f4, {2}, std::vector<std::byte>(1));
    QVERIFY(svgOf(packed).contains("cannot be shown"));
  }

  void keysMoveThePlane() {
    Shown shown(counting({3, 4, 5}));
    QTRY_VERIFY(shown.ready());
    const QList<QSpinBox*> boxes = shown.view.findChildren<QSpinBox*>();
    QCOMPARE(boxes.size(), 3);
    QVERIFY(boxes[0]->isVisible() && !boxes[1]->isVisible());
    QSignalSpy said(&shown.view, &View::optionsChanged);
    QTest::keyClick(boxes[0], Qt::Key_Up);
    QVERIFY(said.count() > 0);
    QVERIFY(shown.view.caption().contains("[1, :, :]"));
    QTRY_VERIFY(shown.ready());
    QCOMPARE(shown.view.figure().shown()->low, 20.0);
    TensorView other;
    other.setData(Data(counting({3, 4, 5})));
    other.setOptions(shown.view.options());
    QCOMPARE(other.caption(), shown.view.caption());
  }

  void choosingTheOtherSidesDimensionTurnsThePlane() {
    Shown shown(counting({3, 4, 5}));
    QTest::keyClick(shown.axes("Rows"), Qt::Key_Down);  // rows: dimension 3, which columns have
    QCOMPARE(shown.view.figure().slice().row_axis, 2u);
    QCOMPARE(shown.view.figure().slice().column_axis, 1u);
    QTest::keyClick(shown.axes("Columns"), Qt::Key_Up);
    QCOMPARE(shown.view.figure().slice().column_axis, 0u);
    QVERIFY(shown.view.caption().contains("[:, 0, :]"));
  }

  void reductionIsSaidAndRefined() {
    Shown shown(counting({3000, 2000}));
    QTRY_VERIFY(shown.ready());
    QVERIFY(shown.view.caption().contains("each square is the mean of 3 × 2 values"));
    shown.view.setOptions({{"zoom", {0.5, 0.6, 0.5, 0.6}}});
    QTRY_VERIFY(shown.ready() && !shown.view.figure().shown()->reduced());
    QVERIFY(!shown.view.caption().contains("mean of"));
    shown.view.fit();
    QVERIFY(shown.view.caption().contains("mean of"));
  }

  void whatIsNoNumberHasItsColour() {
    std::vector<double> values(100, 0.0);
    values[0] = std::numeric_limits<double>::quiet_NaN();
    values[99] = std::numeric_limits<double>::infinity();
    Shown shown(Tensor::of({10, 10}, values));
    QTRY_VERIFY(shown.ready());
    const QString svg = svgOf(shown.view.figure());
    QVERIFY(svg.contains("NaN") && svg.contains("infinite"));
    QVERIFY(pixelsOf(shown.view.plot(), HeatPicture::not_a_number) > 100);
  }

  // One among millions, drawn much smaller than a pixel.
  void oneNanInALargePlaneIsSeen() {
    std::vector<float> values(std::size_t{3000} * 2000, 0.5f);
    Shown clean(Tensor::of({3000, 2000}, values));
    values[3'456'789] = std::numeric_limits<float>::quiet_NaN();
    Shown shown(Tensor::of({3000, 2000}, values));
    QTRY_VERIFY(clean.ready() && shown.ready());
    QTRY_VERIFY(isDrawn(clean.view.plot()) && isDrawn(shown.view.plot()));
    QCOMPARE(pixelsOf(clean.view.plot(), HeatPicture::not_a_number), 0);
    QVERIFY(pixelsOf(shown.view.plot(), HeatPicture::not_a_number) >= 4);
  }

  void copiesWhatIsShown() {
    TensorView view;
    view.setData(Data(counting({2, 3})));
    QCOMPARE(view.figure().copied(), QString("0\t1\t2\n3\t4\t5\n"));
  }

  void missingIsWhatAScreenHasNoPictureOf() {
    TensorFigure figure;
    figure.setData(Data(counting({3000, 2000})));
    QCOMPARE(figure.missing(), (CellRange{0, 3000, 0, 2000}));
    figure.prepare({});
    QVERIFY(!figure.missing());
    QVERIFY(figure.shown()->reduced());
    figure.setOptions({{"zoom", {0.0, 0.5, 0.5, 1.0}}});
    QCOMPARE(figure.missing(), (CellRange{0, 1500, 0, 1000}));
    figure.setSlice({1, 0, {}});
    QCOMPARE(figure.missing(), (CellRange{0, 2000, 0, 3000}));
  }

  void otherKindsAreErrors() {
    TensorView view;
    QVERIFY_EXCEPTION_THROWN(view.setData(Data(Table())), Error);
  }
};

QTEST_MAIN(TensorViewTest)
#include "tensor_view_test.moc"
