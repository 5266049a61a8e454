// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lineament {

std::string versionText();   // "0.1.0"
std::string compilerText();  // "GNU 12.2.0"

}  // namespace lineament
