// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/colour_map.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

namespace lineament::views {

namespace {

std::atomic<bool> safe_preferred{false};

struct Linear {
  double red, green, blue;
};

double decoded(double channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double encoded(double channel) {
  return channel <= 0.0031308 ? 12.92 * channel : 1.055 * std::pow(channel, 1 / 2.4) - 0.055;
}

Linear linearOf(const QColor& colour) {
  return {decoded(colour.redF()), decoded(colour.greenF()), decoded(colour.blueF())};
}

double luminance(const QColor& colour) {
  const Linear c = linearOf(colour);
  return 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue;
}

Linear linearOf(const Lab& lab) {
  const double l = std::pow(lab.lightness + 0.3963377774 * lab.a + 0.2158037573 * lab.b, 3);
  const double m = std::pow(lab.lightness - 0.1055613458 * lab.a - 0.0638541728 * lab.b, 3);
  const double s = std::pow(lab.lightness - 0.0894841775 * lab.a - 1.2914855480 * lab.b, 3);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool shown(const Linear& c) {
  constexpr double slack = 1e-6;
  const auto [low, high] = std::minmax({c.red, c.green, c.blue});
  return low >= -slack && high <= 1 + slack;
}

// A colour by lightness, chroma and hue in degrees.
Lab labOf(double lightness, double chroma, double hue) {
  const double angle = hue * std::numbers::pi / 180;
  return {lightness, chroma * std::cos(angle), chroma * std::sin(angle)};
}

double between(double from, double to, double t) {
  return from + (to - from) * t;
}

ColourMap sampled(Lab (*colour)(double t)) {
  constexpr int kStops = 65;
  std::vector<ColourMap::Stop> stops;
  for (int i = 0; i < kStops; ++i) {
    const double t = static_cast<double>(i) / (kStops - 1);
    stops.push_back({t, fromLab(colour(t))});
  }
  return ColourMap(stops);
}

// From pale green-yellow through teal to deep blue; chroma is largest in the middle, where the
// gamut has room.
Lab sequentialLight(double t) {
  return labOf(between(0.95, 0.28, t), 0.03 + 0.10 * std::sin(std::numbers::pi * t),
               between(135, 268, t));
}

Lab sequentialDark(double t) {
  return labOf(between(0.25, 0.95, t), 0.04 + 0.10 * std::sin(std::numbers::pi * t),
               between(272, 115, t));
}

Lab divergingAround(double t, double end, double middle) {
  const double away = std::abs(2 * t - 1);
  return labOf(between(middle, end, away), 0.15 * away, t < 0.5 ? 255 : 50);
}

Lab divergingLight(double t) {
  return divergingAround(t, 0.48, 0.96);
}
Lab divergingDark(double t) {
  return divergingAround(t, 0.80, 0.30);
}

ColourMap redBlue() {
  const ColourMap::Stop stops[] = {{0, 0x008bfb},      {0.1212, 0x0079f3}, {0.2525, 0x4c63e3},
                                   {0.3737, 0x7d49cc}, {0.4949, 0x9a25ae}, {0.5051, 0x9d22ac},
                                   {0.6263, 0xc2009c}, {0.7475, 0xdf0086}, {0.8788, 0xf6006c},
                                   {1, 0xff0051}};
  return ColourMap(stops);
}

Lab blueGold(double t) {
  const Lab low = labOf(0.48, 0.15, 258), high = labOf(0.78, 0.16, 75);
  // Straight through OKLab: the middle is a grey between both in lightness.
  return {between(low.lightness, high.lightness, t), between(low.a, high.a, t),
          between(low.b, high.b, t)};
}

}  // namespace

Lab toLab(const QColor& colour) {
  const Linear c = linearOf(colour);
  const double l = std::cbrt(0.4122214708 * c.red + 0.5363325363 * c.green + 0.0514459929 * c.blue);
  const double m = std::cbrt(0.2119034982 * c.red + 0.6806995451 * c.green + 0.1073969566 * c.blue);
  const double s = std::cbrt(0.0883024619 * c.red + 0.2817188376 * c.green + 0.6299787005 * c.blue);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QColor fromLab(const Lab& lab) {
  Linear c = linearOf(lab);
  if (!shown(c)) {
    double fits = 0, too_much = 1;  // shares of the chroma
    for (int step = 0; step < 24; ++step) {
      const double share = (fits + too_much) / 2;
      const bool inside = shown(linearOf(Lab{lab.lightness, lab.a * share, lab.b * share}));
      (inside ? fits : too_much) = share;
    }
    c = linearOf(Lab{lab.lightness, lab.a * fits, lab.b * fits});
  }
  const auto channel = [](double value) {
    return static_cast<int>(std::lround(255 * encoded(std::clamp(value, 0.0, 1.0))));
  };
  return QColor(channel(c.red), channel(c.green), channel(c.blue));
}

double contrast(const QColor& a, const QColor& b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

ColourMap::ColourMap(std::span<const Stop> stops) {
  std::size_t next = 1;
  for (std::size_t i = 0; i < colours_.size(); ++i) {
    const double value = static_cast<double>(i) / (colours_.size() - 1);
    while (next + 1 < stops.size() && stops[next].at < value) ++next;
    const Stop &low = stops[next - 1], &high = stops[next];
    const double t = std::clamp((value - low.at) / (high.at - low.at), 0.0, 1.0);
    const auto mixed = [t](int from, int to) {
      return static_cast<int>(std::lround(between(from, to, t)));
    };
    colours_[i] = qRgb(mixed(low.colour.red(), high.colour.red()),
                       mixed(low.colour.green(), high.colour.green()),
                       mixed(low.colour.blue(), high.colour.blue()));
  }
}

QColor ColourMap::at(double value) const {
  if (std::isnan(value)) return missing();
  const double last = static_cast<double>(colours_.size() - 1);
  return QColor(
      colours_[static_cast<std::size_t>(std::lround(std::clamp(value, 0.0, 1.0) * last))]);
}

const ColourMap& sequentialMap(bool dark) {
  static const ColourMap on_light = sampled(sequentialLight), on_dark = sampled(sequentialDark);
  return dark ? on_dark : on_light;
}

const ColourMap& divergingMap(bool dark) {
  static const ColourMap on_light = sampled(divergingLight), on_dark = sampled(divergingDark);
  return dark ? on_dark : on_light;
}

const ShapColours& shapColours(bool colour_blind_safe) {
  static const ColourMap red_blue = redBlue(), blue_gold = sampled(blueGold);
  static const ShapColours known{red_blue, QColor(0xff0051), QColor(0x008bfb)};
  static const ShapColours safe{blue_gold, blue_gold.at(1), blue_gold.at(0)};
  return colour_blind_safe ? safe : known;
}

bool safeColoursPreferred() {
  return safe_preferred;
}

void preferSafeColours(bool safe) {
  safe_preferred = safe;
}

QColor categoricalColour(int index, bool dark) {
  // Chosen so that the smallest distance in OKLab within each set stays large under simulated
  // protanopia, deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009), with a contrast
  // of at least 3 : 1 to the ground.
  static constexpr QRgb kOnLight[kCategories] = {0x0055b1, 0xb64708, 0x188a7b, 0xe05cca,
                                                 0xb88f07, 0x6e3865, 0x340067, 0x5e250c};
  static constexpr QRgb kOnDark[kCategories] = {0x9ba6ff, 0xff9000, 0x3dc99b, 0xc756a5,
                                                0xf4e258, 0xf21629, 0xb7dafa, 0x3f7aff};
  const int which = ((index % kCategories) + kCategories) % kCategories;
  return QColor(dark ? kOnDark[which] : kOnLight[which]);
}

}  // namespace lineament::views
