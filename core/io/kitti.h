// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// KITTI's velodyne scans: records of four little-endian float32 without any header: x forward, y
// left, z up in metres, reflectance from 0 to 1. Since nothing in the file says what it is, the
// values have to be plausible: all finite, coordinates under 250 m. Throws Error "kitti.size" or
// "kitti.values" with the first record that is not.
std::unique_ptr<Reader> makeKittiReader();

}  // namespace lineament::io
