// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lineament {

// Formatted text: CommonMark, UTF-8. Raw HTML in it is shown as text, never interpreted.
struct Note {
  std::string title;
  std::string markdown;
};

}  // namespace lineament
