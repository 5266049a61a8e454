// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gguf_values.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/data/data.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kValue{"gguf.value", "Read {file} as GGUF", "{problem}", "byte {offset}",
                           "The file is damaged, perhaps by a copy as text: download it again"};

constexpr std::uint64_t kLongestText = 64 << 20;
constexpr int kDeepest = 8;

enum Type : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, list, u64, i64, f64 };

[[noreturn]] void fail(const ByteCursor& cursor, std::string_view problem) {
  throw Error(kValue,
              {{"file", cursor.file()}, {"problem", problem}, {"offset", cursor.position()}});
}

// Bytes of a number or a truth value; 0 of what has no fixed size.
std::uint64_t fixedBytes(std::uint32_t type) {
  switch (type) {
    case u8:
    case i8:
    case boolean:
      return 1;
    case u16:
    case i16:
      return 2;
    case u32:
    case i32:
    case f32:
      return 4;
    case u64:
    case i64:
    case f64:
      return 8;
    default:
      return 0;
  }
}

void skip(ByteCursor& cursor, std::uint32_t type, int depth) {
  if (const std::uint64_t fixed = fixedBytes(type)) {
    cursor.take(fixed);
  } else if (type == text) {
    ggufText(cursor, kLongestText);
  } else if (type == list) {
    if (depth == kDeepest) fail(cursor, "its lists are nested more than eight deep");
    const auto of = cursor.number<std::uint32_t>();
    const auto count = cursor.number<std::uint64_t>();
    if (const std::uint64_t each = fixedBytes(of)) {
      std::uint64_t bytes = 0;
      if (__builtin_mul_overflow(count, each, &bytes)) {
        fail(cursor, fmt::format("a list of {} elements fits no file", count));
      }
      cursor.take(bytes);
      return;
    }
    for (std::uint64_t i = 0; i < count; ++i) skip(cursor, of, depth + 1);
  } else {
    fail(cursor, fmt::format("there is no type of value {}", type));
  }
}

nlohmann::json readList(ByteCursor& cursor, std::uint64_t longest) {
  const auto of = cursor.number<std::uint32_t>();
  const auto count = cursor.number<std::uint64_t>();
  if (count > longest) {
    for (std::uint64_t i = 0; fixedBytes(of) == 0 && i < count; ++i) skip(cursor, of, 1);
    cursor.take(fixedBytes(of) * count);
    const char* what = of == text      ? "strings"
                       : of == list    ? "lists"
                       : of == boolean ? "truth values"
                                       : "numbers";
    return fmt::format("{} {}", countText(count), what);
  }
  auto values = nlohmann::json::array();
  for (std::uint64_t i = 0; i < count; ++i) values.push_back(ggufValue(cursor, of, longest));
  return values;
}

}  // namespace

std::string_view ggufText(ByteCursor& cursor, std::uint64_t longest) {
  const auto length = cursor.number<std::uint64_t>();
  if (length > longest) fail(cursor, fmt::format("a text of {} bytes is too long", length));
  return cursor.text(length);
}

void skipGgufValue(ByteCursor& cursor, std::uint32_t type) {
  skip(cursor, type, 0);
}

nlohmann::json ggufValue(ByteCursor& cursor, std::uint32_t type, std::uint64_t longest) {
  switch (type) {
    case u8:
      return cursor.number<std::uint8_t>();
    case i8:
      return cursor.number<std::int8_t>();
    case u16:
      return cursor.number<std::uint16_t>();
    case i16:
      return cursor.number<std::int16_t>();
    case u32:
      return cursor.number<std::uint32_t>();
    case i32:
      return cursor.number<std::int32_t>();
    case f32:
      return cursor.number<float>();
    case boolean:
      return cursor.number<std::uint8_t>() != 0;
    case u64:
      return cursor.number<std::uint64_t>();
    case i64:
      return cursor.number<std::int64_t>();
    case f64:
      return cursor.number<double>();
    case list:
      return readList(cursor, longest);
    default:
      return utf8OrLatin1(ggufText(cursor, kLongestText));
  }
}

}  // namespace lineament::io
