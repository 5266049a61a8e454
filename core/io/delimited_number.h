// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fast_float/fast_float.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lineament::io {

// A decimal number met in text: (-1)^negative * mantissa * 10^exponent, where `exact` says that
// the mantissa holds all its digits.
struct ScannedNumber {
  std::uint64_t mantissa = 0;
  int exponent = 0;
  bool negative = false;
  bool integral = false;  // neither a decimal sign nor an exponent
  bool padded = false;    // an integer with leading zeros: more likely a code than a number
  bool exact = false;
};

// Text that is scanned has to be followed by this many readable bytes.
inline constexpr std::size_t kTextPadding = 64;

// The largest whole number up to which a double tells all whole numbers apart.
inline constexpr std::uint64_t kExactWhole = std::uint64_t{1} << 53;

namespace number {

inline bool isDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

inline const char* digits(const char* p, std::uint64_t& mantissa) {
  // Eight digits at a time: their values are added in pairs, fours and eights within one word.
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  while (fast_float::is_made_of_eight_digits_fast(word)) {
    mantissa = mantissa * 100'000'000 + fast_float::parse_eight_digits_unrolled(word);
    p += 8;
    std::memcpy(&word, p, sizeof word);
  }
  while (isDigit(*p)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  return p;
}

inline const char* exponentPart(const char* p, int& exponent) {
  const char* q = p + 1;
  const bool negative = *q == '-';
  if (*q == '-' || *q == '+') ++q;
  if (!isDigit(*q)) return p;  // "1e" and "1em": the number ends before the letter
  int value = 0;
  for (; isDigit(*q); ++q) value = value < 100'000 ? value * 10 + (*q - '0') : value;
  exponent += negative ? -value : value;
  return q;
}

}  // namespace number

// Scans a number at `p`; gives where it ends, or null when there is none.
inline const char* scanNumber(const char* p, char decimal, ScannedNumber& out) {
  out.negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;
  const char* const whole = p;
  out.mantissa = 0;
  while (number::isDigit(*p))
    out.mantissa = out.mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  std::ptrdiff_t count = p - whole;
  out.padded = count > 1 && *whole == '0';
  out.integral = true;
  out.exponent = 0;
  if (*p == decimal) {
    out.integral = false;
    const char* const fraction = p + 1;
    p = number::digits(fraction, out.mantissa);
    out.exponent = -static_cast<int>(p - fraction);
    count += p - fraction;
  }
  if (count == 0) return nullptr;
  out.exact = count <= 19;  // 10^19 - 1 < 2^64
  if ((*p | 0x20) == 'e') {
    const char* const end = number::exponentPart(p, out.exponent);
    if (end != p) out.integral = false;
    p = end;
  }
  return p;
}

// The double nearest to the number scanned from [begin, end). Where mantissa and power of ten are
// both exact doubles one operation rounds correctly (Clinger 1990, "How to read floating point
// numbers accurately"); all else goes to fast_float.
inline double valueOf(const ScannedNumber& scanned, const char* begin, const char* end,
                      char decimal) {
  constexpr std::array<double, 23> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                           1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (scanned.exact && scanned.mantissa <= kExactWhole && scanned.exponent >= -22 &&
      scanned.exponent <= 22) {
    const double mantissa = static_cast<double>(scanned.mantissa);
    const double value = scanned.exponent < 0
                             ? mantissa / kPowers[static_cast<std::size_t>(-scanned.exponent)]
                             : mantissa * kPowers[static_cast<std::size_t>(scanned.exponent)];
    return scanned.negative ? -value : value;
  }
  double value = 0;
  if (*begin == '+') ++begin;
  fast_float::from_chars_advanced(
      begin, end, value, fast_float::parse_options(fast_float::chars_format::general, decimal));
  return value;
}

}  // namespace lineament::io
