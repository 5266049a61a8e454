// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <array>
#include <span>
#include <vector>

namespace lineament::views {

// A colour in OKLab (Ottosson 2020): lightness in [0, 1], and two opponent axes. Equal distances
// look about equally different.
struct Lab {
  double lightness = 0;
  double a = 0;
  double b = 0;
};
Lab toLab(const QColor& colour);
// The nearest colour of that lightness and hue that a screen can show: too much chroma is reduced.
QColor fromLab(const Lab& lab);

// Contrast of two colours by WCAG 2.1: 1 (the same) to 21 (black on white).
double contrast(const QColor& a, const QColor& b);

// Colours for numbers in [0, 1]; numbers outside are clipped, NaN has its own grey.
class ColourMap {
 public:
  struct Stop {
    double at;
    QColor colour;
  };
  explicit ColourMap(std::span<const Stop> stops);  // linear in sRGB between ascending stops

  QColor at(double value) const;
  static QColor missing() { return QColor(0x77, 0x77, 0x77); }

 private:
  std::array<QRgb, 256> colours_;
};

// Even steps of lightness from the ground's own lightness to the far end: small values are pale on
// white and dim on dark.
const ColourMap& sequentialMap(bool dark);
// Blue to orange through a neutral middle at 0.5, which is close to the ground.
const ColourMap& divergingMap(bool dark);

// The colours of SHAP figures: those its readers know, or a pair that differs in lightness and
// along the blue-yellow axis, which nearly everyone sees.
struct ShapColours {
  const ColourMap& feature_value;  // low to high
  QColor positive;
  QColor negative;
};
const ShapColours& shapColours(bool colour_blind_safe);

// What a person prefers where a figure does not say which of the two it has.
bool safeColoursPreferred();
void preferSafeColours(bool safe);

// The colour of category `index`; after eight the set starts again, to be told apart by markers.
constexpr int kCategories = 8;
QColor categoricalColour(int index, bool dark);

}  // namespace lineament::views
