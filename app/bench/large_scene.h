// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace lineament::app {

// As many pixels as a tile of Sentinel-2 has: 10,980 a side of 10 m, tiled, with overviews.
constexpr int kLargeSide = 10'980;
void writeLargeScene(const std::filesystem::path& path);    // three bands, GeoTIFF
void writeLargeClasses(const std::filesystem::path& path);  // twelve classes of the same place

}  // namespace lineament::app
