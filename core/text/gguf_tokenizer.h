// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "core/text/tokenizer.h"

namespace lineament::text {

// Of the "tokenizer.*" keys of a GGUF file as a JSON object (ggml's gguf.md). By
// `tokenizer.ggml.model`: "llama" (SentencePiece BPE), "gpt2" (byte-level BPE whose expressions
// `tokenizer.ggml.pre` names), "bert" (WordPiece), "t5" (SentencePiece unigram). Control tokens and
// those of the user are found in a text. Another model or `pre` is an Error
// "tokenizer.unsupported".
std::unique_ptr<Tokenizer> makeGgufTokenizer(std::string_view json);

}  // namespace lineament::text
