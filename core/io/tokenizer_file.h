// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/data/tokenizer_files.h"

namespace lineament::io {

// The files of a tokenizer in the folder of `weights`, by the names of core/data/tokenizer_files.h
// whatever their case. A llama2.c vocabulary, tokenizer.bin or tok*.bin, is recognised by its
// content and given as "tokenizer.bin"; of several the first by name. Empty where there is none.
// Throws Error "tokenizer_file.size" for a file that is larger than any vocabulary.
TokenizerFiles tokenizerBeside(const std::filesystem::path& weights);

// One such file, with the same Error.
std::string tokenizerContent(const std::filesystem::path& path);

// "vocab.txt" of ".../Vocab.TXT".
std::string lowerCaseName(const std::filesystem::path& path);

}  // namespace lineament::io
