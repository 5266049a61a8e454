// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/data/shared_array.h"

namespace lineament {

// Attention matrices, layer x head x query x key, row-major: how much of each key's value is in the
// output at each query. Softmax attention's rows are positive and sum to 1; what a recurrence
// implies may be negative and of any size. "Layers" are those of a network, or mechanisms side by
// side on the same inputs.
struct AttentionStack {
  std::vector<std::string> layers;  // names, one for each layer
  std::vector<std::string> heads;
  std::uint64_t queries = 0;
  std::uint64_t keys = 0;
  std::vector<std::string> query_tokens;  // texts, one for each query; empty: numbered
  std::vector<std::string> key_tokens;
  std::string meaning;  // "Share of the value of token s in the output of token t"
  bool causal = false;  // nothing above the diagonal
  SharedArray<float> weights;

  const float* matrix(std::size_t layer, std::size_t head) const {
    return weights.data() + (layer * heads.size() + head) * queries * keys;
  }
};

// Whether the lists have the lengths that the sizes ask for.
bool isConsistent(const AttentionStack& stack);

// Everything but the weights.
nlohmann::json toJson(const AttentionStack& stack);

}  // namespace lineament
