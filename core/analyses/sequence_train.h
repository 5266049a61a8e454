// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `sequence.train`: small models around sequence mechanisms, trained on one task side by side.
std::unique_ptr<Analysis> makeSequenceTrain();

}  // namespace lineament
