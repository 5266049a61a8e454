// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/process_memory.h"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace lineament::app {

namespace {

// A line of /proc/self/status in bytes.
std::size_t memoryBytes(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(field, 0) != 0) continue;
    std::istringstream rest(line.substr(field.size() + 1));
    std::size_t kibibytes = 0;
    rest >> kibibytes;
    return kibibytes * 1024;
  }
  return 0;
}

}  // namespace

std::size_t memoryNow() {
  return memoryBytes("VmRSS");
}

std::size_t peakMemory() {
  return memoryBytes("VmHWM");
}

void restartPeakMemory() {
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM starts anew
}

}  // namespace lineament::app
