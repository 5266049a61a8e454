// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/context.h"
#include "core/base/kernel_table.h"

namespace lineament {

// The CUDA side of this process: looked for once, when somebody first asks. `liblineament_gpu.so`
// is taken from the environment variable LINEAMENT_GPU_LIBRARY, from beside the program, or from
// ../lib/lineament. Its absence is an ordinary answer.
struct GpuState {
  bool available = false;
  std::string reason;  // why not, for people: "no CUDA library beside the program"
  std::string name;    // the device's name
  std::uint64_t memory_bytes = 0;
  int compute_major = 0;
  int compute_minor = 0;
  const LineamentKernelTable* kernels = nullptr;  // null unless available
};

GpuState gpuState();

// "auto", "cpu" or "cuda" to a device. "auto" takes the GPU where it is there; "cuda" without one
// throws Error (usage) "device.absent" with the reason; other words throw "device.unknown".
Device deviceFromText(std::string_view text);

// After a sticky CUDA error: the device is lost for this process, the CPU takes over, and
// gpuState() says so from now on.
void markGpuLost(std::string_view reason);

// A library at `path` instead of the ordinary places; for tests.
GpuState loadGpuLibrary(const std::string& path);

}  // namespace lineament
