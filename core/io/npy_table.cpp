// SPDX-License-Identifier: GPL-3.0-or-later
// Arrays of text, dates and records as tables.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/memory.h"
#include "core/io/npy.h"
#include "core/io/python_literal.h"
#include "core/io/strided_copy.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kColumns{"npy.columns", "Read {file} as a table",
                             "its records have more than {most} columns", "",
                             "Save its fields as arrays of their own"};
constexpr ErrorText kDimensions{"npy.dimensions", "Read {file} as a table",
                                "an array of text or dates has {rank} dimensions", "",
                                "Save it with one or two dimensions"};

constexpr std::size_t kMostColumns = 65536;
constexpr std::size_t kRowsBetweenChecks = 1 << 16;

// One column: where its value lies in each record.
struct Slot {
  std::string name;
  const NpyType* type;
  std::uint64_t offset;
};

struct Records {
  std::span<const std::byte> bytes;
  std::size_t rows;
  std::size_t stride;

  std::span<const std::byte> at(std::size_t row, const Slot& slot) const {
    return bytes.subspan(row * stride + slot.offset, slot.type->size);
  }
};

template <class T>
T load(std::span<const std::byte> bytes, bool big_endian) {
  std::byte value[sizeof(T)];
  std::copy_n(bytes.begin(), sizeof(T), value);
  if (big_endian) std::reverse(value, value + sizeof(T));
  T result;
  std::memcpy(&result, value, sizeof result);
  return result;
}

std::string letters(std::span<const std::byte> bytes, const NpyType& type) {
  std::string text;
  if (type.kind == NpyType::Kind::text) {
    std::size_t count = bytes.size() / 4;
    const auto letter = [&](std::size_t i) {
      return load<std::uint32_t>(bytes.subspan(i * 4, 4), type.big_endian);
    };
    while (count > 0 && letter(count - 1) == 0) --count;
    for (std::size_t i = 0; i < count; ++i) appendUtf8(text, letter(i));
    return text;
  }
  std::size_t count = bytes.size();
  while (count > 0 && bytes[count - 1] == std::byte{0}) --count;
  text.assign(reinterpret_cast<const char*>(bytes.data()), count);
  return utf8OrLatin1(text);
}

// Microseconds of one step of a date's unit; 0 where the unit is none of a fixed length.
double microsecondsPer(const std::string& unit) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"W", 604800e6}, {"D", 86400e6}, {"h", 3600e6}, {"m", 60e6},  {"s", 1e6},   {"ms", 1e3},
      {"us", 1},       {"ns", 1e-3},   {"ps", 1e-6},  {"fs", 1e-9}, {"as", 1e-12}};
  for (const auto& [name, length] : kUnits) {
    if (name == unit) return length;
  }
  return 0;
}

constexpr std::int64_t kNotATime = std::numeric_limits<std::int64_t>::min();

// Days or microseconds since 1970 as whole numbers; false when they do not fit.
bool dateValue(const NpyType& type, std::int64_t count, std::int64_t& value) {
  if (count == kNotATime || __builtin_mul_overflow(count, type.unit_count, &count)) return false;
  if (type.unit == "Y" || type.unit == "M") {
    const std::int64_t months_per_count = type.unit == "Y" ? 12 : 1;
    constexpr std::int64_t kMostMonths = 12'000'000;
    if (count > kMostMonths || count < -kMostMonths) return false;
    const std::int64_t months = count * months_per_count;
    const std::int64_t year = months >= 0 ? months / 12 : -((-months + 11) / 12);
    value =
        daysFromCivil(static_cast<int>(1970 + year), static_cast<int>(months - year * 12) + 1, 1);
    return true;
  }
  if (type.unit == "D" || type.unit == "W") {
    if (__builtin_mul_overflow(count, std::int64_t{type.unit == "W" ? 7 : 1}, &value)) return false;
    constexpr std::int64_t kMostDays = std::numeric_limits<std::int32_t>::max();
    return value >= -kMostDays && value <= kMostDays;
  }
  const double length = microsecondsPer(type.unit);
  if (length == 0) return false;
  if (length >= 1) {
    return !__builtin_mul_overflow(count, static_cast<std::int64_t>(length), &value);
  }
  const auto divisor = static_cast<std::int64_t>(std::llround(1 / length));
  value = count / divisor - (count % divisor < 0 ? 1 : 0);
  return true;
}

bool wholeDays(const NpyType& type) {
  return type.unit == "Y" || type.unit == "M" || type.unit == "D" || type.unit == "W";
}

