// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cpu.h"
#include "core/base/error.h"

namespace lineament::testing {

// Calls `work` with each vector instruction set that this processor and build have.
template <class Work>
void onEachTarget(const Work& work) {
  for (const char* target : {"AVX3", "AVX2", "SSE4", "SSSE3", "NEON", "EMU128"}) {
    try {
      forceSimdTarget(target);
    } catch (const Error&) {
      continue;
    }
    work();
  }
  forceSimdTarget("");
}

}  // namespace lineament::testing
