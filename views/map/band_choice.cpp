// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/band_choice.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapView)
};

struct Sought {
  double wavelength;  // nm
  double reach;       // a band's centre may be this far away
};

// Red, green and blue of each: of the eye; near infrared, red, green; short waves 2, 1 and red.
std::array<Sought, 3> soughtFor(Composite composite) {
  constexpr Sought kBlue{490, 45}, kGreen{560, 45}, kRed{665, 45}, kNear{850, 90};
  switch (composite) {
    case Composite::trueColour:
      return {kRed, kGreen, kBlue};
    case Composite::falseColour:
      return {kNear, kRed, kGreen};
    case Composite::shortWave:
      break;
  }
  return {Sought{2200, 150}, Sought{1610, 130}, kRed};
}

std::optional<std::size_t> nearestBand(const Raster& raster, const Sought& sought) {
  std::optional<std::size_t> found;
  double nearest = sought.reach;
  for (std::size_t band = 0; band < raster.bands().size(); ++band) {
    const double off = std::abs(raster.bands()[band].wavelength - sought.wavelength);
    if (!(off <= nearest) || (found && off == nearest)) continue;
    nearest = off;
    found = band;
  }
  return found;
}

}  // namespace

std::optional<BandChoice> bandsOf(const Raster& raster, Composite composite) {
  BandChoice bands;
  for (const Sought& sought : soughtFor(composite)) {
    const auto band = nearestBand(raster, sought);
    if (!band || std::find(bands.begin(), bands.end(), *band) != bands.end()) return std::nullopt;
    bands.push_back(*band);
  }
  return bands;
}

BandChoice usualBands(const Raster& raster) {
  if (raster.bands().empty()) return {};
  if (raster.categorical() || raster.bands().size() < 3) return {0};
  return bandsOf(raster, Composite::trueColour).value_or(BandChoice{0, 1, 2});
}

std::string bandKey(const Raster& raster, std::size_t band) {
  const auto& all = raster.bands();
  const std::string& name = all[band].name;
  const auto others = std::count_if(all.begin(), all.end(),
                                    [&](const RasterBand& one) { return one.name == name; });
  return name.empty() || others > 1 ? "#" + std::to_string(band + 1) : name;
}

std::optional<BandChoice> bandsNamed(const Raster& raster, const std::vector<std::string>& keys) {
  if (keys.size() != 1 && keys.size() != 3) return std::nullopt;
  std::vector<std::string> known;
  for (std::size_t band = 0; band < raster.bands().size(); ++band) {
    known.push_back(bandKey(raster, band));
  }
  BandChoice bands;
  for (const std::string& key : keys) {
    const auto found = std::find(known.begin(), known.end(), key);
    if (found == known.end()) return std::nullopt;
    bands.push_back(static_cast<std::size_t>(found - known.begin()));
  }
  return bands;
}

QString bandLabel(const Raster& raster, std::size_t band) {
  const RasterBand& one = raster.bands()[band];
  const QString name = QString::fromStdString(one.name);
  const QString title = QString::fromStdString(one.title);
  if (name.isEmpty()) return title.isEmpty() ? Words::tr("band %1").arg(band + 1) : title;
  return title.isEmpty() || title == name ? name : QStringLiteral("%1 %2").arg(name, title);
}

}  // namespace lineament::views
