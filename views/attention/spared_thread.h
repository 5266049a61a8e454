// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "core/base/parallel.h"

namespace lineament::views {

// While it lives, parallel work of the whole program (ThreadLimit counts for all of it) leaves one
// processor to the window's thread: for what takes longer than a first picture, while a hand may
// move.
inline ThreadLimit spareTheWindow() {
  return ThreadLimit(std::max(1, hardwareThreads() - 1));
}

}  // namespace lineament::views
