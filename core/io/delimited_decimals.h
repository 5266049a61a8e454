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
// up to 16 digits and one decimal sign among them, all in at most 16 letters, with nothing around
// them. Their values are those that are nearest to the text, as any correct reader's.
//
// Left to others, and told as `not decoded`: everything longer, exponents, a plus sign, blanks,
// whole numbers with leading zeros (more likely codes), minus zero without a decimal sign, and
// mantissas beyond 2^53.
class DecimalBatch {
 public:
  // Decodes fields that follow one another in `text`, row by row: the first begins at `begin`, each
  // ends at its place of `ends`, one letter before the next begins. There are whole rows of
  // kinds.size() fields. A carriage return at the end of a row is no part of its last field.
  // kTextPadding bytes behind the text are readable.
  void decode(const char* text, std::size_t begin, std::span<const std::uint32_t> ends,
              std::span<const DecimalKind> kinds, char decimal);

  // Of field i; a NaN where it was not decoded.
  const double* values() const { return values_.data(); }
  static bool decoded(double value) { return !std::isnan(value); }

 private:
  void reserve(std::size_t fields);

  std::vector<std::uint8_t> digits_;  // sixteen a field
  std::vector<double> scales_;        // what the field's digits are to be divided by
  std::vector<double> values_;
};

}  // namespace lineament::io
