// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/context.h"

#include <algorithm>

namespace lineament {

std::string_view name(Device device) {
  return device == Device::cuda ? "cuda" : "cpu";
}

void Context::checkpoint(double fraction, std::string_view doing) const {
  if (stop.stop_requested()) throw Cancelled{};
  if (progress) progress(std::clamp(fraction, 0.0, 1.0), doing);
}

Context Context::part(double from, double to) const {
  Context inner = *this;
  if (progress) {
    inner.progress = [outer = progress, from, to](double fraction, std::string_view doing) {
      outer(from + (to - from) * fraction, doing);
    };
  }
  return inner;
}

void Context::note(std::string_view line) const {
  if (log) log(Severity::information, line);
}

void Context::warn(std::string_view line) const {
  if (log) log(Severity::warning, line);
}

}  // namespace lineament
