// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/byte_letters.h"

#include <array>

#include "core/io/utf8.h"
#include "core/text/aligned_text.h"

namespace lineament::text {

namespace {

constexpr std::uint32_t kFirstMoved = 0x100;
constexpr std::size_t kLetters = kFirstMoved + 68;

struct Letters {
  std::array<std::string, 256> of_byte;
  std::array<std::int32_t, kLetters> byte_of{};  // -1: none

  Letters() {
    byte_of.fill(-1);
    std::uint32_t moved = kFirstMoved;
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      const bool seen = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
      const std::uint32_t code = seen ? byte : moved++;
      io::appendUtf8(of_byte[byte], code);
      byte_of[code] = static_cast<std::int32_t>(byte);
    }
  }
};

const Letters& letters() {
  static const Letters made;
  return made;
}

}  // namespace

std::string_view letterOfByte(unsigned char byte) {
  return letters().of_byte[byte];
}

std::string bytesOfLetters(std::string_view piece) {
  if (!io::isUtf8(piece)) return std::string(piece);
  std::string made;
  for (std::uint32_t at = 0; at < piece.size();) {
    const Letter letter = letterAt(piece, at);
    const std::int32_t byte = letter.code < kLetters ? letters().byte_of[letter.code] : -1;
    if (byte < 0) return std::string(piece);
    made += static_cast<char>(byte);
    at += letter.bytes;
  }
  return made;
}

}  // namespace lineament::text
