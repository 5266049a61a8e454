// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npy_header.h"

#include <charconv>

#include "core/base/error.h"
#include "core/io/byte_cursor.h"
#include "core/io/python_literal.h"

namespace lineament::io {

namespace {

constexpr ErrorText kHeader{"npy.header", "Read {file}",
                            "the array's header is malformed: {problem}", "",
                            "The file is damaged: save it again with numpy.save"};
constexpr ErrorText kVersion{"npy.version", "Read {file}",
                             "the .npy format version {version} is not known", "byte 6",
                             "Save it again with a current NumPy"};
constexpr ErrorText kObjects{
    "npy.objects", "Read {file}",
    "it contains Python objects, which could only be had by running code from the file", "",
    "Save it again with a numeric dtype, for example array.astype(float)"};
constexpr ErrorText kType{"npy.type", "Read {file}", "the element type '{type}' is not supported",
                          "", "Save it again as float64, int64 or text"};
constexpr ErrorText kShape{"npy.shape", "Read {file}", "{problem}", "",
                           "The header is damaged: save the array again with numpy.save"};

constexpr std::uint64_t kMostDimensions = 32;
constexpr int kDeepestRecord = 16;

[[noreturn]] void malformed(const std::string& file, std::string_view problem) {
  throw Error(kHeader, {{"file", file}, {"problem", problem}});
}

std::uint64_t product(const std::vector<std::uint64_t>& shape, std::uint64_t size,
                      const std::string& file) {
  if (shape.size() > kMostDimensions) {
    throw Error(kShape, {{"file", file}, {"problem", "it has more than 32 dimensions"}});
  }
  for (const std::uint64_t dimension : shape) {
    if (__builtin_mul_overflow(size, dimension, &size)) {
      throw Error(
          kShape,
          {{"file", file},
           {"problem", fmt::format("the shape {} is larger than any file", shapeText(shape))}});
    }
  }
  return size;
}

std::vector<std::uint64_t> shapeOf(const PythonLiteral& literal, const std::string& file) {
  std::vector<std::uint64_t> shape;
  if (literal.kind == PythonLiteral::Kind::number) return {literal.number};
  if (literal.kind != PythonLiteral::Kind::sequence) malformed(file, "'shape' is not a tuple");
  for (const PythonLiteral& item : literal.items) {
    if (item.kind != PythonLiteral::Kind::number) malformed(file, "'shape' holds something else");
    shape.push_back(item.number);
  }
  return shape;
}

struct NumberCode {
  char kind;
  std::uint64_t size;
  DType dtype;
};

constexpr NumberCode kNumbers[] = {
    {'b', 1, DType::boolean}, {'i', 1, DType::i8},   {'i', 2, DType::i16}, {'i', 4, DType::i32},
    {'i', 8, DType::i64},     {'u', 1, DType::u8},   {'u', 2, DType::u16}, {'u', 4, DType::u32},
    {'u', 8, DType::u64},     {'f', 2, DType::f16},  {'f', 4, DType::f32}, {'f', 8, DType::f64},
    {'c', 8, DType::c64},     {'c', 16, DType::c128}};

// "[ns]", "[25us]" or nothing.
void readDateUnit(std::string_view rest, NpyType& type) {
  if (rest.size() < 3 || rest.front() != '[' || rest.back() != ']') return;
  rest = rest.substr(1, rest.size() - 2);
  const auto [stop, error] =
      std::from_chars(rest.data(), rest.data() + rest.size(), type.unit_count);
  if (error != std::errc{} || type.unit_count < 1) type.unit_count = 1;
  type.unit = std::string(rest.substr(static_cast<std::size_t>(stop - rest.data())));
}

bool finishCode(char kind, std::uint64_t size, std::string_view rest, NpyType& type) {
  for (const NumberCode& code : kNumbers) {
    if (code.kind != kind || code.size != size || !rest.empty()) continue;
    type.dtype = code.dtype;
    return true;
  }
  if (kind == 'M' || kind == 'm') {
    type.kind = kind == 'M' ? NpyType::Kind::date : NpyType::Kind::duration;
    readDateUnit(rest, type);
    return size == 8;
  }
  if (!rest.empty()) return false;
  type.kind = kind == 'S' || kind == 'a' ? NpyType::Kind::bytes
              : kind == 'U'              ? NpyType::Kind::text
                                         : NpyType::Kind::raw;
  if (kind == 'U') return !__builtin_mul_overflow(size, std::uint64_t{4}, &type.size);
  return kind == 'S' || kind == 'a' || kind == 'V';
}

NpyType plainType(std::string_view descr, const std::string& file) {
  NpyType type;
  std::string_view code = descr;
  if (!code.empty() && std::string_view("<>|=").find(code[0]) != std::string_view::npos) {
    type.big_endian = code[0] == '>';
    code.remove_prefix(1);
  }
  if (!code.empty() && code[0] == 'O') throw Error(kObjects, {{"file", file}});
  const char kind = code.empty() ? '\0' : code[0];
  if (!code.empty()) code.remove_prefix(1);
  const auto [stop, error] = std::from_chars(code.data(), code.data() + code.size(), type.size);
  const std::string_view rest = code.substr(static_cast<std::size_t>(stop - code.data()));
  if (error != std::errc{} || !finishCode(kind, type.size, rest, type)) {
    throw Error(kType, {{"file", file}, {"type", descr}});
  }
  return type;
}

NpyType typeOf(const PythonLiteral& descr, const std::string& file, int depth);

NpyField fieldOf(const PythonLiteral& item, const std::string& file, int depth) {
  if (item.kind != PythonLiteral::Kind::sequence || item.items.size() < 2 ||
      item.items.size() > 3) {
    malformed(file, "a field of 'descr' is not a (name, type) pair");
  }
  NpyField field;
  const PythonLiteral& name = item.items[0];
  if (name.kind == PythonLiteral::Kind::text) {
    field.name = name.text;
  } else if (name.kind == PythonLiteral::Kind::sequence && name.items.size() == 2) {
    field.name = name.items[1].text;  // (title, name)
  } else {
    malformed(file, "a field of 'descr' has no name");
  }
  field.type = typeOf(item.items[1], file, depth + 1);
  if (item.items.size() == 3) field.shape = shapeOf(item.items[2], file);
  return field;
}

NpyType typeOf(const PythonLiteral& descr, const std::string& file, int depth) {
  if (descr.kind == PythonLiteral::Kind::text) return plainType(descr.text, file);
  if (descr.kind != PythonLiteral::Kind::sequence || depth > kDeepestRecord) {
    malformed(file, "'descr' is neither a type nor a list of fields");
  }
  NpyType record;
  record.kind = NpyType::Kind::record;
  for (const PythonLiteral& item : descr.items) {
    NpyField field = fieldOf(item, file, depth);
    field.offset = record.size;
    const std::uint64_t bytes = product(field.shape, field.type.size, file);
    if (__builtin_add_overflow(record.size, bytes, &record.size)) {
      throw Error(kShape, {{"file", file}, {"problem", "its records are larger than any file"}});
    }
    record.fields.push_back(std::move(field));
  }
  return record;
}

NpyHeader headerOf(const PythonLiteral& literal, const std::string& file) {
  if (literal.kind != PythonLiteral::Kind::dictionary) malformed(file, "it is not a dictionary");
  const PythonLiteral *descr = nullptr, *order = nullptr, *shape = nullptr;
  for (std::size_t i = 0; i < literal.keys.size(); ++i) {
    const std::string& key = literal.keys[i];
    const PythonLiteral** place = key == "descr"           ? &descr
                                  : key == "fortran_order" ? &order
                                  : key == "shape"         ? &shape
                                                           : nullptr;
    if (!place) malformed(file, fmt::format("the key '{}' is not known", key));
    if (*place) malformed(file, fmt::format("the key '{}' is there twice", key));
    *place = &literal.items[i];
  }
  for (const auto& [value, key] :
       {std::pair{descr, "descr"}, {order, "fortran_order"}, {shape, "shape"}}) {
    if (!value) malformed(file, fmt::format("the key '{}' is missing", key));
  }
  if (order->kind != PythonLiteral::Kind::boolean) malformed(file, "'fortran_order' is no boolean");
  NpyHeader header;
  header.type = typeOf(*descr, file, 0);
  header.fortran_order = order->boolean;
  header.shape = shapeOf(*shape, file);
  header.data_bytes = product(header.shape, header.type.size, file);
  const bool empty = product(header.shape, 1, file) == 0;
  if (header.type.size == 0 && !empty) {
    throw Error(kShape, {{"file", file}, {"problem", "its elements have no bytes"}});
  }
  return header;
}

}  // namespace

std::uint64_t NpyHeader::elements() const {
  return type.size == 0 ? 0 : data_bytes / type.size;
}

NpyHeader parseNpyHeader(std::span<const std::byte> start, const std::string& file) {
  ByteCursor cursor(start, file);
  if (cursor.text(6) != "\x93NUMPY") malformed(file, "it does not begin with NUMPY");
  const int major = cursor.number<std::uint8_t>();
  const int minor = cursor.number<std::uint8_t>();
  if (major < 1 || major > 3 || minor != 0) {
    throw Error(kVersion, {{"file", file}, {"version", fmt::format("{}.{}", major, minor)}});
  }
  const std::uint64_t length =
      major == 1 ? cursor.number<std::uint16_t>() : cursor.number<std::uint32_t>();
  if (length > kNpyHeaderLimit - 12) malformed(file, "it is longer than 1 MB");
  const std::string_view text = cursor.text(length);
  NpyHeader header = headerOf(parsePythonLiteral(text, major < 3, file), file);
  header.data_offset = cursor.position();
  return header;
}

}  // namespace lineament::io
