// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/attention_stack.h"

namespace lineament {

bool isConsistent(const AttentionStack& stack) {
  const auto fits = [](const std::vector<std::string>& tokens, std::uint64_t count) {
    return tokens.empty() || tokens.size() == count;
  };
  std::uint64_t elements = 0;
  const bool overflow = __builtin_mul_overflow(std::uint64_t{stack.layers.size()},
                                               std::uint64_t{stack.heads.size()}, &elements) ||
                        __builtin_mul_overflow(elements, stack.queries, &elements) ||
                        __builtin_mul_overflow(elements, stack.keys, &elements);
  return !overflow && stack.weights.size() == elements && fits(stack.query_tokens, stack.queries) &&
         fits(stack.key_tokens, stack.keys);
}

nlohmann::json toJson(const AttentionStack& stack) {
  return {{"layers", stack.layers},
          {"heads", stack.heads},
          {"queries", stack.queries},
          {"keys", stack.keys},
          {"query_tokens", stack.query_tokens},
          {"key_tokens", stack.key_tokens},
          {"meaning", stack.meaning},
          {"causal", stack.causal}};
}

}  // namespace lineament
