// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/context.h"

namespace lineament::test {

// The key of the Error that `work` throws, or what came instead.
template <class Work>
std::string keyOf(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.key();
  } catch (const Cancelled&) {
    return "(cancelled)";
  }
  return "(no error)";
}

}  // namespace lineament::test
