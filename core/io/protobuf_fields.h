// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/io/byte_cursor.h"

namespace lineament::io {

// One field of a message in Protocol Buffers' binary form. Messages within it are `bytes` again.
struct ProtobufField {
  enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  std::uint32_t number = 0;
  Wire wire = Wire::varint;
  std::uint64_t value = 0;           // of a varint, and the bits of what is fixed
  std::span<const std::byte> bytes;  // of what has a length

  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  float real() const;  // of a fixed32
};

// Walks over the fields of a message that nobody has vouched for. Throws Error "file.cut_short"
// where it ends within a field, "protobuf.field" for a number longer than 64 bits, a field number
// of 0 and the groups that the format has given up.
class ProtobufFields {
 public:
  // `file` is what errors name.
  ProtobufFields(std::span<const std::byte> message, std::string file)
      : cursor_(message, std::move(file)) {}

  std::optional<ProtobufField> next();  // nothing at the end

  // The same bytes as a list of numbers in a row, as a "packed" field has them.
  bool atEnd() const { return cursor_.remaining() == 0; }
  std::uint64_t varint();

 private:
  [[noreturn]] void fail(std::string_view problem) const;
  ByteCursor cursor_;
};

}  // namespace lineament::io
