// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/companion_system.h"

#include "core/base/error.h"
#include "core/spatial/raster_stack.h"
#include "core/spatial/reproject.h"
#include "views/map/map_camera.h"

namespace lineament::app {

bool differsFrom(const Crs& system, const Data& data) {
  if (const Raster* raster = data.as<Raster>()) {
    const Crs& own = raster->grid().crs;
    return system.known() && own.known() && !views::sameSystem(own, system);
  }
  const Features* layer = data.as<Features>();
  return layer && system.known() && layer->crs().known() && layer->crs() != system;
}

Data broughtTo(const Crs& system, const Data& data, const Context& context) {
  if (!differsFrom(system, data)) return data;
  try {
    // Its pixels are no longer those that selections of the data count in.
    if (const Raster* raster = data.as<Raster>()) {
      return Data(spatial::reprojected(*raster, system));
    }
    return Data(spatial::reproject(*data.as<Features>(), system, context), data.origin());
  } catch (const Error&) {
    return data;
  }
}

}  // namespace lineament::app
