// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/shared_array.h"

namespace lineament {

enum class DType {
  boolean,
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  u64,
  i64,
  f16,
  bf16,
  f32,
  f64,
  c64,
  c128,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f4,
  f6_e2m3,
  f6_e3m2
};

std::string_view name(DType dtype);       // "float32", "bfloat16", ... as NumPy and PyTorch say
std::size_t bitsPerElement(DType dtype);  // 4 for f4, 6 for f6, a multiple of 8 otherwise

// An array of any rank: row-major (last dimension fastest), contiguous, little-endian. Rank 0 is
// one element; a dimension may be 0. Dimensions may have names ("head", "query"); either all or
// none of them have.
class Tensor {
 public:
  Tensor() : Tensor(DType::f32, {0}, {}) {}

  // Throws Error "tensor.size" when the bytes do not match the shape.
  Tensor(DType dtype, std::vector<std::uint64_t> shape, SharedArray<std::byte> bytes,
         std::vector<std::string> dimension_names = {});

  static Tensor of(std::vector<std::uint64_t> shape, std::vector<double> values,
                   std::vector<std::string> dimension_names = {});
  static Tensor of(std::vector<std::uint64_t> shape, std::vector<float> values,
                   std::vector<std::string> dimension_names = {});

  DType dtype() const { return dtype_; }
  const std::vector<std::uint64_t>& shape() const { return shape_; }
  const std::vector<std::string>& dimensionNames() const { return dimension_names_; }
  std::size_t rank() const { return shape_.size(); }
  std::size_t elements() const;
  const SharedArray<std::byte>& bytes() const { return bytes_; }

  // One element as a number (the real part of a complex one). Not for sub-byte types.
  double number(std::size_t index) const;
  // All, or a block of them, as numbers.
  std::vector<double> numbers() const { return numbers(0, elements()); }
  std::vector<double> numbers(std::size_t first, std::size_t count) const;
  std::vector<float> floats() const;

  // The part [first, first + count) of the first dimension, sharing the storage.
  Tensor slice(std::uint64_t first, std::uint64_t count) const;

 private:
  DType dtype_;
  std::vector<std::uint64_t> shape_;
  std::vector<std::string> dimension_names_;
  SharedArray<std::byte> bytes_;
};

std::string shapeText(const std::vector<std::uint64_t>& shape);  // "2 x 3", "scalar"

// Elements times bits, in whole bytes; nothing when it overflows or is not a whole number of bytes.
bool tensorBytes(DType dtype, const std::vector<std::uint64_t>& shape, std::uint64_t& bytes);

// Number formats, by definition (IEEE 754 binary16, bfloat16, OCP 8-bit formats).
float halfToFloat(std::uint16_t bits);
float bfloat16ToFloat(std::uint16_t bits);
std::uint16_t floatToHalf(float value);      // round to nearest even
std::uint16_t floatToBfloat16(float value);  // round to nearest even
float float8ToFloat(DType dtype, std::uint8_t bits);

}  // namespace lineament
