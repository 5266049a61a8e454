// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// All mechanisms of the program, in the order they are listed.
const std::vector<const Mechanism*>& mechanisms();

// Throws Error "sequence.mechanism" (usage) with the ids there are.
const Mechanism& requireMechanism(std::string_view id);

}  // namespace lineament::sequence
