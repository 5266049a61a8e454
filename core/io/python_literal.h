// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lineament::io {

// A Python literal as NumPy writes it into the header of an .npy file: a dictionary with text keys,
// text, whole numbers, True, False, tuples and lists. Nothing else is understood, and nothing is
// evaluated.
struct PythonLiteral {
  enum class Kind { text, number, boolean, sequence, dictionary };
  Kind kind = Kind::boolean;
  std::string text;          // UTF-8
  std::uint64_t number = 0;  // never negative here
  bool boolean = false;
  bool tuple = false;
  std::vector<PythonLiteral> items;  // a dictionary's values, too
  std::vector<std::string> keys;
};

// `latin1` says how the text is encoded: Latin-1 or else UTF-8. Throws Error "npy.header" with the
// position in the literal.
PythonLiteral parsePythonLiteral(std::string_view text, bool latin1, const std::string& file);

}  // namespace lineament::io
