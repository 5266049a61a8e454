// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fast_float/fast_float.h>

#include <array>
#include <bit>
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
  bool integral = false;  // neither a decimal sign nor an exponent, and not minus zero
  bool padded = false;    // an integer with leading zeros: more likely a code than a number
  bool exact = false;
};

// Text that is scanned has to be followed by this many readable bytes.
inline constexpr std::size_t kTextPadding = 64;

// The largest whole number up to which a double tells all whole numbers apart.
inline constexpr std::uint64_t kExactWhole = std::uint64_t{1} << 53;

namespace number {

inline constexpr std::array<std::uint64_t, 9> kWholePowers{
    1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
inline constexpr std::array<double, 23> kRealPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline bool isDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// The value of eight digits, first digit in the lowest byte, each byte 0 to 9: neighbours are put
// together as pairs, the pairs as fours, the fours as one number, all within one word.
inline std::uint64_t eightDigits(std::uint64_t word) {
  constexpr std::uint64_t kPairs = 0x000000FF000000FF;
  constexpr std::uint64_t kLow = 100 + (std::uint64_t{1'000'000} << 32);
  constexpr std::uint64_t kHigh = 1 + (std::uint64_t{10'000} << 32);
  word = word * 10 + (word >> 8);
  return ((word & kPairs) * kLow + (word >> 16 & kPairs) * kHigh) >> 32;
}

// Appends the digits at `p` to the mantissa, up to eight in a step without a branch on how many.
inline const char* digits(const char* p, std::uint64_t& mantissa) {
  while (true) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    word ^= 0x3030303030303030;  // digits become 0 to 9, all else becomes more
    const std::uint64_t others = ((word + 0x7676767676767676) | word) & 0x8080808080808080;
    if (others == 0) {
      mantissa = mantissa * kWholePowers[8] + eightDigits(word);
      p += 8;
      continue;
    }
    const int count = std::countr_zero(others) / 8;
    word = word << (8 * (7 - count)) << 8;  // zeros in front in place of what follows
    mantissa = mantissa * kWholePowers[static_cast<std::size_t>(count)] + eightDigits(word);
    return p + count;
  }
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
  // Signs come as they like: no branches on them.
  out.negative = *p == '-';
  p += static_cast<int>(out.negative) | static_cast<int>(*p == '+');
  const char* const whole = p;
  out.mantissa = 0;
  p = number::digits(p, out.mantissa);
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
  // No whole number keeps the sign of "-0".
  if (out.negative && out.mantissa == 0 && out.exact && !out.padded) out.integral = false;
  return p;
}

// The double nearest to the number scanned from [begin, end). Where mantissa and power of ten are
// both exact doubles one operation rounds correctly (Clinger 1990, "How to read floating point
// numbers accurately"); else the method of Lemire (2021, "Number parsing at a gigabyte per second")
// in fast_float, which needs the text again only for more than 19 digits and for rare near ties.
inline double valueOf(const ScannedNumber& scanned, const char* begin, const char* end,
                      char decimal) {
  if (scanned.exact && scanned.mantissa <= kExactWhole && scanned.exponent >= -22 &&
      scanned.exponent <= 22) {
    const double mantissa = static_cast<double>(scanned.mantissa);
    const double value =
        scanned.exponent < 0
            ? mantissa / number::kRealPowers[static_cast<std::size_t>(-scanned.exponent)]
            : mantissa * number::kRealPowers[static_cast<std::size_t>(scanned.exponent)];
    const auto sign = static_cast<std::uint64_t>(scanned.negative) << 63;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ sign);
  }
  double value = 0;
  if (scanned.exact) {
    const auto found = fast_float::compute_float<fast_float::binary_format<double>>(
        scanned.exponent, scanned.mantissa);
    if (found.power2 >= 0) {
      fast_float::to_float(scanned.negative, found, value);
      return value;
    }
  }
  if (*begin == '+') ++begin;
  fast_float::from_chars_advanced(
      begin, end, value, fast_float::parse_options(fast_float::chars_format::general, decimal));
  return value;
}

}  // namespace lineament::io
