// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/spectral_index.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/error.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kBands{"index.bands", "Work out the index '{index}'",
                           "no band of the scene is known to be {colour}", "",
                           "Say which instrument it is when the file is read (sensor=), or write "
                           "the index as a formula"};
constexpr ErrorText kUnknown{"index.unknown", "Work out the index '{index}'",
                             "there is no index of that name", "", "Use one of {ids}"};

// Ranges of band centres, nm, that hold Sentinel-2, Landsat 4 to 9 and ASTER.
struct Colour {
  std::string_view name, title;
  double low, best, high;
};
constexpr Colour kColours[] = {{"blue", "blue", 465, 485, 510},
                               {"green", "green", 540, 560, 580},
                               {"red", "red", 630, 660, 685},
                               {"nir", "near infrared", 800, 850, 880},
                               {"swir1", "short-wave infrared at 1.6 µm", 1550, 1610, 1750},
                               {"swir2", "short-wave infrared at 2.2 µm", 2140, 2205, 2235}};

const RasterBand* bandOf(const Colour& colour, const std::vector<RasterBand>& bands) {
  const RasterBand* best = nullptr;
  for (const RasterBand& band : bands) {
    if (!(band.wavelength >= colour.low && band.wavelength <= colour.high)) continue;
    const double distance = std::abs(band.wavelength - colour.best);
    if (best == nullptr || distance < std::abs(best->wavelength - colour.best)) best = &band;
  }
  return best;
}

// The form with the bands' names in place; nothing when one is missing, whose title goes to
// `missing`.
std::optional<std::string> filled(std::string_view form, const std::vector<RasterBand>& bands,
                                  std::string_view& missing) {
  std::string formula(form);
  for (const Colour& colour : kColours) {
    const std::string place = "{" + std::string(colour.name) + "}";
    for (std::size_t at; (at = formula.find(place)) != formula.npos;) {
      const RasterBand* band = bandOf(colour, bands);
      if (band == nullptr) {
        missing = colour.title;
        return std::nullopt;
      }
      formula.replace(at, place.size(), "[" + band->name + "]");
    }
  }
  return formula;
}

}  // namespace

const std::vector<SpectralIndex>& spectralIndices() {
  static const std::vector<SpectralIndex> all{
      {"iron-oxide",
       "Iron oxide (ferric iron)",
       "Red over blue: hematite, goethite and jarosite are bright",
       {"{red} / {blue}", "{red} / {green}"}},
      {"ferrous-iron",
       "Ferrous iron",
       "Short-wave over near infrared: mafic minerals are bright",
       {"{swir1} / {nir}"}},
      {"clay",
       "Clay and mica (Al-OH)",
       "1.6 over 2.2 µm: kaolinite, alunite and muscovite are bright",
       {"{swir1} / {swir2}"}},
      {"ndvi",
       "Vegetation (NDVI)",
       "Plants are near 1, bare ground near 0",
       {"({nir} - {red}) / ({nir} + {red})"}},
      {"ndwi", "Open water (NDWI)", "Water is above 0", {"({green} - {nir}) / ({green} + {nir})"}}};
  return all;
}

std::string formulaOf(std::string_view id, const std::vector<RasterBand>& bands) {
  const auto index = std::find_if(spectralIndices().begin(), spectralIndices().end(),
                                  [id](const SpectralIndex& one) { return one.id == id; });
  if (index == spectralIndices().end()) {
    std::string ids;
    for (const SpectralIndex& one : spectralIndices()) {
      ids += (ids.empty() ? "" : ", ") + std::string(one.id);
    }
    throw Error::usage(kUnknown, {{"index", id}, {"ids", ids}});
  }
  std::string_view missing, first;
  for (const std::string_view form : index->forms) {
    if (const auto formula = filled(form, bands, missing)) return *formula;
    if (first.empty()) first = missing;
  }
  throw Error(kBands, {{"index", index->title}, {"colour", first}});
}

}  // namespace lineament::spatial
