// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lineament {

// The vector instruction set that kernels use in this process: the best one the CPU has, or a
// lesser one forced by `--simd=NAME` or the environment variable LINEAMENT_SIMD, for tests.
// Names are Highway's ("AVX3", "AVX2", "SSE4", "SSSE3", "NEON", "EMU128", ...).
std::string simdTarget();

// Throws Error (usage) when the name is unknown or this CPU lacks it. To be called before the first
// kernel runs; an empty name means the best.
void forceSimdTarget(const std::string& name);

// The processor's own name, or its architecture where the system does not tell.
std::string cpuName();

}  // namespace lineament
