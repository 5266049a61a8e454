// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>

namespace lineament {

// The files of a tokenizer as they lie beside a model's weights, by their names in lower case:
// "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "spiece.model", "vocab.json",
// "merges.txt", "vocab.txt", "tokenizer.bin" (llama2.c). A format that holds its vocabulary within
// the weights gives it under a name of its own: "gguf" is JSON of all "tokenizer.*" keys, "bytes"
// says that the ids are the text's bytes.
// core/text/tokenizer.h makes a tokenizer of them.
struct TokenizerFiles {
  std::map<std::string, std::string> files;  // name -> content

  bool empty() const { return files.empty(); }
};

// Reads them when they are asked for: a vocabulary may take longer to read than the list of
// tensors.
using TokenizerLoader = std::function<TokenizerFiles()>;

}  // namespace lineament
