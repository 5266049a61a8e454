// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// `sequence.distil`: Hedgehog's learned maps taught to weigh tokens as softmax attention does.
std::unique_ptr<Analysis> makeSequenceDistil();

}  // namespace lineament
