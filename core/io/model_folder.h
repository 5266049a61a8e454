// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/data/checkpoint.h"

namespace lineament::io {

// The file to open of a folder that holds a model: the list of its shards, else its weights
// (safetensors, PyTorch, GGUF, ONNX, llama2.c), else its tokenizer. Throws Error
// "model_folder.weights" for a folder with none of them, and for one with several models, naming
// the files to choose from.
std::filesystem::path weightsIn(const std::filesystem::path& folder);

// The checkpoint with what lies in the folder of `weights`: config.json, where it has no
// configuration of its own, and the tokenizer's files, where it has none. A config.json that
// cannot be read is an Error "model_folder.config"; files of other models are not taken (a folder
// of loose weights has no config.json that speaks of them all).
Checkpoint besideModel(const Checkpoint& checkpoint, const std::filesystem::path& weights);

}  // namespace lineament::io
