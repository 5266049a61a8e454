// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// The weights of a small Llama as llama2.c keeps them (its first layout, without a magic number):
//   seven int32: dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len
//                (a negative vocab_size says that the output matrix is not the embedding's)
//   float32, row-major, every kind of tensor for all layers together:
//     tok_embeddings [vocab, dim]; attention_norm [layers, dim]; wq [layers, dim, dim];
//     wk, wv [layers, kv_heads * head, dim]; wo [layers, dim, dim]; ffn_norm [layers, dim];
//     w1 [layers, hidden, dim]; w2 [layers, dim, hidden]; w3 [layers, hidden, dim]; norm [dim];
//     cosines and sines of the rotations [seq_len, head / 2] each; output [vocab, dim] where not
//     shared
// Source: github.com/karpathy/llama2.c, run.c (memory_map_weights) and export.py (legacy_export).
// Tensors are named as in Meta's own checkpoints ("layers.0.attention.wq.weight"), which rotate
// neighbouring pairs of numbers.
std::unique_ptr<Reader> makeLlama2cReader();

}  // namespace lineament::io
