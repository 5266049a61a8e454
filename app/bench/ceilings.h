// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "core/base/context.h"

namespace lineament::app {

// What this machine can do at most, measured here and now with `context.threads` threads: the
// yardstick of every floor share.
struct Ceilings {
  double fma_gflops = 0;  // single-precision fused multiply-add, both operations counted
  // Per second, in a buffer of at least four times the last cache level.
  double read_gigabytes = 0;
  double update_gigabytes = 0;  // read and written in place, both counted
};

// The best of several measurements: a ceiling is what was reached once.
Ceilings measureCeilings(const Context& context);

// The multiply-adds alone, the best of three times a few milliseconds: what the processor gives at
// this moment, which on a shared machine may be half of what it gave before.
double fmaGflopsNow(const Context& context);

// Memory that no cache holds: four times the last cache level, and 512 MiB or more.
std::size_t uncachedBytes();

}  // namespace lineament::app
