// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/kitti.h"

#include <QtTest>
#include <limits>

#include "core/io/points_writer.h"
#include "tests/core/io/attacks.h"
#include "tests/core/io/zip_bytes.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

QByteArray scan(std::initializer_list<float> values) {
  QByteArray bytes;
  for (const float value : values) put(bytes, value);
  return bytes;
}

}  // namespace

class KittiTest : public QObject {
  Q_OBJECT

  Scratch scratch_;

  Data readBytes(const QByteArray& bytes) {
    const auto path = scratch_.write("000001.bin", bytes);
    return findReader("kitti")->read(path, {}, {});
  }
  QString keyOf(const QByteArray& bytes) {
    return errorKey([&] { readBytes(bytes); });
  }

 private Q_SLOTS:
  void readsPointsAndReflectance() {
    const auto path = scratch_.write("s.bin", scan({1, -2, 3, 0.5f, 40, 5, -1.5f, 0}));
    QCOMPARE(readerFor(path).id(), std::string_view("kitti"));
    const Data data = readFile(path);
    const auto& cloud = data.require<PointCloud>();
    QCOMPARE(cloud.points(), std::size_t(2));
    QCOMPARE(cloud.positions[4], 5.0f);
    QCOMPARE(cloud.find("reflectance")->values[0], 0.5f);
    QCOMPARE(cloud.frame, std::string("KITTI velodyne: x forward, y left, z up"));
  }

  void refusesWhatIsNoScan() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    QCOMPARE(keyOf(scan({1, 2, 3})), QString("kitti.size"));
    QCOMPARE(keyOf(scan({1, 2, nan, 0})), QString("kitti.values"));
    QCOMPARE(keyOf(scan({infinity, 2, 3, 0})), QString("kitti.values"));
    QCOMPARE(keyOf(scan({1, 251, 3, 0})), QString("kitti.values"));
    QCOMPARE(keyOf(scan({1, 2, 3, 1.5f})), QString("kitti.values"));
    QCOMPARE(keyOf(scan({1, 2, 3, -0.5f})), QString("kitti.values"));
    QCOMPARE(errorKey([&] {
               readFile(scratch_.write("x.bin", scan({1e9f, 2, 3, 0})));
             }),
             QString("file.unknown"));
  }

  void writesPly() {
    PointCloud cloud;
    cloud.positions = std::vector<float>{0, 0.5f, -1};
    cloud.attributes = {{"my value", "", std::vector<float>{2}}};
    writePly(cloud, scratch_.path("a.ply"));
    QCOMPARE(bytesOf(scratch_.path("a.ply")),
             QByteArray("ply\nformat binary_little_endian 1.0\nelement vertex 1\n"
                        "property float x\nproperty float y\nproperty float z\n"
                        "property float my_value\nend_header\n") +
                 QByteArray::fromHex("000000000000003f000080bf00000040"));
    cloud.origin = {1000, 0, 0};
    writePly(cloud, scratch_.path("b.ply"));
    const QByteArray far = bytesOf(scratch_.path("b.ply"));
    QVERIFY(far.contains("property double x"));
    double x = 0;
    std::memcpy(&x, far.data() + far.indexOf("end_header\n") + 11, sizeof x);
    QCOMPARE(x, 1000.0);
  }
};

QTEST_APPLESS_MAIN(KittiTest)
#include "kitti_test.moc"
