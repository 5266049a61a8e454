// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// GGUF, the format of llama.cpp (gguf_header.h): a Checkpoint whose tensors keep the file's names
// ("blk.0.attn_q.weight") and lie in the mapped file. Numbers in blocks of few bits become float32
// when they are asked for, and the entry's note says what they are stored as; of types whose
// blocks this program does not know the values are an Error "gguf.quantised". The metadata is the
// file's keys, long lists by their lengths, with "bits_per_weight" and "types", how many tensors
// are of each. The configuration is translated into the transformers library's terms
// (gguf_configuration.h); the tokenizer is "gguf", JSON of all "tokenizer." keys. Of a model in
// several files ("NAME-00001-of-00003.gguf") any one opens all. Throws what parseGgufHeader does,
// and "gguf.parts" where files of it are missing.
std::unique_ptr<Reader> makeGgufReader();

}  // namespace lineament::io
