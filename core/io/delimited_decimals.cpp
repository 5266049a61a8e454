// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_decimals.h"

#include <algorithm>
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

inline constexpr std::size_t kDigits = 16;   // kept in a slot
inline constexpr std::size_t kLongest = 20;  // letters of a field: 19 digits and the decimal sign

// For a field of so many letters with the decimal sign at that place (or at the end, if it has
// none): which letter becomes which digit. The last digit goes last, the decimal sign is left out,
// places in front become zeros.
using Places = std::array<std::uint8_t, kDigits>;
constexpr std::uint8_t kZero = 0x80;

constexpr Places placesFor(std::size_t length, std::size_t point) {
  Places places{};
  const bool has_point = point < length;
  const std::size_t digits = length - (has_point ? 1 : 0);
  for (std::size_t i = 0; i < kDigits; ++i) {
    const std::size_t from_end = kDigits - 1 - i;
    if (from_end >= digits) {
      places[i] = kZero;
      continue;
    }
    const std::size_t digit = digits - 1 - from_end;
    places[i] = static_cast<std::uint8_t>(digit + (has_point && digit >= point ? 1 : 0));
  }
  // A decimal sign alone is no number: it stays where a digit should be.
  if (digits == 0) places[kDigits - 1] = 0;
  return places;
}

constexpr auto makePlaces() {
  std::array<std::array<Places, kDigits + 1>, kDigits + 1> all{};
  for (std::size_t length = 1; length <= kDigits; ++length) {
    for (std::size_t point = 0; point <= length; ++point) {
      all[length][point] = placesFor(length, point);
    }
  }
  return all;
}
alignas(64) inline constexpr auto kPlaces = makePlaces();

inline constexpr std::uint64_t kNoNumber = ~std::uint64_t{0};
inline constexpr double kNotDecoded = std::numeric_limits<double>::quiet_NaN();

// What to divide the digits by, for a column's kind, the sign, and how many letters there are from
// the decimal sign on. Whole columns want no decimal sign.
using Scales = std::array<std::array<double, kDigits + 1>, 2>;

