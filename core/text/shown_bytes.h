// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lineament::text {

// Bytes as people read them: line ends and tabs as "\n", "\r" and "\t", other control characters
// and bytes that are no UTF-8 as "<0xE2>".
std::string shownBytes(std::string_view bytes);

// Valid UTF-8: each longest beginning of a letter that does not go on is one U+FFFD (Unicode 15,
// section 3.9, "maximal subpart").
std::string replacedUtf8(std::string_view bytes);

}  // namespace lineament::text
