// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.index": a band ratio or another formula over the bands of a scene.
std::unique_ptr<Analysis> makeMapIndex();

}  // namespace lineament
