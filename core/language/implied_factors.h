// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/data/recurrent_attention.h"
#include "core/sequence/mechanism.h"

namespace lineament::language {

// What the matrices that a mechanism implies are made of, from its operands as one text has them:
// contiguous, in the order of its description, null for those left out. Nothing where the mechanism
// is none of the forms of RecurrentFactors (feature maps, memories that tokens are sent to).
std::optional<RecurrentFactors> impliedFactors(const sequence::Mechanism& mechanism,
                                               const sequence::Sizes& sizes,
                                               const sequence::Options& options,
                                               const std::vector<const float*>& operands);

}  // namespace lineament::language
