// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/context.h"
#include "core/data/point_cloud.h"

namespace lineament::io {

// The cloud as PLY 1.0, binary little-endian: positions as float with the attributes beside them.
// Around an origin that is not zero, positions are written as double, the origin added.
void writePly(const PointCloud& cloud, const std::filesystem::path& path,
              const Context& context = {});

}  // namespace lineament::io
