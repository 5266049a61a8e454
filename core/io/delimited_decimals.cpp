// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_decimals.h"

#include <array>
#include <bit>
#include <limits>

#include "core/io/delimited_number.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/io/delimited_decimals.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

// What is the same for all instruction sets.
#ifndef LINEAMENT_IO_DELIMITED_DECIMALS_TABLES
#define LINEAMENT_IO_DELIMITED_DECIMALS_TABLES
namespace lineament::io::decimals {

inline constexpr std::size_t kLongest = 16;  // letters of a field, and digits kept for each

// For a field of so many letters with the decimal sign at that place (or at the end, if it has
// none): which letter becomes which digit. The last digit goes last, the decimal sign is left out,
// places in front become zeros.
using Places = std::array<std::uint8_t, kLongest>;
constexpr std::uint8_t kZero = 0x80;

constexpr Places placesFor(std::size_t length, std::size_t point) {
  Places places{};
  const bool has_point = point < length;
  const std::size_t digits = length - (has_point ? 1 : 0);
  for (std::size_t i = 0; i < kLongest; ++i) {
    const std::size_t from_end = kLongest - 1 - i;
    if (from_end >= digits) {
      places[i] = kZero;
      continue;
    }
    const std::size_t digit = digits - 1 - from_end;
    places[i] = static_cast<std::uint8_t>(digit + (has_point && digit >= point ? 1 : 0));
  }
  // A decimal sign alone is no number: it stays where a digit should be.
  if (digits == 0) places[kLongest - 1] = 0;
  return places;
}

constexpr auto makePlaces() {
  std::array<std::array<Places, kLongest + 1>, kLongest + 1> all{};
  for (std::size_t length = 1; length <= kLongest; ++length) {
    for (std::size_t point = 0; point <= length; ++point) {
      all[length][point] = placesFor(length, point);
    }
  }
  return all;
}
alignas(64) inline constexpr auto kPlaces = makePlaces();

inline constexpr double kNotDecoded = std::numeric_limits<double>::quiet_NaN();

// What to divide the digits by, for a column's kind, the sign, and how many letters there are from
// the decimal sign on. Whole columns want no decimal sign.
using Scales = std::array<std::array<double, kLongest + 1>, 2>;

constexpr Scales scalesFor(DecimalKind kind) {
  Scales scales{};
  for (std::size_t behind = 0; behind <= kLongest; ++behind) {
    const bool takes = behind == 0 ? kind != DecimalKind::none : kind == DecimalKind::real;
    const double power = number::kRealPowers[behind == 0 ? 0 : behind - 1];
    scales[0][behind] = takes ? power : kNotDecoded;
    scales[1][behind] = takes ? -power : kNotDecoded;
  }
  return scales;
}

alignas(64) inline constexpr std::array<Scales, 3> kScales{
    scalesFor(DecimalKind::none), scalesFor(DecimalKind::whole), scalesFor(DecimalKind::real)};

}  // namespace lineament::io::decimals
#endif

HWY_BEFORE_NAMESPACE();
namespace lineament::io::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Puts the digits of one field in their places, whether or not they are digits, and gives what they
// are to be divided by: not a number for a field that has another shape.
class DigitPlacer {
 public:
  explicit DigitPlacer(char decimal) : decimal_(hn::Set(kTag, valueOf(decimal))) {}

  HWY_INLINE double place(const char* begin, const char* end, DecimalKind kind,
                          std::uint8_t* digits) const {
    if (kind == DecimalKind::none) return decimals::kNotDecoded;
    const std::size_t negative = *begin == '-';
    begin += negative;
    const auto length = static_cast<std::size_t>(end - begin);
    if (length - 1 >= decimals::kLongest) return decimals::kNotDecoded;
    const auto values =
        hn::Sub(hn::LoadU(kTag, reinterpret_cast<const std::uint8_t*>(begin)), hn::Set(kTag, '0'));
    const std::size_t point = firstPlace(hn::Eq(values, decimal_), length);
    if (point == length && *begin == '0' && length + negative > 1) return decimals::kNotDecoded;
    const auto places = hn::Load(kTag, decimals::kPlaces[length][point].data());
    hn::Store(hn::TableLookupBytesOr0(values, places), kTag, digits);
    return decimals::kScales[static_cast<std::size_t>(kind)][negative][length - point];
  }

 private:
  using Tag = hn::FixedTag<std::uint8_t, 16>;
  static constexpr Tag kTag{};

  static constexpr std::uint8_t valueOf(char c) { return static_cast<std::uint8_t>(c - '0'); }

  template <class Mask>
  static HWY_INLINE std::size_t firstPlace(Mask mask, std::size_t otherwise) {
    std::uint32_t bits = 0;
    hn::StoreMaskBits(kTag, mask, reinterpret_cast<std::uint8_t*>(&bits));
    return static_cast<std::size_t>(std::countr_zero(bits | std::uint32_t{1} << otherwise));
  }

