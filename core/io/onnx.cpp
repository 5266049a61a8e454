// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/onnx.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/io/byte_cursor.h"
#include "core/io/model_folder.h"
#include "core/io/onnx_external.h"
#include "core/io/onnx_graph.h"
#include "core/io/text_reader.h"

namespace lineament::io {

namespace {

constexpr ErrorText kUnread{"onnx.unread", "Get the values of '{name}'",
                            "they are of the type {type}, which this program does not read", "",
                            "Its name and shape are all that can be seen of it here"};
constexpr ErrorText kOrt{"onnx.ort", "Read {file} as ONNX",
                         "it is in ONNX Runtime's own format, which holds no ONNX model", "",
                         "Give the .onnx file that it was made from"};

constexpr std::size_t kEntriesToPause = 256;  // each may ask for the place of a file

bool isOrt(std::string_view start) {
  return start.size() >= 8 && start.substr(4, 4) == "ORTM";
}

// Nothing where the bytes end within it.
std::optional<std::uint64_t> varint(ByteCursor& cursor) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63 && cursor.remaining() > 0; shift += 7) {
    const auto byte = cursor.number<std::uint8_t>();
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// Whether the first bytes of `size` could be a GraphProto's: all its fields have lengths.
bool looksLikeGraph(std::span<const std::byte> head, std::uint64_t size) {
  ByteCursor cursor(head, "");
  while (cursor.position() < size) {
    const auto tag = varint(cursor);
    const auto length = tag ? varint(cursor) : std::nullopt;
    if (!length) return cursor.remaining() == 0 && head.size() < size;
    const std::uint64_t field = *tag >> 3;
    const bool known = field == 1 || field == 2 || field == 5 || (field >= 10 && field <= 16);
    if ((*tag & 7) != 2 || !known || *length > size - cursor.position()) return false;
    if (*length > cursor.remaining()) return true;
    cursor.take(*length);
  }
  return true;
}

// ModelProto's fields as far as the first bytes go: the kinds that they have, and a graph that the
// file is long enough for, whose fields are a graph's. Nothing in the file says that it is ONNX.
bool looksLikeModel(const Probe& probe) {
  ByteCursor cursor(probe.head, "");
  bool versioned = false;
  for (;;) {
    const auto tag = varint(cursor);
    const auto value =
        tag ? varint(cursor) : std::nullopt;  // of a number, or the length of the rest
    if (!value) return false;
    if (*tag == (1U << 3)) versioned = true;                     // ir_version
    const bool number = *tag == (1U << 3) || *tag == (5U << 3);  // or model_version
    if (number) continue;
    if ((*tag & 7) != 2 || *value > probe.size - cursor.position()) return false;
    if (*tag >> 3 == 7) {
      const auto graph = cursor.take(std::min(*value, cursor.remaining()));
      return (versioned || *value > 0) && looksLikeGraph(graph, *value);
    }
    const bool known = (*tag >> 3 >= 2 && *tag >> 3 <= 8) || *tag >> 3 == 14 || *tag >> 3 == 25;
    if (!known || *value > cursor.remaining()) return false;
    cursor.take(*value);
  }
}

struct OpenModel {
  SharedArray<std::byte> bytes;
  std::string file;
  std::vector<OnnxTensor> tensors;
  OnnxExternalFiles beside;
};

Tensor load(const OpenModel& model, const OnnxTensor& tensor) {
  if (!tensor.dtype) {
    throw Error(kUnread, {{"name", tensor.name}, {"type", onnxTypeName(tensor.type)}});
  }
  if (tensor.external) return Tensor(*tensor.dtype, tensor.shape, model.beside.bytes(tensor));
  if (tensor.typed) {
    return Tensor(*tensor.dtype, tensor.shape, typedOnnxValues(tensor, model.file));
  }
  const auto raw = tensor.raw.value_or(std::span<const std::byte>());
  if (raw.empty()) return Tensor(*tensor.dtype, tensor.shape, {});
  const auto begin = static_cast<std::size_t>(raw.data() - model.bytes.data());
  return Tensor(*tensor.dtype, tensor.shape, model.bytes.slice(begin, raw.size()));
}

Checkpoint::Entry listed(const OpenModel& model, const OnnxTensor& tensor) {
  std::string note;
  if (!tensor.dtype) note = onnxTypeName(tensor.type) + ": its values are not read";
  if (tensor.external) {
    const std::string& location = tensor.external->location;
    note = model.beside.find(tensor) ? "values in " + location
                                     : "its values are in " + location + ", which is missing";
  }
  return {tensor.name, tensor.dtype.value_or(DType::u8), tensor.shape, tensor.bytes,
          std::move(note)};
}

class OnnxReader final : public Reader {
 public:
  std::string_view id() const override { return "onnx"; }
  std::string_view title() const override { return "ONNX model"; }
  std::vector<std::string> extensions() const override { return {".onnx", ".ort"}; }

  Confidence probe(const Probe& probe) const override {
    if (isOrt(probe.text())) return Confidence::certain;
    if (probe.hasExtension(".onnx")) {
      return looksLikeModel(probe) ? Confidence::certain : Confidence::likely;
    }
    // Short texts can be taken for fields, with their letters for lengths.
    return !isText(probe) && looksLikeModel(probe) ? Confidence::likely : Confidence::no;
  }

  Data read(const std::filesystem::path& path, const Parameters&,
            const Context& context) const override {
    const auto model = std::make_shared<OpenModel>(
        OpenModel{mapFile(path), path.filename().string(), {}, OnnxExternalFiles(path)});
    const std::string_view start(reinterpret_cast<const char*>(model->bytes.data()),
                                 std::min<std::size_t>(model->bytes.size(), 8));
    if (isOrt(start)) throw Error(kOrt, {{"file", model->file}});
    OnnxModel parsed = parseOnnxModel(model->bytes.span(), model->file, context.part(0, 0.9));
    model->tensors = std::move(parsed.tensors);
    std::vector<Checkpoint::Entry> entries;
    const double count = static_cast<double>(model->tensors.size());
    for (const OnnxTensor& tensor : model->tensors) {
      if (entries.size() % kEntriesToPause == 0) {
        context.checkpoint(0.9 + 0.1 * static_cast<double>(entries.size()) / count);
      }
      entries.push_back(listed(*model, tensor));
    }
    auto give = [model = std::shared_ptr<const OpenModel>(model)](std::size_t index) {
      return load(*model, model->tensors.at(index));
    };
    const Checkpoint checkpoint(std::move(entries), std::move(give), std::move(parsed.metadata),
                                std::move(parsed.structure));
    return Data(besideModel(checkpoint, path));
  }
};

}  // namespace

std::unique_ptr<Reader> makeOnnxReader() {
  return std::make_unique<OnnxReader>();
}

}  // namespace lineament::io