constexpr Scales scalesFor(DecimalKind kind) {
  Scales scales{};
  for (std::size_t behind = 0; behind <= kDigits; ++behind) {
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

using Letters = hn::FixedTag<std::uint8_t, 16>;

// Puts the digits of fields in their slots, whether or not they are digits.
class DigitPlacer {
 public:
  explicit DigitPlacer(char decimal) : decimal_(hn::Set(Letters(), valueOf(decimal))) {}

  // A field of 1 to 16 letters, `length` without its sign. Gives what its digits are to be divided
  // by: not a number if the field has another shape.
  HWY_INLINE double place(const char* begin, std::size_t length, std::size_t negative,
                          DecimalKind kind, std::uint8_t* digits) const {
    const auto values = valuesAt(begin);
    const std::size_t point = firstPlace(pointsIn(values), length);
    if (point == length && *begin == '0' && length + negative > 1) return decimals::kNotDecoded;
    store(values, decimals::kPlaces[length][point], digits);
    return decimals::kScales[static_cast<std::size_t>(kind)][negative][length - point];
  }

  // A field of 17 to 20 letters as two: the first ones and the last sixteen. Gives where its
  // decimal sign is; `length` when there is none and nothing was done.
  HWY_INLINE std::size_t placeLong(const char* begin, std::size_t length,
                                   std::uint8_t* digits) const {
    const std::size_t first = length - decimals::kDigits;
    const auto upper = valuesAt(begin), lower = valuesAt(begin + first);
    const std::size_t point = firstPlace(pointsIn(upper) | pointsIn(lower) << first, length);
    if (point == length) return length;
    const std::size_t none = decimals::kDigits;
    store(upper, decimals::kPlaces[first][std::min(point, first)], digits);
    store(lower, decimals::kPlaces[none][point < first ? none : point - first],
          digits + decimals::kDigits);
    return point;
  }

 private:
  using Values = hn::Vec<Letters>;

  static constexpr std::uint8_t valueOf(char c) { return static_cast<std::uint8_t>(c - '0'); }

  static HWY_INLINE Values valuesAt(const char* letters) {
    return hn::Sub(hn::LoadU(Letters(), reinterpret_cast<const std::uint8_t*>(letters)),
                   hn::Set(Letters(), '0'));
  }

  HWY_INLINE std::uint64_t pointsIn(Values values) const {
    std::uint64_t bits = 0;
    hn::StoreMaskBits(Letters(), hn::Eq(values, decimal_), reinterpret_cast<std::uint8_t*>(&bits));
    return bits;
  }

  static HWY_INLINE std::size_t firstPlace(std::uint64_t bits, std::size_t otherwise) {
    return static_cast<std::size_t>(std::countr_zero(bits | std::uint64_t{1} << otherwise));
  }

  static HWY_INLINE void store(Values values, const decimals::Places& places,
                               std::uint8_t* digits) {
    const auto from = hn::Load(Letters(), places.data());
    hn::Store(hn::TableLookupBytesOr0(values, from), Letters(), digits);
  }

  Values decimal_;
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

// In each lane the value of the sixteen digits of one slot; `over` is not zero where one of them is
// no digit.
template <class D, class V>
HWY_INLINE V sixteenDigits(D d, const std::uint8_t* digits, V& over) {
  const hn::Repartition<std::uint32_t, D> d32;
  const hn::Repartition<std::uint8_t, D> d8;
  const auto* words = reinterpret_cast<const std::uint64_t*>(digits);
  const auto some = hn::LoadU(d, words), others = hn::LoadU(d, words + hn::Lanes(d));
  const auto upper = hn::ConcatEven(d, others, some), lower = hn::ConcatOdd(d, others, some);
  const auto nine = hn::Set(d8, 9);
  over = hn::BitCast(d, hn::Or(hn::SaturatedSub(hn::BitCast(d8, upper), nine),
                               hn::SaturatedSub(hn::BitCast(d8, lower), nine)));
  const auto high = hn::BitCast(d32, eightDigits(d, upper));
  return hn::Add(hn::MulEven(high, hn::Set(d32, 100'000'000)), eightDigits(d, lower));
}

// values[i] = the digits of slot i, as one number, over scales[i]: both are exact doubles, so that
// one division rounds correctly (Clinger 1990). Writes whole vectors.
void divideDigits(const std::uint8_t* digits, const double* scales, std::size_t count,
                  double* values) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const hn::Rebind<double, decltype(d)> real;
  const auto most = hn::Set(whole, static_cast<std::int64_t>(kExactWhole));
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto over = hn::Zero(d);
    const auto mantissa =
        hn::BitCast(whole, sixteenDigits(d, digits + decimals::kDigits * i, over));
    const auto value = hn::Div(hn::ConvertTo(real, mantissa), hn::LoadU(real, scales + i));
    const auto bad = hn::Or(hn::RebindMask(real, hn::Ne(over, hn::Zero(d))),
                            hn::RebindMask(real, hn::Gt(mantissa, most)));
    hn::StoreU(hn::IfThenElse(bad, hn::Set(real, decimals::kNotDecoded), value), real, values + i);
  }
}

// numbers[i] = the digits of slot i, or kNoNumber. Writes whole vectors.
void joinDigits(const std::uint8_t* digits, std::size_t count, std::uint64_t* numbers) {
  const hn::ScalableTag<std::uint64_t> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto over = hn::Zero(d);
    const auto number = sixteenDigits(d, digits + decimals::kDigits * i, over);
    const auto good = hn::Eq(over, hn::Zero(d));
    hn::StoreU(hn::IfThenElse(good, number, hn::Set(d, decimals::kNoNumber)), d, numbers + i);
  }
}

