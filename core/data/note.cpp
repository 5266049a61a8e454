// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/note.h"

#include <fmt/format.h>

#include <algorithm>

namespace lineament {

namespace {

constexpr std::size_t kMostShown = 100'000;

// The longest whole letters that fit.
std::string_view shortened(std::string_view text) {
  if (text.size() <= kMostShown) return text;
  std::size_t end = kMostShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// Longer than any of its kind in the text.
std::string fenceFor(std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (const char letter : text) {
    run = letter == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

}  // namespace

std::string shownMarkdown(const Note& note) {
  const std::string_view text = shortened(note.markdown);
  std::string shown(text);
  if (note.plain) {
    const std::string fence = fenceFor(text);
    shown = fmt::format("{}\n{}\n{}", fence, text, fence);
  }
  if (text.size() == note.markdown.size()) return shown;
  return shown + fmt::format("\n\n*Shortened: {} of {} bytes.*", text.size(), note.markdown.size());
}

}  // namespace lineament
