// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/data/attention_stack.h"

namespace lineament::explain {

// A layer for each of `matrices`, one head, square.
inline AttentionStack attentionOf(const std::vector<std::vector<float>>& matrices,
                                  std::uint64_t tokens) {
  AttentionStack stack;
  stack.heads = {"head 1"};
  stack.queries = stack.keys = tokens;
  std::vector<float> weights;
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    stack.layers.push_back("layer " + std::to_string(i + 1));
    weights.insert(weights.end(), matrices[i].begin(), matrices[i].end());
  }
  stack.weights = std::move(weights);
  return stack;
}

// Rows that sum to 1.
inline AttentionStack randomAttention(std::size_t layers, std::size_t heads, std::uint64_t queries,
                                      std::uint64_t keys, bool causal) {
  AttentionStack stack;
  for (std::size_t i = 0; i < layers; ++i) stack.layers.push_back("layer " + std::to_string(i + 1));
  for (std::size_t i = 0; i < heads; ++i) stack.heads.push_back("head " + std::to_string(i + 1));
  stack.queries = queries;
  stack.keys = keys;
  stack.causal = causal;
  Random random(queries * 1000 + keys);
  std::vector<float> weights(layers * heads * queries * keys, 0.0F);
  for (std::size_t row = 0; row < layers * heads * queries; ++row) {
    const std::uint64_t seen = causal ? keys - queries + row % queries + 1 : keys;
    float sum = 0;
    for (std::uint64_t j = 0; j < seen; ++j) {
      sum += weights[row * keys + j] = static_cast<float>(random.uniform(0.01, 1));
    }
    for (std::uint64_t j = 0; j < seen; ++j) weights[row * keys + j] /= sum;
  }
  stack.weights = std::move(weights);
  return stack;
}

}  // namespace lineament::explain
