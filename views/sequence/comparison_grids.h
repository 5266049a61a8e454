// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/data/comparison.h"
#include "views/common/ruled_grid.h"

namespace lineament::views {

// The numbers of a comparison, a line for each mechanism.

// Its measures. Those that can be seen elsewhere give way first.
RuledGrid measuresGrid(const Comparison& comparison);

// What each mechanism has in the plots over tokens at the point nearest to a token; without one,
// the same columns with nothing in them.
RuledGrid valuesGrid(const Comparison& comparison, std::optional<std::size_t> token);

// The width of the columns that never give way.
double neededWidth(const RuledGrid& grid);

}  // namespace lineament::views
