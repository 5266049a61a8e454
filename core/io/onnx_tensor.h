// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/tensor.h"

namespace lineament::io {

// A TensorProto of an ONNX model: its description taken apart, its values left where they lie. They
// are in one of three places: raw_data, one of the typed lists (of which several messages may hold
// a part each), or a file beside the model.
// Source: onnx/onnx.proto of github.com/onnx/onnx, TensorProto.
struct OnnxTensor {
  struct External {
    std::string location;  // relative to the model's folder
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;  // to the end of the file where it is not given
  };

  std::string name;
  std::uint64_t type = 0;      // of TensorProto.DataType
  std::optional<DType> dtype;  // onnxDtype(type)
  std::vector<std::uint64_t> shape;
  std::uint64_t bytes = 0;  // of all values
  std::optional<std::span<const std::byte>> raw;
  bool typed = false;
  std::optional<External> external;
  std::span<const std::byte> message;
};

// Reads a TensorProto without its values. Throws Error "onnx.tensor" for negative or too large
// dimensions, for raw values that do not fill the shape and for values in two places, and those of
// ProtobufFields.
OnnxTensor parseOnnxTensor(std::span<const std::byte> message, const std::string& file);

// Of a number of TensorProto.DataType: "FLOAT16" for 10, "type 99" for what no version of the
// format has; and what its values are here, nothing for texts and numbers of less than a byte.
std::string onnxTypeName(std::uint64_t type);
std::optional<DType> onnxDtype(std::uint64_t type);

// The values of a tensor with a dtype that lie in its typed list: float_data, int32_data (also of
// narrower numbers and of the bits of float16 and narrower), int64_data, double_data, uint64_data.
// Throws Error "onnx.tensor" where their number is not the shape's.
std::vector<std::byte> typedOnnxValues(const OnnxTensor& tensor, const std::string& file);

}  // namespace lineament::io
