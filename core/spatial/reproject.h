// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/context.h"
#include "core/data/features.h"

namespace lineament::spatial {

// The layer in another coordinate system: each vertex is transformed, edges stay straight. What has
// no place there loses its geometry, with a warning. Error "reproject.crs" where one of the two
// systems is not known or GDAL cannot get from one to the other.
Features reproject(const Features& features, const Crs& to, const Context& context);

}  // namespace lineament::spatial
