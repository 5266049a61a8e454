// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `checkpoint.summary`: what the values of every tensor are like.
std::unique_ptr<Analysis> makeCheckpointSummary();

}  // namespace lineament
