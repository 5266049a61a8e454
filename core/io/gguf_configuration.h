// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/json.h"
#include "core/data/checkpoint.h"

namespace lineament::io {

// What network a GGUF file holds, in the terms of the transformers library's config.json, from its
// keys and tensors; null where the file does not say ("general.architecture"). Translated are
// llama (Mistral's among them), qwen2, gpt2, bert, t5 and mamba; of others only the model_type is
// given. Keys that the file lacks are left out. Llama 3's scaling of positions is no key but the
// tensor "rope_freqs.weight". Source of the keys: docs/gguf.md of github.com/ggml-org/ggml and
// gguf-py/gguf/constants.py of github.com/ggml-org/llama.cpp.
nlohmann::json ggufConfiguration(const nlohmann::json& keys,
                                 const std::vector<Checkpoint::Entry>& tensors);

}  // namespace lineament::io
