// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tensor.h"

#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/error.h"

namespace lineament {

static_assert(std::endian::native == std::endian::little, "tensors are little-endian in memory");

namespace {

constexpr ErrorText kSize{"tensor.size", "Make a tensor of shape {shape} and type {dtype}",
                          "it needs {expected} bytes, {found} are there", "",
                          "The source is incomplete or its header is wrong"};

struct Format {
  std::string_view name;
  std::size_t bits;
};

constexpr Format kFormats[] = {{"bool", 8},
                               {"uint8", 8},
                               {"int8", 8},
                               {"uint16", 16},
                               {"int16", 16},
                               {"uint32", 32},
                               {"int32", 32},
                               {"uint64", 64},
                               {"int64", 64},
                               {"float16", 16},
                               {"bfloat16", 16},
                               {"float32", 32},
                               {"float64", 64},
                               {"complex64", 64},
                               {"complex128", 128},
                               {"float8_e4m3fn", 8},
                               {"float8_e5m2", 8},
                               {"float8_e8m0fnu", 8},
                               {"float8_e4m3fnuz", 8},
                               {"float8_e5m2fnuz", 8},
                               {"float4_e2m1", 4},
                               {"float6_e2m3", 6},
                               {"float6_e3m2", 6}};

template <class T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// Sign, exponent and mantissa of an 8-bit format with the given split and bias.
float smallFloat(std::uint8_t bits, int mantissa_bits, int bias) {
  const int exponent_bits = 7 - mantissa_bits;
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const float magnitude = exponent == 0
                              ? std::ldexp(static_cast<float>(mantissa), 1 - bias - mantissa_bits)
                              : std::ldexp(static_cast<float>(mantissa + (1 << mantissa_bits)),
                                           exponent - bias - mantissa_bits);
  return (bits & 0x80) ? -magnitude : magnitude;
}

double element(DType dtype, const std::byte* at) {
  switch (dtype) {
    case DType::boolean:
      return load<std::uint8_t>(at) != 0 ? 1 : 0;
    case DType::u8:
      return load<std::uint8_t>(at);
    case DType::i8:
      return load<std::int8_t>(at);
    case DType::u16:
      return load<std::uint16_t>(at);
    case DType::i16:
      return load<std::int16_t>(at);
    case DType::u32:
      return load<std::uint32_t>(at);
    case DType::i32:
      return load<std::int32_t>(at);
    case DType::u64:
      return static_cast<double>(load<std::uint64_t>(at));
    case DType::i64:
      return static_cast<double>(load<std::int64_t>(at));
    case DType::f16:
      return halfToFloat(load<std::uint16_t>(at));
    case DType::bf16:
      return bfloat16ToFloat(load<std::uint16_t>(at));
    case DType::f32:
    case DType::c64:
      return load<float>(at);
    case DType::f64:
    case DType::c128:
      return load<double>(at);
    default:
      return float8ToFloat(dtype, load<std::uint8_t>(at));
  }
}

template <class T>
Tensor fromValues(DType dtype, std::vector<std::uint64_t> shape, std::vector<T> values,
                  std::vector<std::string> names) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  SharedArray<std::byte> bytes(owner, std::as_bytes(std::span(*owner)));
  return Tensor(dtype, std::move(shape), std::move(bytes), std::move(names));
}

}  // namespace

std::string_view name(DType dtype) {
  return kFormats[static_cast<int>(dtype)].name;
}

std::size_t bitsPerElement(DType dtype) {
  return kFormats[static_cast<int>(dtype)].bits;
}

bool tensorBytes(DType dtype, const std::vector<std::uint64_t>& shape, std::uint64_t& bytes) {
  std::uint64_t bits = bitsPerElement(dtype);
  for (const std::uint64_t dimension : shape) {
    if (__builtin_mul_overflow(bits, dimension, &bits)) return false;
  }
  bytes = bits / 8;
  return bits % 8 == 0;
}

