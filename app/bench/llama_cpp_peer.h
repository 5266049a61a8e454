// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace lineament::app {

// llama.cpp as a peer of language models, through its Python binding (packages llama-cpp-python,
// gguf and safetensors). Its script (see PeerProcess) writes the weights of "path" as GGUF in
// single precision, and reads "prompt" or writes "written" tokens behind it, keys and values in
// single precision, too; GPT-2 and Mamba. With the seconds it says the likeliest token.
extern const char* const kLlamaCppScript;

// Whether that Python has what the script needs.
bool hasLlamaCpp(const std::filesystem::path& python);

}  // namespace lineament::app