  hn::Vec<Tag> decimal_;
};

// In each lane the value of eight digits, first digit in its lowest byte: neighbours are put
// together as pairs, the pairs as fours, the fours as one number.
template <class D, class V>
HWY_INLINE V eightDigits(D d, V digits) {
  const hn::Repartition<std::uint16_t, D> d16;
  const hn::Repartition<std::uint32_t, D> d32;
  const auto ones = hn::BitCast(d16, digits);
  const auto pairs = hn::Add(hn::Mul(hn::And(ones, hn::Set(d16, 0xFF)), hn::Set(d16, 10)),
                             hn::ShiftRight<8>(ones));
  const auto hundreds = hn::BitCast(d16, hn::Set(d32, 100 | 1 << 16));  // 100, 1, 100, 1, ...
  const auto parts = hn::BitCast(d32, hn::Mul(pairs, hundreds));
  const auto fours = hn::Add(hn::And(parts, hn::Set(d32, 0xFFFF)), hn::ShiftRight<16>(parts));
  return hn::Add(hn::MulEven(fours, hn::Set(d32, 10'000)),
                 hn::ShiftRight<32>(hn::BitCast(d, fours)));
}

// values[i] = the sixteen digits of field i, as one number, over scales[i]: both are exact doubles,
// so that one division rounds correctly (Clinger 1990). Writes whole vectors.
void divideDigits(const std::uint8_t* digits, const double* scales, std::size_t fields,
                  double* values) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const hn::Rebind<double, decltype(d)> real;
  const hn::Repartition<std::uint32_t, decltype(d)> d32;
  const hn::Repartition<std::uint8_t, decltype(d)> d8;
  const std::size_t lanes = hn::Lanes(d);
  const auto nine = hn::Set(d8, 9);
  const auto most = hn::Set(whole, static_cast<std::int64_t>(kExactWhole));
  for (std::size_t i = 0; i < fields; i += lanes) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(digits) + 2 * i;
    const auto some = hn::LoadU(d, words), others = hn::LoadU(d, words + lanes);
    const auto upper = hn::ConcatEven(d, others, some), lower = hn::ConcatOdd(d, others, some);
    const auto mantissa =
        hn::Add(hn::MulEven(hn::BitCast(d32, eightDigits(d, upper)), hn::Set(d32, 100'000'000)),
                eightDigits(d, lower));
    const auto over = hn::Or(hn::SaturatedSub(hn::BitCast(d8, upper), nine),
                             hn::SaturatedSub(hn::BitCast(d8, lower), nine));
    const auto no_digit = hn::Ne(hn::BitCast(d, over), hn::Zero(d));
    const auto inexact = hn::Gt(hn::BitCast(whole, mantissa), most);
    const auto value =
        hn::Div(hn::ConvertTo(real, hn::BitCast(whole, mantissa)), hn::LoadU(real, scales + i));
    const auto bad = hn::Or(hn::RebindMask(real, no_digit), hn::RebindMask(real, inexact));
    hn::StoreU(hn::IfThenElse(bad, hn::Set(real, decimals::kNotDecoded), value), real, values + i);
  }
}

// Floor: some 25 instructions a field to place its digits, then the division, which is two cycles a
// field or more; both stages work within the nearest cache.
void decodeDecimals(const char* text, std::size_t begin, std::span<const std::uint32_t> ends,
                    std::span<const DecimalKind> kinds, char decimal, std::uint8_t* digits,
                    double* scales, double* values) {
  const DigitPlacer placer(decimal);
  const std::size_t columns = kinds.size();
  const char* field = text + begin;
  for (std::size_t row = 0; row < ends.size(); row += columns) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t i = row + column;
      const char* const end = text + ends[i];
      const bool returns = column + 1 == columns && end > field && end[-1] == '\r';
      scales[i] = placer.place(field, end - returns, kinds[column], digits + 16 * i);
      field = end + 1;
    }
  }
  divideDigits(digits, scales, ends.size(), values);
}

}  // namespace lineament::io::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::io {

HWY_EXPORT(decodeDecimals);

// Room for the last vector to be whole, whatever its length.
void DecimalBatch::reserve(std::size_t fields) {
  constexpr std::size_t kMostLanes = 256;
  const std::size_t room = fields + kMostLanes;
  if (values_.size() >= room) return;
  digits_.resize(room * decimals::kLongest);
  scales_.resize(room, 1.0);
  values_.resize(room);
}

void DecimalBatch::decode(const char* text, std::size_t begin, std::span<const std::uint32_t> ends,
                          std::span<const DecimalKind> kinds, char decimal) {
  reserve(ends.size());
  HWY_DYNAMIC_DISPATCH(decodeDecimals)
  (text, begin, ends, kinds, decimal, digits_.data(), scales_.data(), values_.data());
}

}  // namespace lineament::io
#endif
