// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_pattern.h"

#include <QBuffer>
#include <QPainter>
#include <QSvgGenerator>
#include <QtTest>
#include <set>

using namespace lineament::views;

namespace {

QImage blank(int side, QRgb colour) {
  QImage image(side, side, QImage::Format_ARGB32_Premultiplied);
  image.fill(colour);
  return image;
}

QImage laid(ClassPattern pattern, double ratio, const QPointF& origin = {}) {
  QImage picture = blank(120, qRgb(255, 255, 255));
  const QImage marks = blank(120, qRgba(0, 0, 0, 1));
  layPatterns(picture, marks, {{pattern, QColor(0, 0, 0)}}, ratio, origin);
  return picture;
}

int dark(const QImage& image) {
  int count = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) count += image.pixelColor(x, y).lightness() < 128;
  }
  return count;
}

}  // namespace

class ClassPatternTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void namesComeBack() {
    std::set<QString> titles;
    for (const ClassPattern pattern : kClassPatterns) {
      QCOMPARE(patternFromName(name(pattern)), std::optional(pattern));
      titles.insert(title(pattern));
    }
    QCOMPARE(titles.size(), kClassPatterns.size());
    QVERIFY(!patternFromName("stripes"));
  }

  void eachIsAnotherAndRepeats() {
    std::set<std::vector<int>> seen;
    for (const ClassPattern pattern : kClassPatterns) {
      const QImage picture = laid(pattern, 2);
      std::vector<int> square;
      for (int y = 0; y < 20; ++y) {
        for (int x = 0; x < 20; ++x) {
          square.push_back(picture.pixelColor(x, y).lightness());
          QCOMPARE(picture.pixel(x + 40, y + 60), picture.pixel(x, y));
        }
      }
      QCOMPARE(dark(picture) > 0, pattern != ClassPattern::none);
      QVERIFY(dark(picture) < 120 * 120 / 2);
      seen.insert(square);
    }
    QCOMPARE(seen.size(), kClassPatterns.size());
  }

  // Panning takes the squares along.
  void squaresFollowTheirOrigin() {
    const QImage here = laid(ClassPattern::vees, 2), there = laid(ClassPattern::vees, 2, {-7, 3});
    for (int y = 10; y < 100; ++y) {
      for (int x = 10; x < 100; ++x) QCOMPARE(there.pixel(x - 7, y + 3), here.pixel(x, y));
    }
  }

  void onlyWhatIsMarkedIsCovered() {
    QImage picture = blank(60, qRgb(200, 100, 50));
    QImage marks = blank(60, 0);
    for (int y = 0; y < 60; ++y) {
      for (int x = 30; x < 60; ++x) marks.setPixel(x, y, qRgba(0, 0, 0, 2));
    }
    picture.setPixel(45, 45, 0);  // nothing is there
    layPatterns(picture, marks,
                {{ClassPattern::dots, Qt::black}, {ClassPattern::bricks, Qt::white}}, 1, {});
    std::set<QRgb> left, right;
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 60; ++x) (x < 30 ? left : right).insert(picture.pixel(x, y));
    }
    QCOMPARE(left, std::set<QRgb>{qRgb(200, 100, 50)});
    QVERIFY(right.size() > 2);
    QVERIFY(std::all_of(right.begin(), right.end(), [](QRgb one) {
      return qAlpha(one) == 0 || qRed(one) >= 200;  // white ink
    }));
    QCOMPARE(picture.pixelColor(45, 45).alpha(), 0);
  }

  void inkIsSeen() {
    QVERIFY(patternInk(QColor(240, 230, 200)).lightness() == 0);
    QVERIFY(patternInk(QColor(30, 30, 60)).lightness() == 255);
  }

  // Files have lines, none of which leaves the area.
  void vectorsStayInside() {
    QBuffer file;
    file.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&file);
    generator.setSize({100, 100});
    QPainter painter(&generator);
    drawPattern(painter, {10, 10, 24, 13}, ClassPattern::bricks, Qt::black);
    painter.end();
    QVERIFY(file.data().contains("polyline") && !file.data().contains("<image"));
    for (const ClassPattern pattern : kClassPatterns) {
      QImage image = blank(80, qRgb(255, 255, 255));
      QPainter on(&image);
      drawPattern(on, {20, 20, 33, 21}, pattern, Qt::black);
      on.end();
      for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 80; ++x) {
          if (!QRect(19, 19, 35, 23).contains(x, y))
            QCOMPARE(image.pixel(x, y), qRgb(255, 255, 255));
        }
      }
    }
  }
};

QTEST_GUILESS_MAIN(ClassPatternTest)
#include "class_pattern_test.moc"