// Places a long field and notes what is needed to put it together; true if it may be a number.
HWY_INLINE bool placeLong(const DigitPlacer& placer, const char* begin, std::size_t length,
                          bool negative, std::uint8_t* digits, DecimalBatch::Long& number) {
  const std::size_t point = placer.placeLong(begin, length, digits);
  number.length = static_cast<std::uint8_t>(length);
  number.fraction = static_cast<std::uint8_t>(length - 1 - point);
  number.negative = negative;
  number.point_in_last = point >= length - decimals::kDigits;
  return point < length;
}

// Floor: some 25 instructions a field to place its digits, then the division, which is two cycles a
// field or more; both stages work within the nearest cache.
void decodeDecimals(const char* text, std::size_t begin, std::span<const std::uint32_t> ends,
                    std::span<const DecimalKind> kinds, char decimal, DecimalBatch::Slots& slots) {
  const DigitPlacer placer(decimal);
  const std::size_t columns = kinds.size();
  std::uint8_t* const digits = slots.digits.data();
  double* const scales = slots.scales.data();
  std::size_t longs = 0;
  const char* field = text + begin;
  for (std::size_t i = 0, column = 0; i < ends.size(); ++i) {
    const char* const end = text + ends[i];
    const DecimalKind kind = kinds[column];
    column = column + 1 == columns ? 0 : column + 1;
    const bool returns = column == 0 && end > field && end[-1] == '\r';
    const std::size_t negative = *field == '-';
    const char* const first = field + negative;
    const auto length = static_cast<std::size_t>(end - returns - first);
    field = end + 1;
    if (kind != DecimalKind::none && length - 1 < decimals::kDigits) {
      scales[i] = placer.place(first, length, negative, kind, digits + decimals::kDigits * i);
    } else if (kind == DecimalKind::real && length - 1 < decimals::kLongest) {
      DecimalBatch::Long& number = slots.longs[longs];
      std::uint8_t* const halves = slots.long_digits.data() + 2 * decimals::kDigits * longs;
      number.field = static_cast<std::uint32_t>(i);
      number.end = static_cast<std::uint32_t>(first + length - text);
      longs += placeLong(placer, first, length, negative != 0, halves, number);
      scales[i] = decimals::kNotDecoded;
    } else {
      scales[i] = decimals::kNotDecoded;
    }
  }
  divideDigits(digits, scales, ends.size(), slots.values.data());
  joinDigits(slots.long_digits.data(), 2 * longs, slots.long_parts.data());
  slots.long_count = longs;
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
  if (slots_.values.size() >= room) return;
  slots_.digits.resize(room * decimals::kDigits);
  slots_.scales.resize(room, 1.0);
  slots_.values.resize(room);
  slots_.longs.resize(room);
  slots_.long_digits.resize(2 * room * decimals::kDigits);
  slots_.long_parts.resize(2 * room);
}

void DecimalBatch::decode(const char* text, std::size_t begin, std::span<const std::uint32_t> ends,
                          std::span<const DecimalKind> kinds, char decimal) {
  reserve(ends.size());
  HWY_DYNAMIC_DISPATCH(decodeDecimals)(text, begin, ends, kinds, decimal, slots_);
  finishLongs(text, decimal);
}

// Up to 19 digits, which may be more than a double holds: rounded with more care.
void DecimalBatch::finishLongs(const char* text, char decimal) {
  constexpr std::uint64_t kFifteen = 1'000'000'000'000'000;
  for (std::size_t i = 0; i < slots_.long_count; ++i) {
    const Long& number = slots_.longs[i];
    const std::uint64_t first = slots_.long_parts[2 * i], last = slots_.long_parts[2 * i + 1];
    if (first == decimals::kNoNumber || last == decimals::kNoNumber) continue;
    ScannedNumber scanned;
    scanned.mantissa = first * (number.point_in_last ? kFifteen : 10 * kFifteen) + last;
    scanned.exponent = -static_cast<int>(number.fraction);
    scanned.negative = number.negative;
    scanned.exact = true;
    const char* const end = text + number.end;
    const char* const begin = end - number.length - (number.negative ? 1 : 0);
    slots_.values[number.field] = valueOf(scanned, begin, end, decimal);
  }
}

}  // namespace lineament::io
#endif
