// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "core/base/kernel_table.h"

namespace {

[[maybe_unused]] LineamentStatus count(int32_t* found, LineamentMessage* message) {
#ifdef NO_DRIVER
  *found = 0;
  std::snprintf(message->text, sizeof message->text, "the driver is missing");
  return LINEAMENT_NO_DEVICE;
#else
  message->text[0] = '\0';
  *found = 1;
  return LINEAMENT_OK;
#endif
}

[[maybe_unused]] LineamentStatus info(int32_t, LineamentDeviceInfo* device, LineamentMessage*) {
  std::snprintf(device->name, sizeof device->name, "Stand-in");
  device->memory_bytes = 1024;
  device->compute_major = 9;
  return LINEAMENT_OK;
}

}  // namespace

#ifndef NO_TABLE
extern "C" const LineamentKernelTable* lineament_gpu_kernels(uint32_t) {
#ifdef OTHER_VERSION
  static const LineamentKernelTable table{LINEAMENT_KERNEL_ABI + 1, sizeof table, count, info};
#else
  static const LineamentKernelTable table{LINEAMENT_KERNEL_ABI, sizeof table, count, info};
#endif
  return &table;
}
#endif
