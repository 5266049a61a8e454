// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/gpu.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <vector>

namespace lineament {

namespace {

constexpr ErrorText kAbsent{"device.absent", "Run on the CUDA device", "{reason}", "",
                            "Run on the CPU, or let the program choose with 'auto'"};
constexpr ErrorText kUnknown{"device.unknown", "Run on '{name}'", "there is no such device", "",
                             "Use auto, cpu or cuda"};

struct Shared {
  std::mutex mutex;
  bool looked = false;
  GpuState state;
};

Shared& shared() {
  static Shared instance;
  return instance;
}

GpuState absent(std::string reason) {
  GpuState state;
  state.reason = std::move(reason);
  return state;
}

std::vector<std::string> places() {
  if (const char* set = std::getenv("LINEAMENT_GPU_LIBRARY")) return {set};
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  return {(program / "liblineament_gpu.so").string(),
          (program / "../gpu/liblineament_gpu.so").string(),
          (program / "../lib/lineament/liblineament_gpu.so").string()};
}

GpuState lookedFor() {
  for (const std::string& path : places()) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) return loadGpuLibrary(path);
  }
  return absent("no CUDA library beside the program");
}

GpuState described(const LineamentKernelTable& table) {
  LineamentMessage message{};
  std::int32_t count = 0;
  if (table.device_count(&count, &message) != LINEAMENT_OK || count == 0) {
    return absent(message.text[0] ? message.text : "no CUDA device");
  }
  LineamentDeviceInfo info{};
  if (table.device_info(0, &info, &message) != LINEAMENT_OK) return absent(message.text);
  GpuState state;
  state.available = true;
  state.name = info.name;
  state.memory_bytes = info.memory_bytes;
  state.compute_major = info.compute_major;
  state.compute_minor = info.compute_minor;
  state.kernels = &table;
  return state;
}

}  // namespace

GpuState loadGpuLibrary(const std::string& path) {
  // Never unloaded: kernels may be in use until the process ends.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return absent(::dlerror());
  const auto kernels =
      reinterpret_cast<LineamentKernelsFunction>(::dlsym(library, LINEAMENT_KERNELS_SYMBOL));
  if (!kernels) return absent("the CUDA library has no kernel table");
  const LineamentKernelTable* table = kernels(LINEAMENT_KERNEL_ABI);
  if (!table || table->abi != LINEAMENT_KERNEL_ABI) {
    return absent("the CUDA library belongs to another version of the program");
  }
  return described(*table);
}

GpuState gpuState() {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  if (!s.looked) {
    s.state = lookedFor();
    s.looked = true;
  }
  return s.state;
}

Device deviceFromText(std::string_view text) {
  if (text == "cpu") return Device::cpu;
  if (text == "auto") return gpuState().available ? Device::cuda : Device::cpu;
  if (text != "cuda") throw Error::usage(kUnknown, {{"name", text}});
  const GpuState state = gpuState();
  if (!state.available) throw Error::usage(kAbsent, {{"reason", state.reason}});
  return Device::cuda;
}

void markGpuLost(std::string_view reason) {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  s.looked = true;
  s.state = absent(fmt::format("the CUDA device was lost: {}", reason));
}

}  // namespace lineament
