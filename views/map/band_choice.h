// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <vector>

#include "core/data/raster.h"

namespace lineament::views {

// Which bands a map shows: three for red, green and blue, or one. Indices of the raster's bands.
using BandChoice = std::vector<std::size_t>;

// Ways of putting bands to colours that have a name of their own.
enum class Composite { trueColour, falseColour, shortWave };

// The bands nearest to the composite's wavelengths, where three different ones are near enough.
std::optional<BandChoice> bandsOf(const Raster& raster, Composite composite);

// True colour where the wavelengths allow it, else the first three bands, else the only one.
BandChoice usualBands(const Raster& raster);

// What options call a band: its name, or "#2" where it has none or others have it, too.
std::string bandKey(const Raster& raster, std::size_t band);
// Nothing where there are not one or three keys, or one is unknown.
std::optional<BandChoice> bandsNamed(const Raster& raster, const std::vector<std::string>& keys);

// "B4 Red", "B4" where there is no title, "band 4" where there is no name.
QString bandLabel(const Raster& raster, std::size_t band);

}  // namespace lineament::views
