// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/tensor.h"

namespace lineament::io {

struct SafetensorsHeader {
  struct Entry {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::uint64_t> shape;
    std::uint64_t begin = 0;  // bytes from the start of the data
    std::uint64_t end = 0;
  };
  std::vector<Entry> entries;  // in the order of the data
  std::map<std::string, std::string> metadata;
  std::uint64_t data_offset = 0;  // bytes from the start of the file
};

// Reads and checks the header at the start of a safetensors file of `size` bytes: the tensors lie
// one after the other without holes or overlaps and end with the file. Throws Error
// "safetensors.header" (the JSON), "safetensors.duplicate", "safetensors.tensor" (an entry, named),
// "safetensors.offsets" or "safetensors.incomplete".
SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> file, const std::string& name);

std::string_view safetensorsName(DType dtype);  // "F32"; Error "safetensors.dtype" for complex128

}  // namespace lineament::io
