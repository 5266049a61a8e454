// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/protobuf_fields.h"

#include <fmt/format.h>

#include <bit>

#include "core/base/error.h"

namespace lineament::io {

namespace {

constexpr ErrorText kField{"protobuf.field", "Read {file}", "{problem}", "byte {byte} of a message",
                           "The file is damaged, or of another kind: copy it again"};

}  // namespace

float ProtobufField::real() const {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value));
}

std::optional<ProtobufField> ProtobufFields::next() {
  if (cursor_.remaining() == 0) return std::nullopt;
  const std::uint64_t tag = varint();
  ProtobufField field;
  if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) fail("a field has no valid number");
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.wire = static_cast<ProtobufField::Wire>(tag & 7);
  switch (field.wire) {
    case ProtobufField::Wire::varint:
      field.value = varint();
      break;
    case ProtobufField::Wire::fixed64:
      field.value = cursor_.number<std::uint64_t>();
      break;
    case ProtobufField::Wire::fixed32:
      field.value = cursor_.number<std::uint32_t>();
      break;
    case ProtobufField::Wire::bytes:
      field.bytes = cursor_.take(varint());
      break;
    default:
      fail(fmt::format("field {} is of the kind {}, which is no longer in use", field.number,
                       tag & 7));
  }
  return field;
}

std::uint64_t ProtobufFields::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint64_t>(cursor_.number<std::uint8_t>());
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  fail("a number is longer than 64 bits");
}

void ProtobufFields::fail(std::string_view problem) const {
  throw Error(kField,
              {{"file", cursor_.file()}, {"problem", problem}, {"byte", cursor_.position()}});
}

}  // namespace lineament::io
