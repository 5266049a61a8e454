// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lineament {

// Text, UTF-8: formatted (CommonMark; raw HTML in it is shown as text, never interpreted), or plain
// as it stood in a file.
struct Note {
  std::string title;
  std::string markdown;
  bool plain = false;
};

// What people are shown of it, as CommonMark: plain text as a block of letters of one width, and of
// a long text its first 100,000 bytes, which it then says.
std::string shownMarkdown(const Note& note);

}  // namespace lineament
