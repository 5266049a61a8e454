// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/data/raster.h"

namespace lineament {

// A synthetic satellite scene over known rock units.
struct RockScene {
  Raster scene;  // six bands, digital numbers of 10,000 times the reflectance
  Raster units;  // the unit of each pixel, as classes
};

// Folded strata of four kinds, cut by a round intrusion, a river with plants along it, and a cloud
// where the scene has no value. A pixel is its unit's spectrum, lit by the slope, with
// multiplicative and additive noise. The spectra have the shapes that such rocks have between 0.45
// and 2.3 um (iron's rise from blue to red, the Al-OH band at 2.2 um, the red edge of plants),
// after Hunt (1977), Spectral signatures of particulate minerals in the visible and near infrared;
// their numbers are invented. Pixels of 10 m in UTM zone 54S. The same seed gives the same scene.
RockScene rockScene(std::uint64_t seed, std::int64_t columns, std::int64_t rows);

}  // namespace lineament
