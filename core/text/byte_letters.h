// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lineament::text {

// Byte-level vocabularies (Radford, Wu, Child, Luan, Amodei and Sutskever 2019) write every byte as
// a letter that can be seen: 0x21 to 0x7E, 0xA1 to 0xAC and 0xAE to 0xFF as themselves, the other
// 68 in their order as U+0100, U+0101, ... (a space is U+0120).
std::string_view letterOfByte(unsigned char byte);

// The bytes of a piece; one with a letter that stands for none is kept as it is.
std::string bytesOfLetters(std::string_view piece);

}  // namespace lineament::text
