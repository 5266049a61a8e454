// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "sample.piles": a synthetic table whose law is known.
std::unique_ptr<Analysis> makeSamplePiles();

}  // namespace lineament
