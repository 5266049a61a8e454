// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace lineament::app {

// Memory that this process has on the machine, as the kernel counts it, in bytes.
std::size_t memoryNow();
// The most that it has had since it began, or since restartPeakMemory().
std::size_t peakMemory();
void restartPeakMemory();

}  // namespace lineament::app
