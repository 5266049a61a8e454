// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/options.h"
#include "core/sequence/sizes.h"

namespace lineament::sequence {

// The factor of queries that many mechanisms share: the option `scale`, and what it comes to.
OptionSpec scaleOption();
double attentionScale(const Sizes& sizes, double given);  // 0 given: 1 / sqrt(key width)

}  // namespace lineament::sequence
