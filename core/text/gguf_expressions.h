// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lineament::text {

// How a byte-level GGUF vocabulary cuts texts into words.
struct GgufExpressions {
  std::vector<std::string> expressions;  // each within the words of the one before
  bool ignore_merges = false;
  bool begins = false;  // whether a start is put before a text where no key says it
};

// By the value of `tokenizer.ggml.pre`. Throws Error "tokenizer.unsupported" for one that is not
// known, and for "", as files have it that were written before the key was.
GgufExpressions ggufExpressions(std::string_view file, std::string_view pre);

}  // namespace lineament::text
