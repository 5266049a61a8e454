// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/context.h"

namespace lineament::app {

// What this machine can do at most, measured here and now with `context.threads` threads: the
// yardstick of every floor share.
struct Ceilings {
  double fma_gflops = 0;      // single-precision fused multiply-add, both operations counted
  double read_gigabytes = 0;  // per second, from memory: a buffer far larger than the caches
};

Ceilings measureCeilings(const Context& context);

}  // namespace lineament::app
