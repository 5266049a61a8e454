// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/theme.h"

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "views/common/colour_map.h"

using namespace lineament::views;

namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

// Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
constexpr Matrix kProtan{{{0.152286, 1.052583, -0.204868},
                          {0.114503, 0.786281, 0.099216},
                          {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix kDeutan{{{0.367322, 0.860646, -0.227968},
                          {0.280085, 0.672501, 0.047413},
                          {-0.011820, 0.042940, 0.968881}}};

QColor seenBy(const Matrix& eye, const QColor& colour) {
  const auto decoded = [](double c) {
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  const auto encoded = [](double c) {
    c = std::clamp(c, 0.0, 1.0);
    return c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
  };
  const double in[] = {decoded(colour.redF()), decoded(colour.greenF()), decoded(colour.blueF())};
  double out[3];
  for (int i = 0; i < 3; ++i) {
    out[i] = encoded(eye[i][0] * in[0] + eye[i][1] * in[1] + eye[i][2] * in[2]);
  }
  return QColor::fromRgbF(float(out[0]), float(out[1]), float(out[2]));
}

double distance(const QColor& a, const QColor& b) {
  const Lab p = toLab(a), q = toLab(b);
  return std::hypot(p.lightness - q.lightness, p.a - q.a, p.b - q.b);
}

}  // namespace

class ThemeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void contrastOfKnownPairs() {
    QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 1e-9);
    QVERIFY(std::abs(contrast(QColor(0x767676), Qt::white) - 4.54) < 0.01);
  }

  void textAndLinesCanBeSeen() {
    for (const Theme* theme : {&lightTheme(), &darkTheme(), &figureTheme()}) {
      for (const QColor& ground : {theme->window, theme->panel, theme->view}) {
        QVERIFY2(contrast(theme->text, ground) >= 4.5, qPrintable(theme->name));
        QVERIFY2(contrast(theme->muted, ground) >= 4.5, qPrintable(theme->name));
        QVERIFY2(contrast(theme->line, ground) >= 3, qPrintable(theme->name));
        QVERIFY2(contrast(theme->accent, ground) >= 3, qPrintable(theme->name));
        QVERIFY2(contrast(theme->selection, ground) >= 3, qPrintable(theme->name));
        QVERIFY2(contrast(theme->warning, ground) >= 4.5, qPrintable(theme->name));
        QVERIFY2(contrast(theme->error, ground) >= 4.5, qPrintable(theme->name));
        QVERIFY2(contrast(theme->grid, ground) < 1.6, qPrintable(theme->name));
      }
      QVERIFY2(contrast(theme->accent_text, theme->accent) >= 4.5, qPrintable(theme->name));
    }
  }

  void settingAThemeRestylesTheApplication() {
    setTheme(darkTheme());
    QCOMPARE(theme().name, QString("dark"));
    QCOMPARE(QGuiApplication::palette().color(QPalette::Text), darkTheme().text);
    setTheme(lightTheme());
    QCOMPARE(QGuiApplication::palette().color(QPalette::Text), lightTheme().text);
  }

  void labGoesThereAndBack() {
    QVERIFY(std::abs(toLab(Qt::white).lightness - 1) < 1e-6);
    for (const QColor colour : {QColor(0x175cd3), QColor(0xff0051), QColor(0x0a0b0c)}) {
      QCOMPARE(fromLab(toLab(colour)), colour);
    }
    // OKLab of sRGB red, as its author gives it.
    QVERIFY(std::abs(toLab(Qt::red).lightness - 0.6279554) < 1e-4);
    QVERIFY(std::abs(toLab(Qt::red).a - 0.2248631) < 1e-4);
  }

  void sequentialMapsStepEvenlyInLightness() {
    for (const bool dark : {false, true}) {
      const ColourMap& map = sequentialMap(dark);
      const double whole = toLab(map.at(1)).lightness - toLab(map.at(0)).lightness;
      QVERIFY(dark ? whole > 0.5 : whole < -0.5);
      for (int i = 0; i < 16; ++i) {
        const double step =
            toLab(map.at((i + 1) / 16.0)).lightness - toLab(map.at(i / 16.0)).lightness;
        QVERIFY(std::abs(step - whole / 16) < 0.008);
      }
    }
  }

  void divergingMapsAreNeutralInTheMiddle() {
    for (const bool dark : {false, true}) {
      const Lab middle = toLab(divergingMap(dark).at(0.5));
      QVERIFY(std::hypot(middle.a, middle.b) < 0.02);
      const double low = toLab(divergingMap(dark).at(0)).lightness;
      QVERIFY(std::abs(low - toLab(divergingMap(dark).at(1)).lightness) < 0.02);
    }
  }

  void shapColoursAreThoseItsReadersKnow() {
    const ShapColours& known = shapColours(false);
    QCOMPARE(known.feature_value.at(0), QColor(0x008bfb));
    QCOMPARE(known.feature_value.at(1), QColor(0xff0051));
    QCOMPARE(known.feature_value.at(-3), QColor(0x008bfb));
    QCOMPARE(known.feature_value.at(std::numeric_limits<double>::quiet_NaN()), QColor(0x777777));
    QVERIFY(distance(known.feature_value.at(0.2525), QColor(0x4c63e3)) < 0.01);
    const ShapColours& safe = shapColours(true);
    for (const Matrix& eye : {kProtan, kDeutan}) {
      QVERIFY(distance(seenBy(eye, safe.positive), seenBy(eye, safe.negative)) > 0.3);
    }
  }

  void categoriesAreToldApartByAll() {
    for (const bool dark : {false, true}) {
      const QColor ground = dark ? darkTheme().view : lightTheme().view;
      for (int i = 0; i < kCategories; ++i) {
        QVERIFY(contrast(categoricalColour(i, dark), ground) >= 3);
        for (int j = 0; j < i; ++j) {
          const QColor a = categoricalColour(i, dark), b = categoricalColour(j, dark);
          QVERIFY(distance(a, b) > 0.1);
          QVERIFY(distance(seenBy(kProtan, a), seenBy(kProtan, b)) > 0.1);
          QVERIFY(distance(seenBy(kDeutan, a), seenBy(kDeutan, b)) > 0.1);
        }
      }
      QCOMPARE(categoricalColour(8, dark), categoricalColour(0, dark));
    }
  }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
