// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npy.h"

#include <fmt/ranges.h>

#include "core/base/file.h"
#include "core/io/byte_cursor.h"
#include "core/io/strided_copy.h"

namespace lineament::io {

namespace {

constexpr ErrorText kTruncated{
    "npy.truncated", "Read {file}",
    "truncated: shape {shape} of {size} bytes each needs {expected} bytes, {found} are present",
    "byte {offset}", "Copy or download the file again"};
constexpr ErrorText kRaw{"npy.raw", "Read {file}",
                         "its elements are {size} raw bytes of no stated meaning", "",
                         "Read it with bfloat16=true if it was saved from bfloat16, else save it "
                         "again with a numeric dtype"};
constexpr ErrorText kNoDtype{"npy.dtype", "Write {dtype} as .npy", "NumPy has no such type", "",
                             "Write it as safetensors"};

const char* const kDescr[] = {"|b1", "|u1", "|i1",   "<u2", "<i2", "<u4", "<i4", "<u8",
                              "<i8", "<f2", nullptr, "<f4", "<f8", "<c8", "<c16"};

Tensor numberTensor(const NpyHeader& header, DType dtype, SharedArray<std::byte> elements,
                    const Context& context) {
  const std::size_t item = header.type.size;
  const bool transposed = header.fortran_order && header.shape.size() > 1;
  const bool swapped = header.type.big_endian && item > 1;
  if (!transposed && !swapped) return Tensor(dtype, header.shape, std::move(elements));
  const auto strides =
      transposed ? columnMajorStrides(header.shape) : rowMajorStrides(header.shape);
  std::vector<std::byte> copy = copyStrided(elements.span(), item, header.shape, strides, context);
  const bool complex = dtype == DType::c64 || dtype == DType::c128;
  if (swapped) swapBytes(copy, complex ? item / 2 : item);
  return Tensor(dtype, header.shape, std::move(copy));
}

class NpyReader final : public Reader {
 public:
  std::string_view id() const override { return "npy"; }
  std::string_view title() const override { return "NumPy array"; }
  std::vector<std::string> extensions() const override { return {".npy"}; }

  Confidence probe(const Probe& probe) const override {
    if (probe.startsWith("\x93NUMPY")) return Confidence::certain;
    // A text table with the wrong ending is better read as what it is.
    return probe.hasExtension(".npy") ? Confidence::perhaps : Confidence::no;
  }

  const Declaration& options() const override {
    static const Declaration declaration = [] {
      Declaration made;
      made.id = "npy";
      made.title = "NumPy array";
      made.summary = "What the bytes of an array are.";
      Parameter bfloat16;
      bfloat16.id = "bfloat16";
      bfloat16.title = "Raw pairs of bytes are bfloat16";
      bfloat16.type = Parameter::Type::boolean;
      bfloat16.fallback = false;
      bfloat16.help = "NumPy saves bfloat16 arrays without saying what they are.";
      made.parameters.push_back(std::move(bfloat16));
      return made;
    }();
    return declaration;
  }

  Data read(const std::filesystem::path& path, const Parameters& options,
            const Context& context) const override {
    return readNpy(mapFile(path), {path.filename().string(), options.flag("bfloat16")}, context);
  }
};

}  // namespace

Data readNpy(const SharedArray<std::byte>& file, const NpyOptions& options,
             const Context& context) {
  const NpyHeader header = parseNpyHeader(file.span(), options.file);
  const std::uint64_t present = file.size() - header.data_offset;
  if (present < header.data_bytes) {
    throw Error(kTruncated, {{"file", options.file},
                             {"shape", shapeText(header.shape)},
                             {"size", header.type.size},
                             {"expected", header.data_bytes},
                             {"found", present},
                             {"offset", header.data_offset}});
  }
  if (present > header.data_bytes) {
    context.warn(fmt::format("{}: {} bytes follow the array and were left out", options.file,
                             present - header.data_bytes));
  }
  auto elements = file.slice(header.data_offset, header.data_bytes);
  if (header.type.kind == NpyType::Kind::number) {
    return Data(numberTensor(header, header.type.dtype, std::move(elements), context));
  }
  if (header.type.kind == NpyType::Kind::raw) {
    if (!options.bfloat16 || header.type.size != 2) {
      throw Error(kRaw, {{"file", options.file}, {"size", header.type.size}});
    }
    return Data(numberTensor(header, DType::bf16, std::move(elements), context));
  }
  return Data(npyTable(header, elements.span(), options.file, context));
}

std::string_view npyDescr(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  if (index < std::size(kDescr) && kDescr[index]) return kDescr[index];
  throw Error::usage(kNoDtype, {{"dtype", name(dtype)}});
}

std::string npyHeaderText(std::string_view descr, const std::vector<std::uint64_t>& shape) {
  std::string literal = fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': ({}{}), }}",
                                    descr, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const bool wide = literal.size() + 1 + 10 + 63 > 0xffff;
  const std::size_t before = wide ? 12 : 10;
  const std::size_t padding = (64 - (before + literal.size() + 1) % 64) % 64;
  literal.append(padding, ' ');
  literal += '\n';
  std::string header = "\x93NUMPY";
  header += static_cast<char>(wide ? 2 : 1);
  header += '\0';
  for (std::size_t i = 0; i < before - 8; ++i) {
    header += static_cast<char>((literal.size() >> (8 * i)) & 0xff);
  }
  return header + literal;
}

void writeNpy(const Tensor& tensor, const std::filesystem::path& path) {
  const std::string header =
      npyHeaderText(fmt::format("'{}'", npyDescr(tensor.dtype())), tensor.shape());
  OutputFile file(path);
  file.write(header);
  file.write(tensor.bytes().span());
  file.commit();
}

std::unique_ptr<Reader> makeNpyReader() {
  return std::make_unique<NpyReader>();
}

}  // namespace lineament::io
