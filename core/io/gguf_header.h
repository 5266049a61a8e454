// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/io/gguf_blocks.h"

namespace lineament::io {

// What stands before the tensors' data in a GGUF file (versions 2 and 3), all little-endian:
//   "GGUF", u32 version, u64 tensors, u64 keys;
//   of every key: text, u32 type, value (gguf_values.h);
//   of every tensor: text name, u32 rank, u64 sizes (fastest first), u32 type, u64 offset;
//   zeros to a multiple of the alignment ("general.alignment", 32 unless given), then the data,
//   every tensor at its offset from there, a multiple of the alignment too.
// Source: docs/gguf.md and src/gguf.cpp of github.com/ggml-org/ggml.
struct GgufHeader {
  struct Pair {
    std::string key;
    std::uint32_t type = 0;
    std::uint64_t at = 0;  // byte of the file at which the value begins
  };
  struct Entry {
    std::string name;
    const GgufType* type = nullptr;
    std::vector<std::uint64_t> shape;  // slowest first, as NumPy has it
    std::uint64_t begin = 0;           // byte of the file
    std::uint64_t bytes = 0;
  };
  std::uint32_t version = 0;
  std::vector<Pair> pairs;
  std::vector<Entry> entries;  // in the order of the data
};

// Reads and checks the header: every tensor follows the one before it and ends within the file.
// Throws Error "gguf.version", "gguf.header", "gguf.tensor" (an entry, named), "gguf.incomplete",
// those of skipGgufValue, "file.cut_short".
GgufHeader parseGgufHeader(std::span<const std::byte> file, const std::string& name);

}  // namespace lineament::io
