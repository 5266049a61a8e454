// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/data/tensor.h"
#include "core/io/npy_header.h"
#include "core/io/reader.h"

namespace lineament::io {

struct NpyOptions {
  std::string file;       // the name for messages
  bool bfloat16 = false;  // read 2-byte raw elements as bfloat16
};

// Reads a whole .npy file that lies in memory. Numbers give a Tensor (big-endian ones swapped,
// Fortran order transposed; otherwise it shares the file's bytes); text and dates of up to two
// dimensions and structured arrays give a Table. Throws Error "npy.*" as parseNpyHeader does, and
// "npy.truncated" when the elements are not all there; warns when more follows them.
Data readNpy(const SharedArray<std::byte>& file, const NpyOptions& options, const Context& context);

// The part of readNpy that makes a Table, for headers whose elements are no plain numbers.
// `elements` holds exactly header.data_bytes.
Table npyTable(const NpyHeader& header, std::span<const std::byte> elements,
               const std::string& file, const Context& context);

// The format version 1.0 header (2.0 where it is long), so that elements begin at a multiple of 64.
std::string npyHeaderText(std::string_view descr, const std::vector<std::uint64_t>& shape);

// NumPy's name of a dtype ("<f4"); throws Error "npy.dtype" for those that NumPy lacks (bfloat16
// and 8-bit and smaller floats).
std::string_view npyDescr(DType dtype);

// Row-major, little-endian, version 1.0.
void writeNpy(const Tensor& tensor, const std::filesystem::path& path);

std::unique_ptr<Reader> makeNpyReader();

}  // namespace lineament::io
