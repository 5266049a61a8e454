// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_companions.h"

#include <algorithm>

namespace lineament::views {

void MapCompanions::load(const Figure& figure, Surroundings* surroundings) {
  if (!surroundings) return;
  const std::vector<std::int64_t> wanted = figure.companions();
  // One that could not be loaded is asked for again when it is chosen again.
  std::erase_if(loading_, [&wanted](std::int64_t id) {
    return std::find(wanted.begin(), wanted.end(), id) == wanted.end();
  });
  for (const std::int64_t id : wanted) {
    if (!loading_.insert(id).second) continue;
    surroundings->load(id, figure.companionSystem(), this, [this, id](const Data& data) {
      loading_.erase(id);
      Q_EMIT loaded(id, data);
    });
  }
}

}  // namespace lineament::views
