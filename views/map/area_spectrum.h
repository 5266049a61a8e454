// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/map/class_spectrum.h"
#include "views/map/vector_layer.h"

namespace lineament::views {

// What an image reflects in the areas of a feature: see ClassSpectrum. Layer and image lie in one
// plane. Throws Cancelled.
ClassSpectrum areaSpectrum(const VectorLayer& layer, std::size_t feature, const RasterLayer& image,
                           const Context& context);

}  // namespace lineament::views
