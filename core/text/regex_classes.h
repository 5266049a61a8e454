// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lineament::text {

// An expression of tokenizer.json, written for Oniguruma in its Ruby syntax, as PCRE takes it: \s
// without U+180E, \w with marks, \h as hexadecimal digits, and sets within sets as one. Throws
// Error "tokenizer.unsupported" for sets that PCRE cannot say: a negated one within another,
// intersections.
std::string withUnicodeClasses(std::string_view file, std::string_view pattern);

}  // namespace lineament::text
