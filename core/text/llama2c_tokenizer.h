// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "core/text/tokenizer.h"

namespace lineament::text {

// Of llama2.c's tokenizer.bin (core/io/llama2c_vocabulary.h): a space is put before the text,
// letters become pieces or, where there is none, their bytes, and the neighbours of the best score
// are merged until none are left (github.com/karpathy/llama2.c, run.c). Encodes with a start.
std::unique_ptr<Tokenizer> makeLlama2cTokenizer(std::string_view bytes);

}  // namespace lineament::text
