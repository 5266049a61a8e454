// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `checkpoint.compare`: how far two checkpoints' tensors are apart, and what lies between them.
std::unique_ptr<Analysis> makeCheckpointCompare();

}  // namespace lineament
