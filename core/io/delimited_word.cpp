// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_word.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/io/delimited_date.h"
#include "core/io/delimited_number.h"

namespace lineament::io {

namespace {

constexpr std::size_t kLongestNumber = 400;

Word integerWord(bool negative, std::uint64_t mantissa, Seen also = 0) {
  const auto value = static_cast<std::int64_t>(mantissa);
  return {static_cast<Seen>(seen::kInteger | also), Column::Type::integer,
          static_cast<std::uint64_t>(negative ? -value : value)};
}

Word realWord(double value, Seen kind) {
  return {kind, Column::Type::real, std::bit_cast<std::uint64_t>(value)};
}

bool isWord(std::string_view word, std::string_view lower, std::string_view title,
            std::string_view upper) {
  return word == lower || word == title || word == upper;
}

std::optional<Word> booleanWord(std::string_view word) {
  if (isWord(word, "true", "True", "TRUE")) return Word{seen::kBoolean, Column::Type::boolean, 1};
  if (isWord(word, "false", "False", "FALSE"))
    return Word{seen::kBoolean, Column::Type::boolean, 0};
  return std::nullopt;
}

std::optional<Word> infinityWord(std::string_view word) {
  const bool negative = word[0] == '-';
  if (negative || word[0] == '+') word.remove_prefix(1);
  if (!isWord(word, "inf", "Inf", "INF") && !isWord(word, "infinity", "Infinity", "INFINITY")) {
    return std::nullopt;
  }
  const double infinity = std::numeric_limits<double>::infinity();
  return realWord(negative ? -infinity : infinity, seen::kReal);
}

// The number that takes up the whole of `text`.
std::optional<Word> numberWord(const std::string& text, char decimal, Seen also = 0) {
  std::string padded = text;
  // Fortran writes 1.0D+03.
  for (char& c : padded) c = c == 'D' || c == 'd' ? 'e' : c;
  const std::size_t length = padded.size();
  padded.append(kTextPadding, '\0');
  ScannedNumber scanned;
  const char* const begin = padded.data();
  const char* const end = scanNumber(begin, decimal, scanned);
  if (end != begin + length) return std::nullopt;
  if (!scanned.integral) {
    return realWord(valueOf(scanned, begin, end, decimal), static_cast<Seen>(seen::kReal | also));
  }
  if (scanned.padded) return Word{seen::kPadded, Column::Type::text, 0};
  if (!scanned.exact || scanned.mantissa > kExactWhole) {
    return realWord(valueOf(scanned, begin, end, decimal), static_cast<Seen>(seen::kWide | also));
  }
  return integerWord(scanned.negative, scanned.mantissa, also);
}

// The sign between groups of three digits, as UTF-8; empty when there is none here.
std::string_view groupSign(std::string_view rest, char decimal) {
  for (const std::string_view sign :
       {",", ".", "'", " ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x99"}) {
    if (rest.substr(0, sign.size()) == sign && sign[0] != decimal) return sign;
  }
  return {};
}

std::size_t digitsAt(std::string_view word, std::size_t at) {
  std::size_t count = 0;
  while (at + count < word.size() && number::isDigit(word[at + count])) ++count;
  return count;
}

// "1,234.5", "1 234,5", "1'234": thousands in groups. One group alone without a fraction may as
// well be a decimal comma or two numbers, so it counts only if the column holds surer ones.
std::optional<Word> groupedWord(std::string_view word, char decimal) {
  std::size_t at = word[0] == '-' || word[0] == '+' ? 1 : 0;
  const std::size_t lead = digitsAt(word, at);
  if (lead == 0 || lead > 3 || (lead > 1 && word[at] == '0')) return std::nullopt;
  std::string plain(word.substr(0, at + lead));
  at += lead;
  const std::string_view sign = groupSign(word.substr(at), decimal);
  if (sign.empty()) return std::nullopt;
  int groups = 0;
  while (word.substr(at, sign.size()) == sign && digitsAt(word, at + sign.size()) == 3) {
    plain += word.substr(at + sign.size(), 3);
    at += sign.size() + 3;
    ++groups;
  }
  if (groups == 0) return std::nullopt;
  const bool fraction = at < word.size() && word[at] == decimal;
  plain += word.substr(at);
  if (!fraction && at != word.size()) return std::nullopt;
  const bool blank = sign == " ";
  const bool sure = fraction || (!blank && (groups > 1 || sign == "'"));
  return numberWord(plain, decimal, sure ? seen::kGrouped : seen::kMaybeGrouped);
}

std::optional<Word> calendarWord(std::string_view word) {
  const std::optional<CalendarWord> found = parseCalendar(word);
  if (!found) return std::nullopt;
  if (found->has_time) {
    return Word{seen::kTime, Column::Type::time, static_cast<std::uint64_t>(found->microseconds)};
  }
  return Word{seen::kDate, Column::Type::date,
              static_cast<std::uint64_t>(static_cast<std::int64_t>(found->days))};
}

bool startsNumber(char c) {
  return number::isDigit(c) || c == '-' || c == '+' || c == '.' || c == ',';
}

}  // namespace

std::optional<Column::Type> typeFor(Seen all) {
  constexpr Seen kWholes = seen::kInteger | seen::kWide | seen::kGrouped | seen::kMaybeGrouped;
  const Seen words = all & static_cast<Seen>(~seen::kQuotedBlank);
  if (words == 0) {
    return all == 0 ? std::nullopt : std::optional(Column::Type::text);
  }
  const auto within = [words](Seen allowed) { return (words & ~allowed) == 0; };
  if (within(kWholes | seen::kReal)) {
    if ((words & seen::kMaybeGrouped) && !(words & seen::kGrouped)) return Column::Type::text;
    if (words & seen::kReal) return Column::Type::real;
    return words & seen::kWide ? Column::Type::text : Column::Type::integer;
  }
  if (within(seen::kBoolean)) return Column::Type::boolean;
  if (within(seen::kDate)) return Column::Type::date;
  if (within(seen::kDate | seen::kTime)) return Column::Type::time;
  return Column::Type::text;
}

bool settled(Seen all) {
  // Every further word would leave it text, alone or with others: each family must be excluded.
  constexpr Seen kNumbers = seen::kInteger | seen::kReal | seen::kWide | seen::kGrouped;
  for (const Seen more : {kNumbers, seen::kBoolean, static_cast<Seen>(seen::kDate | seen::kTime)}) {
    if (typeFor(static_cast<Seen>(all | more)) != Column::Type::text) return false;
  }
  return true;
}

Word understand(std::string_view word, char decimal) {
  if (word.size() > kLongestNumber) return {};
  if (startsNumber(word[0])) {
    if (const auto found = numberWord(std::string(word), decimal)) return *found;
    if (const auto found = calendarWord(word)) return *found;
    if (const auto found = groupedWord(word, decimal)) return *found;
  }
  if (const auto found = booleanWord(word)) return *found;
  if (const auto found = infinityWord(word)) return *found;
  return {};
}

std::uint64_t widened(std::uint64_t bits, Column::Type from, Column::Type to) {
  if (from == Column::Type::integer && to == Column::Type::real) {
    return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int64_t>(bits)));
  }
  if (from == Column::Type::date && to == Column::Type::time) {
    constexpr std::int64_t kDay = 86'400'000'000;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) * kDay);
  }
  return bits;
}

bool widens(Column::Type from, Column::Type to) {
  return from == to || (from == Column::Type::integer && to == Column::Type::real) ||
         (from == Column::Type::date && to == Column::Type::time);
}

std::string_view trimmed(std::string_view word) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!word.empty() && blank(word.front())) word.remove_prefix(1);
  while (!word.empty() && blank(word.back())) word.remove_suffix(1);
  return word;
}

MissingWords::MissingWords(std::vector<std::string> words) : words_(std::move(words)) {
  for (const std::string& word : words_) {
    if (word.empty()) continue;
    first_[static_cast<unsigned char>(word[0])] = true;
    longest_ = std::max(longest_, word.size());
  }
}

bool MissingWords::contains(std::string_view word) const {
  if (word.empty()) return true;
  if (word.size() > longest_ || !first_[static_cast<unsigned char>(word[0])]) return false;
  return std::find(words_.begin(), words_.end(), word) != words_.end();
}

}  // namespace lineament::io
