// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lineament::io {

struct CalendarWord {
  std::int32_t days = 0;          // since 1970-01-01
  std::int64_t microseconds = 0;  // since then in UTC; a time without a zone counts as UTC
  bool has_time = false;
};

// "2026-11-23", "23.11.2026", either with "T21:54", " 21:54:07.25" and then "Z" or "+01:00".
// Days that the calendar does not have are nothing, as is "11/23/2026", whose order of day and
// month depends on the country.
std::optional<CalendarWord> parseCalendar(std::string_view word);

}  // namespace lineament::io