// Fills `values` row by row with make(bytes, row).
template <class T, class Make>
SharedArray<T> collect(const Records& records, const Slot& slot, const Context& context,
                       const Make& make) {
  std::vector<T> values(records.rows);
  for (std::size_t row = 0; row < records.rows; ++row) {
    if (row % kRowsBetweenChecks == 0) context.checkpoint(0);
    values[row] = make(records.at(row, slot), row);
  }
  return values;
}

Column dateColumn(const Records& records, const Slot& slot, const Context& context) {
  std::vector<std::uint8_t> missing(records.rows, 0);
  const auto value = [&](std::span<const std::byte> bytes, std::size_t row) {
    std::int64_t found = 0;
    const auto count = load<std::int64_t>(bytes, slot.type->big_endian);
    if (!dateValue(*slot.type, count, found)) missing[row] = 1;
    return missing[row] ? 0 : found;
  };
  Column::Values values;
  if (wholeDays(*slot.type)) {
    values = collect<Column::Date>(records, slot, context, [&](auto bytes, std::size_t row) {
      return Column::Date{static_cast<std::int32_t>(value(bytes, row))};
    });
  } else {
    values = collect<Column::Time>(records, slot, context, [&](auto bytes, std::size_t row) {
      return Column::Time{value(bytes, row)};
    });
  }
  const bool any = std::find(missing.begin(), missing.end(), 1) != missing.end();
  return Column(slot.name, std::move(values),
                any ? SharedArray<std::uint8_t>(std::move(missing)) : SharedArray<std::uint8_t>());
}

Column durationColumn(const Records& records, const Slot& slot, const Context& context) {
  const NpyType& type = *slot.type;
  const auto values = collect<std::int64_t>(records, slot, context, [&](auto bytes, std::size_t) {
    return load<std::int64_t>(bytes, type.big_endian);
  });
  std::vector<std::uint8_t> missing;
  if (std::find(values.begin(), values.end(), kNotATime) != values.end()) {
    for (const std::int64_t value : values) missing.push_back(value == kNotATime);
  }
  const std::string unit =
      type.unit_count == 1 ? type.unit : fmt::format("{} {}", type.unit_count, type.unit);
  return Column(slot.name, values, std::move(missing), unit);
}

template <class T>
Column integerColumn(const Records& records, const Slot& slot, const Context& context) {
  return Column(slot.name, collect<std::int64_t>(records, slot, context, [&](auto bytes, auto) {
                  return static_cast<std::int64_t>(load<T>(bytes, slot.type->big_endian));
                }));
}

Column numberColumn(const Records& records, const Slot& slot, const Context& context) {
  const bool big = slot.type->big_endian;
  const auto reals = [&](auto convert) {
    return Column(slot.name, collect<double>(records, slot, context,
                                             [&](auto bytes, auto) { return convert(bytes); }));
  };
  switch (slot.type->dtype) {
    case DType::i8:
      return integerColumn<std::int8_t>(records, slot, context);
    case DType::u8:
      return integerColumn<std::uint8_t>(records, slot, context);
    case DType::i16:
      return integerColumn<std::int16_t>(records, slot, context);
    case DType::u16:
      return integerColumn<std::uint16_t>(records, slot, context);
    case DType::i32:
      return integerColumn<std::int32_t>(records, slot, context);
    case DType::u32:
      return integerColumn<std::uint32_t>(records, slot, context);
    case DType::i64:
      return integerColumn<std::int64_t>(records, slot, context);
    case DType::boolean:
      return Column(slot.name, collect<std::uint8_t>(records, slot, context, [](auto bytes, auto) {
                      return static_cast<std::uint8_t>(bytes[0] != std::byte{0});
                    }));
    case DType::u64:
      return reals([&](auto bytes) { return double(load<std::uint64_t>(bytes, big)); });
    case DType::f16:
      return reals(
          [&](auto bytes) { return double(halfToFloat(load<std::uint16_t>(bytes, big))); });
    case DType::f32:
      return reals([&](auto bytes) { return double(load<float>(bytes, big)); });
    default:
      return reals([&](auto bytes) { return load<double>(bytes, big); });
  }
}

