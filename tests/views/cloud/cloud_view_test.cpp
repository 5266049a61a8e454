// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/cloud_view.h"

#include <QApplication>
#include <QPainter>
#include <QSignalSpy>
#include <QSurfaceFormat>
#include <QtTest>
#include <cmath>

#include "core/base/random.h"
#include "views/common/figure_export.h"
#include "views/common/vtk/software_opengl.h"
#include "views/common/vtk/vtk_widget.h"

using namespace lineament;
using namespace lineament::views;

namespace {

// A wavy floor of `side` x `side` points, one metre apart.
PointCloud floorCloud(int side) {
  std::vector<float> positions, reflectance;
  for (int i = 0; i < side; ++i) {
    for (int j = 0; j < side; ++j) {
      positions.insert(positions.end(), {float(i), float(j), 2 * std::sin(i * 0.2f)});
      reflectance.push_back(float(j) / float(side));
    }
  }
  PointCloud cloud;
  cloud.positions = std::move(positions);
  cloud.attributes.push_back({"reflectance", "", std::move(reflectance)});
  return cloud;
}

using Drawer = CloudView::Drawer;

std::unique_ptr<CloudView> shown(const PointCloud& cloud, Drawer drawer = Drawer::openGL) {
  auto view = std::make_unique<CloudView>(nullptr, drawer);
  view->setData(Data(cloud, "scan"));
  view->resize(640, 480);
  view->show();
  if (!QTest::qWaitForWindowExposed(view.get())) return nullptr;
  QTest::qWait(250);  // the fine picture follows the coarse one
  return view;
}

// Share of pixels that differ from the corner's background.
double covered(const QImage& picture) {
  const QRgb ground = picture.pixel(2, picture.height() / 2);
  int count = 0;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) count += picture.pixel(x, y) != ground;
  }
  return double(count) / (picture.width() * picture.height());
}

}  // namespace

class CloudViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void openGLDrawsThePoints() {
    auto view = shown(floorCloud(60));
    QVERIFY(view && view->usesOpenGL());
    QVERIFY(covered(view->grab().toImage()) > 0.05);
  }

  // These tests run with OpenGL in software.
  void theProcessorDrawsWhereOpenGLIsSoftware() {
    QVERIFY(openGLIsSoftware());
    auto view = shown(floorCloud(60), Drawer::whatFits);
    QVERIFY(view && !view->usesOpenGL());
    QVERIFY(covered(view->grab().toImage()) > 0.05);
  }

  // The screen (OpenGL) and the file (processor) show the same scene: their covered areas overlap.
  void screenAndFileAgree_data() {
    QTest::addColumn<int>("side");
    QTest::addColumn<Drawer>("drawer");
    QTest::newRow("drawn at once") << 60 << Drawer::openGL;
    QTest::newRow("drawn in several frames") << 260 << Drawer::openGL;
    QTest::newRow("drawn by the processor") << 60 << Drawer::whatFits;
    QTest::newRow("drawn by the processor in parts") << 900 << Drawer::whatFits;
  }
  void screenAndFileAgree() {
    QFETCH(int, side);
    QFETCH(Drawer, drawer);
    auto view = shown(floorCloud(side), drawer);
    QTRY_VERIFY(!view->caption().contains("showing"));
    QTest::qWait(100);  // the last part is on its way to the screen
    const QImage screen = view->grab().toImage().convertToFormat(QImage::Format_RGB32);
    QImage file(screen.size(), QImage::Format_RGB32);
    QPainter painter(&file);
    view->figure().paint(painter, QSizeF(screen.size()), theme());
    painter.end();
    const QRgb ground = theme().view.rgb();
    int either = 0, both = 0;
    for (int y = 0; y < screen.height(); ++y) {
      for (int x = 0; x < screen.width(); ++x) {
        const bool a = screen.pixel(x, y) != ground, b = file.pixel(x, y) != ground;
        either += a || b;
        both += a && b;
      }
    }
    QVERIFY2(either > 0 && double(both) / either > 0.85,
             qPrintable(QString::number(double(both) / std::max(either, 1))));
  }

  void clickPicksThePointUnderThePointer() {
    const PointCloud cloud = floorCloud(20);
    auto view = shown(cloud);
    QSignalSpy edited(view.get(), &View::selectionEdited);
    const auto projection = view->figure().camera().projection(QSizeF(view->size()));
    const std::size_t wanted = 20 * 10 + 10;
    const float* p = cloud.positions.data() + 3 * wanted;
    const QPoint at = projection({p[0], p[1], p[2]})->pixel.toPoint();
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, at);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(view->selection().indices(), std::vector<std::size_t>{wanted});
    QCOMPARE(view->selection().origin(), std::string("scan"));
    // Ctrl on the same point takes it away again, a click beside all points chooses nothing.
    QTest::mouseClick(view.get(), Qt::LeftButton, Qt::ControlModifier, at);
    QVERIFY(view->selection().empty());
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, QPoint(3, 470));
    QVERIFY(view->selection().empty());
  }

  void lassoChoosesWhatItHolds() {
    const PointCloud cloud = floorCloud(20);
    auto view = shown(cloud);
    QTest::mousePress(view.get(), Qt::LeftButton, Qt::AltModifier, {1, 1});
    for (const QPoint& corner : {QPoint(638, 1), QPoint(638, 478), QPoint(1, 478)}) {
      QTest::mouseMove(view.get(), corner);
    }
    QTest::mouseRelease(view.get(), Qt::LeftButton, Qt::AltModifier, {1, 478});
    QVERIFY(view->selection().size() > 100);
  }

  // What takes a while is looked for in a job, and a later choice calls an earlier one off.
  void largeCloudsAreLookedThroughInAJob() {
    auto view = shown(floorCloud(1050), Drawer::whatFits);
    QSignalSpy edited(view.get(), &View::selectionEdited);
    QTest::mousePress(view.get(), Qt::LeftButton, Qt::AltModifier, {1, 1});
    for (const QPoint& corner : {QPoint(638, 1), QPoint(638, 478), QPoint(1, 478)}) {
      QTest::mouseMove(view.get(), corner);
    }
    QTest::mouseRelease(view.get(), Qt::LeftButton, Qt::AltModifier, {1, 478});
    QCOMPARE(edited.count(), 0);
    QTRY_COMPARE(edited.count(), 1);
    const std::size_t inside = view->selection().size();
    QVERIFY(inside > 500'000);
    QCOMPARE(view->figure().ringed().size(), std::size_t{5000});
    QVERIFY(view->caption().contains("5,000 of them ringed"));

    QTest::mouseClick(view.get(), Qt::LeftButton, {}, {320, 240});
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, {330, 250});
    QTRY_COMPARE(edited.count(), 2);
    QCOMPARE(view->selection().size(), std::size_t{1});
    QTest::qWait(100);
    QCOMPARE(edited.count(), 2);
  }

  void draggingOrbitsAndDoubleClickFits() {
    auto view = shown(floorCloud(20));
    const double azimuth = view->figure().camera().azimuth();
    const double distance = view->figure().camera().distance();
    QTest::mousePress(view.get(), Qt::LeftButton, {}, {300, 200});
    QTest::mouseMove(view.get(), {340, 200});
    QTest::mouseMove(view.get(), {380, 210});
    QTest::mouseRelease(view.get(), Qt::LeftButton, {}, {380, 210});
    QVERIFY(std::abs(view->figure().camera().azimuth() - azimuth) > 0.1);
    QWheelEvent wheel(QPointF(100, 100), view->mapToGlobal(QPointF(100, 100)), {}, {0, 240},
                      Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(view.get(), &wheel);
    QVERIFY(view->figure().camera().distance() < 0.8 * distance);
    QTest::mouseDClick(view.get(), Qt::LeftButton, {}, {300, 200});
    QVERIFY(std::abs(view->figure().camera().distance() - distance) < 1e-9);
  }

  void optionsComeBack() {
    auto view = shown(floorCloud(10));
    view->setOptions({{"colour_by", "reflectance"}, {"point_size", 4}, {"unknown", 1}});
    QCOMPARE(view->options()["colour_by"], "reflectance");
    CloudView other;
    other.setData(Data(floorCloud(10)));
    other.setOptions(view->options());
    QCOMPARE(other.options(), view->options());
    other.setOptions({{"colour_by", "no such thing"}, {"point_size", "large"}});
    QCOMPARE(other.options()["colour_by"], "reflectance");
  }

  void emptyAndHostileCloudsAreShown() {
    PointCloud strange;
    strange.positions = std::vector<float>{NAN, 0, 0, INFINITY, 1, 1, 1e30f, 1e30f, 1e30f, 0, 0, 0};
    for (const PointCloud& cloud : {PointCloud{}, strange}) {
      auto view = shown(cloud);
      QVERIFY(view);
      view->fit();
      QVERIFY(!view->grab().isNull());
      QVERIFY(!view->caption().isEmpty());
    }
  }

  void otherKindsAreRefused() {
    CloudView view;
    QVERIFY_EXCEPTION_THROWN(view.setData(Data(Note{})), Error);
  }
};

int main(int argc, char** argv) {
  QSurfaceFormat::setDefaultFormat(VtkWidget::surfaceFormat());
  QApplication app(argc, argv);
  CloudViewTest test;
  return QTest::qExec(&test, argc, argv);
}

#include "cloud_view_test.moc"
