// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// A tokenizer's file without weights: tokenizer.json, a SentencePiece .model, vocab.txt, vocab.json
// or merges.txt, llama2.c's tokenizer.bin. Opens as a checkpoint without tensors whose tokenizer()
// gives the file, with tokenizer_config.json and the other one of a pair where they lie beside it.
std::unique_ptr<Reader> makeTokenizerReader();

}  // namespace lineament::io
