// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx_tensor.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

#include "core/base/error.h"
#include "core/io/protobuf_fields.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr ErrorText kTensor{"onnx.tensor", "Read {file} as ONNX", "{problem}", "tensor '{name}'",
                            "The file is damaged: download or export it again"};

using Wire = ProtobufField::Wire;

struct Type {
  const char* name;
  std::optional<DType> dtype;
};

// By the numbers of TensorProto.DataType.
constexpr std::array<Type, 27> kTypes{{{"UNDEFINED", {}},
                                       {"FLOAT", DType::f32},
                                       {"UINT8", DType::u8},
                                       {"INT8", DType::i8},
                                       {"UINT16", DType::u16},
                                       {"INT16", DType::i16},
                                       {"INT32", DType::i32},
                                       {"INT64", DType::i64},
                                       {"STRING", {}},
                                       {"BOOL", DType::boolean},
                                       {"FLOAT16", DType::f16},
                                       {"DOUBLE", DType::f64},
                                       {"UINT32", DType::u32},
                                       {"UINT64", DType::u64},
                                       {"COMPLEX64", DType::c64},
                                       {"COMPLEX128", DType::c128},
                                       {"BFLOAT16", DType::bf16},
                                       {"FLOAT8E4M3FN", DType::f8_e4m3},
                                       {"FLOAT8E4M3FNUZ", DType::f8_e4m3fnuz},
                                       {"FLOAT8E5M2", DType::f8_e5m2},
                                       {"FLOAT8E5M2FNUZ", DType::f8_e5m2fnuz},
                                       {"UINT4", {}},
                                       {"INT4", {}},
                                       {"FLOAT4E2M1", {}},
                                       {"FLOAT8E8M0", DType::f8_e8m0},
                                       {"UINT2", {}},
                                       {"INT2", {}}}};

// Numbers of TensorProto's fields.
enum Field : std::uint32_t {
  dims = 1,
  data_type = 2,
  float_data = 4,
  int32_data = 5,
  string_data = 6,
  int64_data = 7,
  tensor_name = 8,
  raw_data = 9,
  double_data = 10,
  uint64_data = 11,
  external_data = 13,
  data_location = 14
};

[[noreturn]] void wrong(const std::string& file, const std::string& name,
                        std::string_view problem) {
  throw Error(kTensor, {{"file", file}, {"name", name}, {"problem", problem}});
}

class TensorParser {
 public:
  TensorParser(std::span<const std::byte> message, const std::string& file) : file_(file) {
    tensor_.message = message;
  }

  OnnxTensor parse() {
    ProtobufFields fields(tensor_.message, file_);
    while (const auto field = fields.next()) take(*field);
    if (external_) {
      tensor_.external = std::move(place_);
      if (tensor_.external->location.empty()) fail("its values are elsewhere, but not said where");
    }
    measure();
    return std::move(tensor_);
  }

 private:
  void take(const ProtobufField& field) {
    switch (field.number) {
      case dims:
        return sizes(field);
      case data_type:
        tensor_.type = field.value;
        tensor_.dtype = onnxDtype(field.value);
        return;
      case tensor_name:
        tensor_.name = utf8OrLatin1(field.text());
        return;
      case raw_data:
        tensor_.raw = field.bytes;
        return;
      case float_data:
      case int32_data:
      case string_data:
      case int64_data:
      case double_data:
      case uint64_data:
        tensor_.typed = true;
        return;
      case external_data:
        return elsewhere(field.bytes);
      case data_location:
        external_ = field.value == 1;
        return;
      default:
        return;
    }
  }

  void sizes(const ProtobufField& field) {
    if (field.wire == Wire::varint) return addSize(field.value);
    ProtobufFields packed(field.bytes, file_);
    while (!packed.atEnd()) addSize(packed.varint());
  }

  void addSize(std::uint64_t size) {
    constexpr std::size_t kMostDimensions = 32;
    if (size >> 63 != 0) fail("it has a negative dimension");
    if (tensor_.shape.size() == kMostDimensions) fail("it has more than 32 dimensions");
    tensor_.shape.push_back(size);
  }

