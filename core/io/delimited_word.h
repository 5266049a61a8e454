// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/table.h"

namespace lineament::io {

// What the words of a column look like, as bits: the union over all words decides the column's
// type, so it depends neither on the order of the words nor on how the file was cut into blocks.
using Seen = std::uint16_t;

namespace seen {
inline constexpr Seen kInteger = 1;        // up to 2^53
inline constexpr Seen kReal = 2;           // a decimal sign, an exponent or infinity
inline constexpr Seen kWide = 4;           // a whole number beyond 2^53
inline constexpr Seen kPadded = 8;         // "007"
inline constexpr Seen kGrouped = 16;       // "1,234.5", "1'234": surely thousands
inline constexpr Seen kMaybeGrouped = 32;  // "1,234": thousands only if others in the column are
inline constexpr Seen kBoolean = 64;
inline constexpr Seen kDate = 128;
inline constexpr Seen kTime = 256;
inline constexpr Seen kText = 512;
inline constexpr Seen kQuotedBlank = 1024;  // "" or "NA" in quotes: a word if the column is text
}  // namespace seen

// Nothing: the words seen so far are all missing.
std::optional<Column::Type> typeFor(Seen seen);

// Whether the column stays text whatever else it holds.
bool settled(Seen seen);

// A word that is not missing, understood as far as it can be: the value is the number's, boolean's,
// day's or microsecond's bits in `type`, nothing for text.
struct Word {
  Seen seen = seen::kText;
  Column::Type type = Column::Type::text;
  std::uint64_t bits = 0;
};

// `word` has no blanks around it and is not empty.
Word understand(std::string_view word, char decimal);

// The bits of a value in a column of a wider type: integer in real, date in time.
std::uint64_t widened(std::uint64_t bits, Column::Type from, Column::Type to);
bool widens(Column::Type from, Column::Type to);  // also when both are the same

std::string_view trimmed(std::string_view word);

// Words that stand for a missing value, found quickly.
class MissingWords {
 public:
  explicit MissingWords(std::vector<std::string> words);
  bool contains(std::string_view word) const;

 private:
  std::vector<std::string> words_;
  std::array<bool, 256> first_{};
  std::size_t longest_ = 0;
};

}  // namespace lineament::io
