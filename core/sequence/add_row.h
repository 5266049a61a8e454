// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lineament::sequence {

// to += from, of `count` numbers that may lie anywhere.
void addRow(const float* from, std::int64_t count, float* to);

}  // namespace lineament::sequence
