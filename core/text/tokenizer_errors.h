// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace lineament::text {

// Error "tokenizer.unsupported": `component` ("pre-tokenizer UnicodeScripts") is one that this
// program does not know.
[[noreturn]] void throwUnsupported(std::string_view file, std::string_view component);

// Error "tokenizer.malformed": what is broken in the file and where.
[[noreturn]] void throwMalformed(std::string_view file, std::string_view problem,
                                 std::string_view where = "");

}  // namespace lineament::text
