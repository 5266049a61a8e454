// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.assess": a map of classes against known units.
std::unique_ptr<Analysis> makeMapAssess();

}  // namespace lineament
