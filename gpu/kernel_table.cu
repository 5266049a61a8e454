// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel table of the CUDA library: what devices there are, and (as they come) the kernels.
#include "core/base/kernel_table.h"

#include <cuda_runtime.h>

#include <cstdio>
#include <cstring>

namespace {

LineamentStatus answer(cudaError_t error, LineamentMessage* message) {
  if (error == cudaSuccess) return LINEAMENT_OK;
  std::snprintf(message->text, sizeof message->text, "%s", cudaGetErrorString(error));
  switch (error) {
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInvalidDevice:
      return LINEAMENT_NO_DEVICE;
    case cudaErrorMemoryAllocation:
      return LINEAMENT_OUT_OF_MEMORY;
    default:
      return LINEAMENT_DEVICE_LOST;
  }
}

LineamentStatus deviceCount(int32_t* count, LineamentMessage* message) {
  int found = 0;
  const LineamentStatus status = answer(cudaGetDeviceCount(&found), message);
  *count = status == LINEAMENT_OK ? found : 0;
  return status;
}

LineamentStatus deviceInfo(int32_t device, LineamentDeviceInfo* info, LineamentMessage* message) {
  cudaDeviceProp properties;
  LineamentStatus status = answer(cudaGetDeviceProperties(&properties, device), message);
  if (status != LINEAMENT_OK) return status;
  std::snprintf(info->name, sizeof info->name, "%s", properties.name);
  info->memory_bytes = properties.totalGlobalMem;
  info->compute_major = properties.major;
  info->compute_minor = properties.minor;
  status = answer(cudaDriverGetVersion(&info->driver_version), message);
  if (status != LINEAMENT_OK) return status;
  return answer(cudaRuntimeGetVersion(&info->runtime_version), message);
}

const LineamentKernelTable kTable{LINEAMENT_KERNEL_ABI, sizeof(LineamentKernelTable), deviceCount,
                                  deviceInfo};

}  // namespace

extern "C" __attribute__((visibility("default"))) const LineamentKernelTable* lineament_gpu_kernels(
    uint32_t abi) {
  return abi == LINEAMENT_KERNEL_ABI ? &kTable : nullptr;
}
