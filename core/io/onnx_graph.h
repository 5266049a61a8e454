// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/base/json.h"
#include "core/io/onnx_tensor.h"

namespace lineament::io {

// What an ONNX file says, taken apart: the tensors of its graph and of the graphs within its nodes
// (branches of If, bodies of Loop and Scan), and of its Constant nodes. Names within a graph of a
// node follow the node's: "NODE.then_branch.weight"; a Constant's tensor has its output's name.
struct OnnxModel {
  std::vector<OnnxTensor> tensors;  // each with a name of its own
  // "ir_version", "producer", "domain", "opsets" {"ai.onnx": 13}, "properties", and of the whole
  // graph "inputs" and "outputs" (text each: "input: float32 [1, 3, 240, 320]") and "operators"
  // {"Conv": 52}. What the file lacks is left out.
  nlohmann::json metadata;
  // {"format": "onnx", "name": ..., "inputs": [{"name": ..., "type": "float32", "shape": [1,
  // "n"]}], "outputs": alike, "nodes": [{"operator": "Conv", "name": ..., "inputs": [names],
  // "outputs": [names], "attributes": {"strides": [1, 1]}, "graphs": {"then_branch": a graph
  // again}}], "functions": [{"name": ..., "nodes": ...}]}; long attributes by their lengths.
  // Tensors that nodes read or give are called as in `tensors`.
  nlohmann::json structure;
};

// Source: onnx/onnx.proto of github.com/onnx/onnx. Throws Error "onnx.model" for what is no model
// with a graph, for graphs nested more than 32 deep and for more than 4 million nodes, tensors,
// attributes, sizes and names of inputs in all, and those of OnnxNames and parseOnnxTensor.
OnnxModel parseOnnxModel(std::span<const std::byte> file, const std::string& name,
                         const Context& context);

}  // namespace lineament::io
