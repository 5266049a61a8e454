// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/data/tensor.h"

namespace lineament::io {

struct NpyField;

// What one element of an .npy array is, as its `descr` says.
struct NpyType {
  enum class Kind {
    number,    // `dtype`
    bytes,     // S: `size` bytes, padded with NUL
    text,      // U: size / 4 letters in UCS-4, padded with NUL
    date,      // M8: i64 counts of `unit_count` `unit`s since 1970
    duration,  // m8
    raw,       // V: `size` bytes of no known meaning
    record,    // `fields`
  };
  Kind kind = Kind::number;
  DType dtype = DType::f32;
  bool big_endian = false;
  std::uint64_t size = 0;  // bytes of one element
  std::string unit;        // "ns"; empty for generic dates
  std::int64_t unit_count = 1;
  std::vector<NpyField> fields;
};

struct NpyField {
  std::string name;  // empty: padding
  NpyType type;
  std::vector<std::uint64_t> shape;  // of a field that is itself an array
  std::uint64_t offset = 0;          // in the record, in bytes
};

struct NpyHeader {
  NpyType type;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t data_offset = 0;  // where the elements begin, in bytes from the file's start
  std::uint64_t data_bytes = 0;   // what the shape needs

  std::uint64_t elements() const;
};

// The most bytes that come before the elements: what has to be there for parseNpyHeader.
constexpr std::uint64_t kNpyHeaderLimit = (std::uint64_t{1} << 20) + 12;

// Reads the header at the start of an .npy file (format: NumPy's numpy/lib/format.py, versions 1.0
// to 3.0). `start` may end before the elements. Throws Error "npy.header", "npy.version",
// "npy.objects" (pickled Python objects, which would have to be executed), "npy.type" or
// "npy.shape"; whether the elements are all there is left to the caller.
NpyHeader parseNpyHeader(std::span<const std::byte> start, const std::string& file);

}  // namespace lineament::io
