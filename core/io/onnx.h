// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// ONNX models: a Checkpoint of the tensors in the file and in the files of values beside it, with
// the graph as its structure and metadata (onnx_graph.h). Nothing is computed of it. Tensors of
// texts and of numbers of less than a byte are listed without their values, which are an Error
// "onnx.unread". Values outside of the model's folder are refused; where the file of values is
// missing, the entry's note says so. Throws what parseOnnxModel and OnnxExternalFiles do, and
// "onnx.ort" for ONNX Runtime's own format.
std::unique_ptr<Reader> makeOnnxReader();

}  // namespace lineament::io
