// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "views/map/raster_layer.h"

namespace lineament::views {

// What a class reflects: mean and standard deviation (of the sample, n - 1) of each band of an
// image, over pixels of the image whose middle lies in the class and that have a value in all
// bands. NaN where there are fewer than one or two.
struct ClassSpectrum {
  std::vector<double> mean, deviation;
  std::int64_t pixels = 0;
  bool sampled = false;  // of a part of the image
};

constexpr std::int64_t kSpectrumPixels = 200'000;  // of a class; enough of them end the reading
// Pixels that are looked at for those of the class: an image is read by blocks, spread over all of
// it, until it is at an end or one of the two has been reached.
constexpr std::int64_t kSpectrumLooks = 16'000'000;

// `members` are the values of the class. Both layers lie in one plane. Throws Cancelled.
ClassSpectrum classSpectrum(const RasterLayer& classes, const std::vector<std::int64_t>& members,
                            const RasterLayer& image, const Context& context);

}  // namespace lineament::views
