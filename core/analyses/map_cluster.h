// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.cluster": pixels of a scene grouped by what they reflect, as a map of classes.
std::unique_ptr<Analysis> makeMapCluster();

}  // namespace lineament