Tensor::Tensor(DType dtype, std::vector<std::uint64_t> shape, SharedArray<std::byte> bytes,
               std::vector<std::string> dimension_names)
    : dtype_(dtype),
      shape_(std::move(shape)),
      dimension_names_(std::move(dimension_names)),
      bytes_(std::move(bytes)) {
  std::uint64_t expected = 0;
  if (!tensorBytes(dtype_, shape_, expected) || expected != bytes_.size()) {
    throw Error(kSize, {{"shape", shapeText(shape_)},
                        {"dtype", name(dtype_)},
                        {"expected", expected},
                        {"found", bytes_.size()}});
  }
}

Tensor Tensor::of(std::vector<std::uint64_t> shape, std::vector<double> values,
                  std::vector<std::string> dimension_names) {
  return fromValues(DType::f64, std::move(shape), std::move(values), std::move(dimension_names));
}

Tensor Tensor::of(std::vector<std::uint64_t> shape, std::vector<float> values,
                  std::vector<std::string> dimension_names) {
  return fromValues(DType::f32, std::move(shape), std::move(values), std::move(dimension_names));
}

std::size_t Tensor::elements() const {
  std::size_t count = 1;
  for (const std::uint64_t dimension : shape_) count *= dimension;
  return count;
}

double Tensor::number(std::size_t index) const {
  return element(dtype_, bytes_.data() + index * (bitsPerElement(dtype_) / 8));
}

std::vector<double> Tensor::numbers(std::size_t first, std::size_t count) const {
  const std::size_t size = bitsPerElement(dtype_) / 8;
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = element(dtype_, bytes_.data() + (first + i) * size);
  }
  return values;
}

std::vector<float> Tensor::floats() const {
  std::vector<float> values(elements());
  if (dtype_ == DType::f32) {
    if (!values.empty()) std::memcpy(values.data(), bytes_.data(), bytes_.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(number(i));
  return values;
}

Tensor Tensor::slice(std::uint64_t first, std::uint64_t count) const {
  const std::size_t row = shape_[0] == 0 ? 0 : bytes_.size() / shape_[0];
  std::vector<std::uint64_t> shape = shape_;
  shape[0] = count;
  return Tensor(dtype_, std::move(shape), bytes_.slice(first * row, count * row), dimension_names_);
}

std::string shapeText(const std::vector<std::uint64_t>& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " x "));
}

float halfToFloat(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1f;
  const std::uint32_t mantissa = bits & 0x3ff;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0)
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  return sign ? -magnitude : magnitude;
}

float bfloat16ToFloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t floatToHalf(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00;   // NaN
  if (magnitude >= 0x477ff000u) return sign | 0x7c00;  // rounds to infinity
  if (magnitude < 0x38800000u) {                       // subnormal: let the adder round
    const float scaled = std::bit_cast<float>(magnitude) * 0x1p24f;
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(scaled)));
  }
  const std::uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

std::uint16_t floatToBfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float float8ToFloat(DType dtype, std::uint8_t bits) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  switch (dtype) {
    case DType::f8_e4m3:
      return (bits & 0x7f) == 0x7f ? kNaN : smallFloat(bits, 3, 7);
    case DType::f8_e4m3fnuz:
      return bits == 0x80 ? kNaN : smallFloat(bits, 3, 8);
    case DType::f8_e5m2fnuz:
      return bits == 0x80 ? kNaN : smallFloat(bits, 2, 16);
    case DType::f8_e8m0:
      return bits == 0xff ? kNaN : std::ldexp(1.0f, bits - 127);
    case DType::f8_e5m2:
      if ((bits & 0x7c) != 0x7c) return smallFloat(bits, 2, 15);
      if (bits & 3) return kNaN;
      return (bits & 0x80) ? -std::numeric_limits<float>::infinity()
                           : std::numeric_limits<float>::infinity();
    default:
      return kNaN;
  }
}

}  // namespace lineament
