// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `attention.measures`: numbers of every head of attention matrices.
std::unique_ptr<Analysis> makeAttentionMeasures();

// `attention.rollout`: attention followed through the layers.
std::unique_ptr<Analysis> makeAttentionRollout();

}  // namespace lineament