  void elsewhere(std::span<const std::byte> entry) {
    std::string key, value;
    ProtobufFields fields(entry, file_);
    while (const auto field = fields.next()) {
      if (field->number == 1) key = field->text();
      if (field->number == 2) value = field->text();
    }
    if (key == "location") place_.location = value;
    if (key == "offset") place_.offset = number(value);
    if (key == "length") place_.length = number(value);
  }

  std::uint64_t number(const std::string& text) const {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end) fail(fmt::format("'{}' is no place", text));
    return value;
  }

  void measure() {
    if (!tensor_.dtype) return;
    if (!tensorBytes(*tensor_.dtype, tensor_.shape, tensor_.bytes)) {
      fail(fmt::format("its shape {} is too large", shapeText(tensor_.shape)));
    }
    const int places = (tensor_.raw && !tensor_.raw->empty()) + tensor_.typed + external_;
    if (places > 1) fail("its values are in two places");
    const std::uint64_t present = tensor_.raw ? tensor_.raw->size() : 0;
    if (!tensor_.typed && !external_ && present != tensor_.bytes) {
      fail(fmt::format("shape {} of {} takes {} bytes, {} are present", shapeText(tensor_.shape),
                       onnxTypeName(tensor_.type), tensor_.bytes, present));
    }
    if (external_ && tensor_.external->length.value_or(tensor_.bytes) != tensor_.bytes) {
      fail(fmt::format("shape {} of {} takes {} bytes, {} are announced", shapeText(tensor_.shape),
                       onnxTypeName(tensor_.type), tensor_.bytes, *tensor_.external->length));
    }
  }

  [[noreturn]] void fail(std::string_view problem) const { wrong(file_, tensor_.name, problem); }

  const std::string& file_;
  OnnxTensor tensor_;
  OnnxTensor::External place_;
  bool external_ = false;
};

// Which list holds numbers of a type.
std::uint32_t listOf(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::c64:
      return float_data;
    case DType::f64:
    case DType::c128:
      return double_data;
    case DType::i64:
      return int64_data;
    case DType::u32:
    case DType::u64:
      return uint64_data;
    default:
      return int32_data;
  }
}

}  // namespace

OnnxTensor parseOnnxTensor(std::span<const std::byte> message, const std::string& file) {
  return TensorParser(message, file).parse();
}

std::string onnxTypeName(std::uint64_t type) {
  return type < kTypes.size() ? kTypes[type].name : fmt::format("type {}", type);
}

std::optional<DType> onnxDtype(std::uint64_t type) {
  return type < kTypes.size() ? kTypes[type].dtype : std::nullopt;
}

std::vector<std::byte> typedOnnxValues(const OnnxTensor& tensor, const std::string& file) {
  const std::uint32_t list = listOf(*tensor.dtype);
  const bool complex = *tensor.dtype == DType::c64 || *tensor.dtype == DType::c128;
  const std::size_t item = bitsPerElement(*tensor.dtype) / (complex ? 16 : 8);
  std::vector<std::byte> values;
  // Little-endian: the lower bytes of a wider number are those of a narrower one.
  const auto add = [&](std::uint64_t bits) {
    if (values.size() + item > tensor.bytes) wrong(file, tensor.name, "it has too many values");
    const std::size_t at = values.size();
    values.resize(at + item);
    std::memcpy(values.data() + at, &bits, item);
  };
  ProtobufFields fields(tensor.message, file);
  while (const auto field = fields.next()) {
    if (field->number != list) continue;
    if (field->wire != Wire::bytes) {
      add(field->value);
    } else if (list == float_data || list == double_data) {
      if (field->bytes.size() > tensor.bytes - values.size()) {
        wrong(file, tensor.name, "it has too many values");
      }
      values.insert(values.end(), field->bytes.begin(), field->bytes.end());
    } else {
      ProtobufFields packed(field->bytes, file);
      while (!packed.atEnd()) add(packed.varint());
    }
  }
  if (values.size() != tensor.bytes) {
    wrong(file, tensor.name,
          fmt::format("shape {} takes {} bytes of values, {} are present", shapeText(tensor.shape),
                      tensor.bytes, values.size()));
  }
  return values;
}

}  // namespace lineament::io
