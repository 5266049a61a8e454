// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/data/raster.h"

namespace lineament::views {

// Pixels of a raster with their values in two bands.
struct PixelSample {
  std::array<std::size_t, 2> bands{};
  std::vector<std::size_t> pixels;  // counted by rows of the raster
  std::vector<float> x, y;
  bool all = true;  // of those that have both values
};

constexpr std::int64_t kSampledPixels = 1'000'000;

// All pixels of a raster that has no more than that many, else those of blocks that are spread over
// it by chance, the same for the same raster. Pixels without one of the values are left out. Throws
// Cancelled.
PixelSample samplePixels(const Raster& raster, std::array<std::size_t, 2> bands,
                         const Context& context);

}  // namespace lineament::views
