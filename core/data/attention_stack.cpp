// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/attention_stack.h"

#include <algorithm>
#include <cctype>

#include "core/base/memory.h"
#include "core/base/parallel.h"

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
  const std::size_t heads = stack.layers.size() * stack.heads.size();
  return !overflow &&
         (stack.weights.size() == elements || (stack.source && stack.weights.empty())) &&
         fits(stack.query_tokens, stack.queries) && fits(stack.key_tokens, stack.keys) &&
         std::ranges::all_of(stack.measures,
                             [&](const auto& each) { return each.values.size() == heads; }) &&
         std::ranges::all_of(stack.token_measures,
                             [&](const auto& each) { return each.values.size() == stack.queries; });
}

bool isSpecialToken(const std::string& text) {
  if (text.size() < 3 || text.starts_with("<0x")) return false;
  if (text.front() == '<' && text.back() == '>') return text.find(' ') == std::string::npos;
  return text.front() == '[' && text.back() == ']' &&
         std::all_of(text.begin() + 1, text.end() - 1, [](unsigned char letter) {
           return std::isupper(letter) || std::isdigit(letter) || letter == '_';
         });
}

void readCells(const AttentionStack& stack, std::size_t layer, std::size_t head,
               const AttentionWindow& window, std::span<float> weights, const Context& context) {
  if (stack.source) {
    stack.source->cells(layer, head, window, weights, context);
    return;
  }
  const float* matrix = stack.matrix(layer, head);
  for (std::uint64_t row = 0; row < window.queries; ++row) {
    std::copy_n(matrix + (window.query + row) * stack.keys + window.key, window.keys,
                weights.data() + row * window.keys);
  }
}

AttentionStack held(const AttentionStack& stack, const Context& context) {
  if (!stack.source) return stack;
  const std::size_t cells = stack.queries * stack.keys;
  const std::size_t heads = stack.layers.size() * stack.heads.size();
  const MemoryReservation room = reserveMemory(heads * cells * sizeof(float), "attention matrices");
  std::vector<float> weights(heads * cells);
  forBlocks(heads, 1, context, [&](std::size_t first, std::size_t last) {
    for (std::size_t matrix = first; matrix < last; ++matrix) {
      stack.source->cells(matrix / stack.heads.size(), matrix % stack.heads.size(),
                          {0, 0, stack.queries, stack.keys},
                          std::span(weights).subspan(matrix * cells, cells), context);
    }
  });
  AttentionStack whole = stack;
  whole.weights = std::move(weights);
  whole.source.reset();
  return whole;
}

nlohmann::json toJson(const AttentionStack& stack) {
  const auto listed = [](const auto& measures) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& measure : measures) {
      list.push_back({{"name", measure.name},
                      {"title", measure.title},
                      {"unit", measure.unit},
                      {"values", measure.values}});
    }
    return list;
  };
  nlohmann::json json{{"layers", stack.layers},
                      {"heads", stack.heads},
                      {"queries", stack.queries},
                      {"keys", stack.keys},
                      {"query_tokens", stack.query_tokens},
                      {"key_tokens", stack.key_tokens},
                      {"meaning", stack.meaning},
                      {"causal", stack.causal}};
  if (!stack.measures.empty()) json["measures"] = listed(stack.measures);
  if (!stack.token_measures.empty()) json["token_measures"] = listed(stack.token_measures);
  return json;
}

}  // namespace lineament
