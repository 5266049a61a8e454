// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"

namespace lineament::spatial {

inline constexpr std::uint8_t kNoLabel = 255;

// Labels of rows x columns pixels, row-major; kNoLabel where there is none.

// The most frequent label in the window x window pixels around each, of equally frequent ones the
// smallest. Beyond the border lies the mirror image, edge pixels included: d c b a | a b c d.
// Pixels without a label neither count nor get one. `window` is odd; Error (usage) "filter.window".
// O(window) for each pixel.
std::vector<std::uint8_t> majorityFilter(const std::vector<std::uint8_t>& labels,
                                         std::int64_t columns, std::int64_t rows, int window,
                                         const Context& context);

// The same, by counting each window: what the fast form is tested against.
std::vector<std::uint8_t> majorityFilterReference(const std::vector<std::uint8_t>& labels,
                                                  std::int64_t columns, std::int64_t rows,
                                                  int window);

// A minimum mapping unit: patches of under `least` pixels, connected by their sides, take the label
// of their largest neighbour, of equally large ones that met first row by row, the smallest patches
// first, until none is left. A patch without neighbours stays.
std::vector<std::uint8_t> sieve(std::vector<std::uint8_t> labels, std::int64_t columns,
                                std::int64_t rows, std::int64_t least, const Context& context);

}  // namespace lineament::spatial
