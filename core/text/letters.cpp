// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/letters.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

namespace lineament::text {

namespace {

bool inCategories(std::uint32_t code, std::uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(code)) & mask) != 0;
}

}  // namespace

bool isSpace(std::uint32_t code) {
  return u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_WHITE_SPACE);
}

bool isMark(std::uint32_t code) {
  return inCategories(code, U_GC_M_MASK);
}

bool isNonspacingMark(std::uint32_t code) {
  return inCategories(code, U_GC_MN_MASK);
}

bool isOther(std::uint32_t code) {
  return inCategories(code, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK | U_GC_CO_MASK);
}

bool isPunctuation(std::uint32_t code) {
  if (code < 0x80) {
    return (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) ||
           (code >= 123 && code <= 126);
  }
  return inCategories(code, U_GC_P_MASK);
}

bool isNumeric(std::uint32_t code) {
  return inCategories(code, U_GC_N_MASK);
}

bool isWordLetter(std::uint32_t code) {
  return u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_ALPHABETIC) ||
         u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_JOIN_CONTROL) ||
         inCategories(code, U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK);
}

bool isIdeograph(std::uint32_t code) {
  struct Block {
    std::uint32_t first, last;
  };
  constexpr std::array kBlocks{Block{0x4E00, 0x9FFF},   Block{0x3400, 0x4DBF},
                               Block{0x20000, 0x2A6DF}, Block{0x2A700, 0x2B73F},
                               Block{0x2B740, 0x2B81F}, Block{0x2B920, 0x2CEAF},
                               Block{0xF900, 0xFAFF},   Block{0x2F800, 0x2FA1F}};
  return std::ranges::any_of(
      kBlocks, [&](const Block& block) { return code >= block.first && code <= block.last; });
}

}  // namespace lineament::text
