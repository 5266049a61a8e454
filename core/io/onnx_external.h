// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/data/shared_array.h"
#include "core/io/onnx_tensor.h"

namespace lineament::io {

// The files beside an ONNX model that hold values of its tensors, each mapped when it is first
// asked for. May be asked from several threads.
class OnnxExternalFiles {
 public:
  explicit OnnxExternalFiles(std::filesystem::path model);

  // Where the file with the values of an external tensor lies; nothing where there is none. Throws
  // Error "onnx.external_path" for one outside of the model's folder, links followed.
  std::optional<std::filesystem::path> find(const OnnxTensor& tensor) const;

  // The tensor's bytes. Throws Error "onnx.external" where the file is missing or too short.
  SharedArray<std::byte> bytes(const OnnxTensor& tensor) const;

 private:
  struct Mapped;
  std::filesystem::path model_;
  std::shared_ptr<Mapped> mapped_;
};

}  // namespace lineament::io
