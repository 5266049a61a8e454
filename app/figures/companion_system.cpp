// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/companion_system.h"

#include "core/base/error.h"
#include "core/spatial/reproject.h"

namespace lineament::app {

bool differsFrom(const Crs& system, const Data& data) {
  const Features* layer = data.as<Features>();
  return layer && system.known() && layer->crs().known() && layer->crs() != system;
}

Data broughtTo(const Crs& system, const Data& data, const Context& context) {
  if (!differsFrom(system, data)) return data;
  try {
    return Data(spatial::reproject(*data.as<Features>(), system, context), data.origin());
  } catch (const Error&) {
    return data;
  }
}

}  // namespace lineament::app
