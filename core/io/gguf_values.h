// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/json.h"
#include "core/io/byte_cursor.h"

namespace lineament::io {

// The values behind a GGUF file's keys: numbers, truth values, texts (u64 length, bytes), lists
// (u32 type of the elements, u64 count, elements; lists of lists too).
// Source: docs/gguf.md of github.com/ggml-org/ggml, gguf_metadata_value_t.

// A u64 length and so many bytes. Throws Error "gguf.value" for more than `longest`.
std::string_view ggufText(ByteCursor& cursor, std::uint64_t longest);

// Walks past a value, checking it. Throws Error "gguf.value" for a type that is none, for texts
// over 64 MiB and for lists nested more than eight deep, "file.cut_short".
void skipGgufValue(ByteCursor& cursor, std::uint32_t type);

// A value that was walked past before. Of a list longer than `longest` only what it holds:
// "32,000 strings". What is not UTF-8 is read as Latin-1.
nlohmann::json ggufValue(ByteCursor& cursor, std::uint32_t type, std::uint64_t longest);

}  // namespace lineament::io
