// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "sample.scene": a synthetic satellite scene whose rock units are known.
std::unique_ptr<Analysis> makeSampleScene();

}  // namespace lineament
