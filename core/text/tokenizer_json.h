// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "core/text/tokenizer.h"

namespace lineament::text {

// Of a tokenizer.json (the tokenizers library's own form): BPE, WordPiece, Unigram and WordLevel
// models with their normalizers, pre-tokenizers, post-processors, decoders and added tokens.
// Truncation and padding are not done. `config` is its tokenizer_config.json, empty without one;
// starts and ends are taken from it. A component that is not known, or a BPE dropout, which makes
// ids random, is an Error "tokenizer.unsupported".
std::unique_ptr<Tokenizer> makeJsonTokenizer(std::string_view json, std::string_view config);

}  // namespace lineament::text
