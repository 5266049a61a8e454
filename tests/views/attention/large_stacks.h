// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/data/factored_attention.h"

namespace lineament::views {

// Causal softmax attention of random queries and keys with the rows' log-sums; no matrix is held.
inline AttentionStack factoredStack(std::size_t layers, std::size_t heads, std::uint64_t tokens,
                                    std::uint64_t size) {
  Random random(7);
  const std::size_t count = layers * heads * tokens * size;
  std::vector<float> queries(count), keys(count), sums(layers * heads * tokens);
  for (float& each : queries) each = static_cast<float>(random.normal());
  for (float& each : keys) each = static_cast<float>(random.normal());
  AttentionSource::Factors factors{queries, keys, {}, size, 1 / std::sqrt(double(size))};
  for (std::size_t matrix = 0; matrix < layers * heads; ++matrix) {
    for (std::uint64_t row = 0; row < tokens; ++row) {
      // Of many tokens those near by are enough for sums of about the right size.
      const std::uint64_t first = row > 256 ? row - 256 : 0;
      double sum = 0;
      for (std::uint64_t key = first; key <= row; ++key) {
        double product = 0;
        for (std::uint64_t i = 0; i < size; ++i) {
          product += double(queries[(matrix * tokens + row) * size + i]) *
                     double(keys[(matrix * tokens + key) * size + i]);
        }
        sum += std::exp(product * factors.scale);
      }
      sum *= double(row + 1) / double(row + 1 - first);
      sums[matrix * tokens + row] = static_cast<float>(std::log(sum));
    }
  }
  factors.log_sums = sums;
  AttentionStack stack;
  for (std::size_t i = 0; i < layers; ++i) stack.layers.push_back("layer " + std::to_string(i + 1));
  for (std::size_t i = 0; i < heads; ++i) stack.heads.push_back("head " + std::to_string(i + 1));
  stack.queries = stack.keys = tokens;
  stack.causal = true;
  stack.source = std::make_shared<FactoredAttention>(
      FactoredAttention::Shape{layers, heads, tokens, tokens, true}, factors);
  return stack;
}

// Held causal matrices: previous token, first token, uniform, and their like; tokens with texts,
// a measure of each kind.
inline AttentionStack heldStack(std::size_t layers, std::size_t heads, std::uint64_t tokens) {
  AttentionStack stack;
  std::vector<float> weights(layers * heads * tokens * tokens);
  HeadMeasure entropy{"entropy", "Entropy", "nat", "Mean entropy of the rows", {}};
  for (std::size_t matrix = 0; matrix < layers * heads; ++matrix) {
    const double spread = double(matrix % heads) / double(heads);
    for (std::uint64_t q = 0; q < tokens; ++q) {
      const std::uint64_t peak = matrix % 2 == 0 && q > 0 ? q - 1 : 0;
      float* row = weights.data() + (matrix * tokens + q) * tokens;
      for (std::uint64_t k = 0; k <= q; ++k) {
        row[k] = static_cast<float>(spread / double(q + 1) + (k == peak ? 1 - spread : 0));
      }
    }
    entropy.values.push_back(double(matrix) / 4);
  }
  for (std::size_t i = 0; i < layers; ++i) stack.layers.push_back("layer " + std::to_string(i + 1));
  for (std::size_t i = 0; i < heads; ++i) stack.heads.push_back("head " + std::to_string(i + 1));
  stack.queries = stack.keys = tokens;
  TokenMeasure surprisal{"surprisal", "Surprisal", "nat", {}};
  for (std::uint64_t i = 0; i < tokens; ++i) {
    stack.query_tokens.push_back(i == 0 ? "<s>" : " word" + std::to_string(i));
    surprisal.values.push_back(i + 1 == tokens ? std::nan("") : double(i % 7));
  }
  stack.key_tokens = stack.query_tokens;
  stack.causal = true;
  stack.weights = std::move(weights);
  stack.measures = {entropy};
  stack.token_measures = {surprisal};
  return stack;
}

}  // namespace lineament::views
