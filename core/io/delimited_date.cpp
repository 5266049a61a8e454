// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_date.h"

#include <array>

#include "core/data/table.h"

namespace lineament::io {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kDay = 1440 * kMinute;

// Takes pieces off the front of a word; once a piece is not there, all later ones fail too.
class Pieces {
 public:
  explicit Pieces(std::string_view rest) : rest_(rest) {}

  bool good() const { return good_; }
  bool atEnd() const { return rest_.empty(); }
  bool done() const { return good_ && atEnd(); }

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool accept(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail();
  }

  // Up to six digits count, more are cut off.
  std::int64_t fraction() {
    std::int64_t value = 0, place = kSecond;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      place /= 10;
      value += place * (rest_[count] - '0');
    }
    if (count == 0 || count > 9) fail();
    rest_.remove_prefix(count);
    return value;
  }

  int fail() {
    good_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

bool dayExists(int year, int month, int day) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (leap && month == 2 ? 1 : 0);
}

std::int64_t zoneOffset(Pieces& pieces) {
  if (pieces.accept('Z') || pieces.atEnd()) return 0;
  const bool west = pieces.accept('-');
  if (!west) pieces.expect('+');
  const int hours = pieces.digits(2);
  pieces.accept(':');
  const int minutes = pieces.atEnd() ? 0 : pieces.digits(2);
  if (hours > 18 || minutes > 59) pieces.fail();
  const std::int64_t offset = (hours * 60 + minutes) * kMinute;
  return west ? -offset : offset;
}

std::int64_t timeOfDay(Pieces& pieces) {
  const int hours = pieces.digits(2);
  pieces.expect(':');
  const int minutes = pieces.digits(2);
  int seconds = 0;
  std::int64_t fraction = 0;
  if (pieces.accept(':')) {
    seconds = pieces.digits(2);
    if (pieces.accept('.') || pieces.accept(',')) fraction = pieces.fraction();
  }
  if (hours > 23 || minutes > 59 || seconds > 60) pieces.fail();
  return (hours * 60 + minutes) * kMinute + seconds * kSecond + fraction;
}

}  // namespace

std::optional<CalendarWord> parseCalendar(std::string_view word) {
  if (word.size() < 10 || word.size() > 40) return std::nullopt;
  Pieces pieces(word);
  int year = 0, month = 0, day = 0;
  if (word[4] == '-') {
    year = pieces.digits(4);
    pieces.expect('-');
    month = pieces.digits(2);
    pieces.expect('-');
    day = pieces.digits(2);
  } else {
    day = pieces.digits(2);
    pieces.expect('.');
    month = pieces.digits(2);
    pieces.expect('.');
    year = pieces.digits(4);
  }
  if (!pieces.good() || !dayExists(year, month, day)) return std::nullopt;
  CalendarWord result;
  result.days = daysFromCivil(year, month, day);
  result.microseconds = result.days * kDay;
  if (pieces.atEnd()) return result;
  result.has_time = true;
  if (!pieces.accept('T')) pieces.expect(' ');
  result.microseconds += timeOfDay(pieces);
  result.microseconds -= zoneOffset(pieces);
  if (!pieces.done()) return std::nullopt;
  return result;
}

}  // namespace lineament::io
