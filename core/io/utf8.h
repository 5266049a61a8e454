// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lineament::io {

// The first byte of `text` that is not part of valid UTF-8 (RFC 3629), or its length.
std::size_t validUtf8Prefix(std::string_view text);
bool isUtf8(std::string_view text);

void appendUtf8(std::string& text, std::uint32_t code_point);  // U+FFFD for what is no code point
// What is not UTF-8 is taken byte by byte, as Latin-1.
std::vector<std::uint32_t> codePoints(std::string_view text);
std::string latin1ToUtf8(std::string_view text);
// Text of a file that says nothing of its encoding: itself where it is UTF-8, else as Latin-1.
std::string utf8OrLatin1(std::string_view text);

}  // namespace lineament::io
