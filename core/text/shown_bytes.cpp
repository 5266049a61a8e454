// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/shown_bytes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/io/utf8.h"

namespace lineament::text {

namespace {

// How many bytes could begin a letter that the bytes at the start of `text` do not finish; at
// least one.
std::size_t brokenLetter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (text.size() < 2 || byte(1) < low || byte(1) > high) return 1;
  std::size_t end = 2;
  while (end < std::min(length, text.size()) && (byte(end) & 0xC0) == 0x80) ++end;
  return end;
}

void appendShown(std::string& made, char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  if (letter == '\n') {
    made += "\\n";
  } else if (letter == '\r') {
    made += "\\r";
  } else if (letter == '\t') {
    made += "\\t";
  } else if (byte < 0x20 || byte >= 0x7F) {
    made += fmt::format("<0x{:02X}>", byte);
  } else {
    made += letter;
  }
}

}  // namespace

std::string shownBytes(std::string_view bytes) {
  std::string made;
  while (!bytes.empty()) {
    const std::size_t good = io::validUtf8Prefix(bytes);
    for (const char letter : bytes.substr(0, good)) {
      if (static_cast<unsigned char>(letter) >= 0x80) {
        made += letter;
      } else {
        appendShown(made, letter);
      }
    }
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    appendShown(made, bytes.front());
    bytes.remove_prefix(1);
  }
  return made;
}

std::string replacedUtf8(std::string_view bytes) {
  std::string made;
  while (!bytes.empty()) {
    const std::size_t good = io::validUtf8Prefix(bytes);
    made += bytes.substr(0, good);
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    made += "\xEF\xBF\xBD";
    bytes.remove_prefix(brokenLetter(bytes));
  }
  return made;
}

}  // namespace lineament::text
