// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/cpu.h"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <bit>
#include <fstream>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kUnknownTarget{"cpu.target", "Use the vector instructions {name}",
                                   "this processor and build have {available}", "",
                                   "Choose one of these, or leave the choice to the program"};

// Highway numbers targets from the best, in the lowest bit, to the plainest.
std::int64_t best(std::int64_t targets) {
  return targets & -targets;
}

std::string listed(std::int64_t targets) {
  std::string names;
  for (; targets != 0; targets &= targets - 1) {
    if (!names.empty()) names += ", ";
    names += hwy::TargetName(best(targets));
  }
  return names;
}

}  // namespace

std::string simdTarget() {
  return hwy::TargetName(best(hwy::SupportedTargets() & HWY_TARGETS));
}

void forceSimdTarget(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  const std::int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  if (name.empty()) return;
  for (std::int64_t rest = supported; rest != 0; rest &= rest - 1) {
    if (hwy::TargetName(best(rest)) != name) continue;
    // The named target and every plainer one: code compiled for fewer targets still finds its own.
    hwy::SetSupportedTargetsForTest(rest);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return;
  }
  throw Error::usage(kUnknownTarget, {{"name", name}, {"available", listed(supported)}});
}

std::string cpuName() {
  std::ifstream information("/proc/cpuinfo");
  for (std::string line; std::getline(information, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != line.npos) return line.substr(colon + 2);
  }
  return HWY_ARCH_X86 ? "x86-64" : "unknown processor";
}

}  // namespace lineament
