// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lineament::io {

// Which decimals a column takes without being asked again.
enum class DecimalKind : std::uint8_t {
  none,
  whole,  // without a decimal sign
  real,
};

// Plain decimal numbers, decoded side by side with vector instructions: a minus sign or none, then
// digits and one decimal sign among them, at most 20 letters, or digits alone, at most 16, with
// nothing around them. Their values are those that are nearest to the text, as any correct
// reader's.
//
// Left to others, and told as not decoded: everything longer, exponents, a plus sign, blanks,
// whole numbers with leading zeros (more likely codes) or beyond 2^53, and minus zero without a
// decimal sign.
class DecimalBatch {
 public:
  // Decodes fields that follow one another in `text`, row by row: the first begins at `begin`, each
  // ends at its place of `ends`, one letter before the next begins. There are whole rows of
  // kinds.size() fields. A carriage return at the end of a row is no part of its last field.
  // kTextPadding bytes behind the text are readable.
  void decode(const char* text, std::size_t begin, std::span<const std::uint32_t> ends,
              std::span<const DecimalKind> kinds, char decimal);

  // Of field i; a NaN where it was not decoded.
  const double* values() const { return slots_.values.data(); }
  static bool decoded(double value) { return !std::isnan(value); }

  // A number of more than sixteen letters on its way: its first letters and its last sixteen are
  // taken as two numbers.
  struct Long {
    std::uint32_t field = 0;
    std::uint32_t end = 0;      // in the text
    std::uint8_t length = 0;    // without the sign
    std::uint8_t fraction = 0;  // digits behind the decimal sign
    bool negative = false;
    bool point_in_last = false;  // of the two numbers
  };

  // What passes between the stages of decoding; fields and halves of long ones have 16 digits each.
  struct Slots {
    std::vector<std::uint8_t> digits;
    std::vector<double> scales;  // what a field's digits are to be divided by
    std::vector<double> values;
    std::size_t long_count = 0;
    std::vector<Long> longs;
    std::vector<std::uint8_t> long_digits;
    std::vector<std::uint64_t> long_parts;
  };

 private:
  void reserve(std::size_t fields);
  void finishLongs(const char* text, char decimal);

  Slots slots_;
};

}  // namespace lineament::io
