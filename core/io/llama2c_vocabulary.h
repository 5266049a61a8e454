// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lineament::io {

// llama2.c's tokenizer.bin (Karpathy, github.com/karpathy/llama2.c, tokenizer.py): u32 length of
// the longest piece, then per piece f32 score, u32 length and that many bytes. Ids 0, 1 and 2 are
// unknown, start and end, 3 to 258 the bytes.
struct Llama2cVocabulary {
  std::vector<std::string> pieces;
  std::vector<float> scores;
};

// Throws Error "llama2c.vocabulary" naming the piece and what is wrong with it, "file.cut_short"
// where the bytes end within one.
Llama2cVocabulary llama2cVocabulary(std::string_view bytes, const std::string& file);

bool isLlama2cVocabulary(std::string_view bytes);
// Whether a file that begins so is one: from its first pieces up to the last of the bytes.
bool beginsLlama2cVocabulary(std::string_view bytes);

}  // namespace lineament::io
