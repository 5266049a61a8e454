/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The border between the program and a library of kernels for another device: plain C, one table of
 * function pointers, status codes with messages, no exception across it. The table grows at its end
 * only; `size` says how much of it the library knows, so that an older library still serves what
 * it has and the caller runs the rest on the CPU.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LINEAMENT_KERNEL_ABI 1u

enum LineamentStatus {
  LINEAMENT_OK = 0,
  LINEAMENT_NO_DEVICE = 1,     /* no driver or no device: an ordinary answer */
  LINEAMENT_OUT_OF_MEMORY = 2, /* the device is fine, the work was too large */
  LINEAMENT_DEVICE_LOST = 3,   /* sticky: nothing runs on this device in this process any more */
  LINEAMENT_UNSUPPORTED = 4    /* not for this shape or type: run it on the CPU */
};

struct LineamentMessage {
  char text[256]; /* zero-terminated */
};

struct LineamentDeviceInfo {
  char name[128];
  uint64_t memory_bytes;
  int32_t compute_major;
  int32_t compute_minor;
  int32_t driver_version; /* as cudaDriverGetVersion gives it: 13000 is 13.0 */
  int32_t runtime_version;
};

struct LineamentKernelTable {
  uint32_t abi;  /* LINEAMENT_KERNEL_ABI of the library */
  uint32_t size; /* sizeof(struct LineamentKernelTable) of the library */

  /* Number of usable devices. LINEAMENT_NO_DEVICE with a reason when there is none. */
  enum LineamentStatus (*device_count)(int32_t* count, struct LineamentMessage* message);
  enum LineamentStatus (*device_info)(int32_t device, struct LineamentDeviceInfo* info,
                                      struct LineamentMessage* message);
};

/* The one symbol the library exports. Null when it cannot serve this ABI. */
typedef const struct LineamentKernelTable* (*LineamentKernelsFunction)(uint32_t abi);
#define LINEAMENT_KERNELS_SYMBOL "lineament_gpu_kernels"

#ifdef __cplusplus
}
#endif
