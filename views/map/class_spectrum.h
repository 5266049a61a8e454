// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/context.h"
#include "views/map/raster_layer.h"

namespace lineament::views {

// What a class or an area reflects: mean and standard deviation (of the sample, n - 1) of each band
// of an image, over pixels of the image whose middle lies in it and that have a value in all bands.
// NaN where there are fewer than one or two.
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

// The same of the pixels that are picked: `pick` says which of a block of the image, counted by
// rows. Blocks are read where they meet `part` of the image's plane.
using PickPixels = std::function<std::vector<std::size_t>(const RasterWindow& block)>;
ClassSpectrum spectrumOf(const RasterLayer& image, const QRectF& part, const PickPixels& pick,
                         const Context& context);

}  // namespace lineament::views
