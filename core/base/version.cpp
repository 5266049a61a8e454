// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/version.h"

namespace lineament {

std::string versionText() {
  return LINEAMENT_VERSION;
}

std::string compilerText() {
  return LINEAMENT_COMPILER;
}

}  // namespace lineament
