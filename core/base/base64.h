// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lineament {

// RFC 4648, section 4: the letters A-Z a-z 0-9 + /, padded with =.
std::string base64(std::string_view bytes);

// None where a letter is no base64, or the last group has one alone. Padding may be missing.
std::optional<std::string> bytesOfBase64(std::string_view text);

}  // namespace lineament
