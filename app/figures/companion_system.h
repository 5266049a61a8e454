// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/context.h"
#include "core/data/data.h"

namespace lineament::app {

// What a figure is handed in beside its data: a vector layer or a raster in the system that the
// figure wants, anything else as it is, and so what cannot be brought there. Throws Cancelled.
Data broughtTo(const Crs& system, const Data& data, const Context& context);

// Whether that takes any work.
bool differsFrom(const Crs& system, const Data& data);

}  // namespace lineament::app
