// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lineament::text {

// Unicode's properties of code points (ICU), as tokenizers ask for them.
bool isSpace(std::uint32_t code);           // White_Space
bool isMark(std::uint32_t code);            // category M*
bool isNonspacingMark(std::uint32_t code);  // category Mn
bool isOther(std::uint32_t code);           // category Cc, Cf, Cs or Co
bool isPunctuation(std::uint32_t code);     // category P*, and ASCII's symbols
bool isNumeric(std::uint32_t code);         // category N*
bool isWordLetter(std::uint32_t code);      // alphabetic, a mark, a digit, a connector or joiner
bool isIdeograph(std::uint32_t code);       // the CJK blocks that BERT sets apart

}  // namespace lineament::text
