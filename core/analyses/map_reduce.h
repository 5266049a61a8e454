// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.reduce": the bands of a scene as fewer features.
std::unique_ptr<Analysis> makeMapReduce();

}  // namespace lineament