Column columnOf(const Records& records, const Slot& slot, const Context& context) {
  switch (slot.type->kind) {
    case NpyType::Kind::date:
      return dateColumn(records, slot, context);
    case NpyType::Kind::duration:
      return durationColumn(records, slot, context);
    case NpyType::Kind::number:
      return numberColumn(records, slot, context);
    default:
      break;
  }
  TextBuilder builder;
  for (std::size_t row = 0; row < records.rows; ++row) {
    if (row % kRowsBetweenChecks == 0) context.checkpoint(0);
    builder.add(letters(records.at(row, slot), *slot.type));
  }
  return Column(slot.name, builder.finish());
}

// Lists the columns that fields make: arrays one per element, complex numbers two, padding none.
class SlotList {
 public:
  SlotList(const std::string& file, const Context& context) : file_(file), context_(context) {}

  void add(const std::string& name, const NpyType& type, std::uint64_t offset) {
    if (type.kind == NpyType::Kind::record) {
      for (const NpyField& field : type.fields) addField(name, field, offset);
    } else if (type.kind == NpyType::Kind::raw) {
      if (!name.empty()) context_.warn(fmt::format("Raw field '{}' was left out", name));
    } else if (type.dtype == DType::c64 || type.dtype == DType::c128) {
      const NpyType& part =
          type.dtype == DType::c64 ? half(DType::f32, 4, type) : half(DType::f64, 8, type);
      push({name + ".re", &part, offset});
      push({name + ".im", &part, offset + part.size});
    } else {
      push({name, &type, offset});
    }
  }

  const std::vector<Slot>& slots() const { return slots_; }

 private:
  void addField(const std::string& prefix, const NpyField& field, std::uint64_t base) {
    const std::string name = prefix.empty() ? field.name : prefix + "." + field.name;
    if (field.name.empty() && field.type.kind == NpyType::Kind::raw) return;
    std::uint64_t count = 1;
    for (const std::uint64_t dimension : field.shape) count *= dimension;
    if (field.type.size == 0) count = std::min<std::uint64_t>(count, 1);
    if (count > kMostColumns) tooMany();
    for (std::uint64_t i = 0; i < count; ++i) {
      add(field.shape.empty() ? name : fmt::format("{}[{}]", name, i), field.type,
          base + field.offset + i * field.type.size);
    }
  }

  const NpyType& half(DType dtype, std::uint64_t size, const NpyType& whole) {
    NpyType& part = (dtype == DType::f32 ? halves_ : halves_ + 2)[whole.big_endian ? 1 : 0];
    part.dtype = dtype;
    part.size = size;
    part.big_endian = whole.big_endian;
    return part;
  }

  void push(Slot slot) {
    if (slots_.size() == kMostColumns) tooMany();
    slots_.push_back(std::move(slot));
  }

  [[noreturn]] void tooMany() const {
    throw Error(kColumns, {{"file", file_}, {"most", kMostColumns}});
  }

  const std::string& file_;
  const Context& context_;
  std::vector<Slot> slots_;
  NpyType halves_[4];
};

Table tableOf(const std::vector<Slot>& slots, const Records& records, const Context& context) {
  const MemoryReservation room =
      reserveMemory(records.bytes.size() + records.rows * slots.size() * 8, "a table");
  std::vector<Column> columns;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    context.checkpoint(double(i) / double(slots.size()), "Reading columns");
    columns.push_back(columnOf(records, slots[i], context));
  }
  return Table(std::move(columns));
}

}  // namespace

Table npyTable(const NpyHeader& header, std::span<const std::byte> elements,
               const std::string& file, const Context& context) {
  SlotList list(file, context);
  const std::size_t count = header.elements();
  if (header.type.kind == NpyType::Kind::record) {
    list.add("", header.type, 0);
    return tableOf(list.slots(), {elements, count, header.type.size}, context);
  }
  const std::size_t rank = header.shape.size();
  if (rank > 2) throw Error(kDimensions, {{"file", file}, {"rank", rank}});
  const std::size_t columns = rank == 2 ? header.shape[1] : 1;
  if (columns > kMostColumns) throw Error(kColumns, {{"file", file}, {"most", kMostColumns}});
  const std::size_t rows = columns == 0 ? 0 : count / columns;
  const bool down = header.fortran_order && rank == 2;  // a column's elements follow each other
  const std::size_t size = header.type.size;
  std::vector<Column> made;
  for (std::size_t j = 0; j < columns; ++j) {
    const Slot slot{rank == 2 ? "" : "value", &header.type, down ? j * rows * size : j * size};
    made.push_back(columnOf({elements, rows, down ? size : columns * size}, slot, context));
  }
  return Table(std::move(made));
}

}  // namespace lineament::io
