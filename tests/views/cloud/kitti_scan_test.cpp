// SPDX-License-Identifier: GPL-3.0-or-later
// A real KITTI scan, read, shown, picked and written as a figure.
#include <QApplication>
#include <QSurfaceFormat>
#include <QTemporaryDir>
#include <QtTest>

#include "core/io/reader.h"
#include "views/cloud/cloud_view.h"
#include "views/common/figure_export.h"
#include "views/common/vtk/vtk_widget.h"

using namespace lineament;
using namespace lineament::views;

class KittiScanTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void shownPickedAndExported() {
    const Data data = io::readFile(LINEAMENT_REAL_DATA "/kitti/training/velodyne/000001.bin");
    QCOMPARE(data.require<PointCloud>().points(), std::size_t(120268));
    CloudView view;
    view.setData(data);
    view.resize(1000, 700);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QTest::qWait(400);
    QVERIFY(view.caption().startsWith("120,268 points"));
    const auto point = view.pointAt(QPointF(500, 350), 40);
    QVERIFY(point && *point < 120268);

    QTemporaryDir folder;
    for (const char* ending : {"png", "svg", "pdf"}) {
      const QString path = folder.filePath(QString("scan.%1").arg(ending));
      exportFigure(view.figure(), path.toStdString(), {114, 80, 200}, {"Scan", "", "", "{}"});
      QVERIFY(QFileInfo(path).size() > 10000);
    }
    const QImage png(folder.filePath("scan.png"));
    QCOMPARE(png.width(), qRound(114 / 25.4 * 200));
  }
};

int main(int argc, char** argv) {
  QSurfaceFormat::setDefaultFormat(VtkWidget::surfaceFormat());
  QApplication app(argc, argv);
  KittiScanTest test;
  return QTest::qExec(&test, argc, argv);
}

#include "kitti_scan_test.moc"
