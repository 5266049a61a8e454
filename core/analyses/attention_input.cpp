// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/attention_input.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kShape{"attention.shape", "Take a tensor as attention matrices",
                           "its shape is {shape}", "",
                           "Give [query, key], [head, query, key] or [layer, head, query, key]"};

std::vector<std::string> numbered(const char* what, std::uint64_t count) {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) names.push_back(fmt::format("{} {}", what, i + 1));
  return names;
}

bool nothingAbove(const AttentionStack& stack) {
  if (stack.queries != stack.keys || stack.queries < 2) return false;
  for (std::size_t matrix = 0; matrix < stack.layers.size() * stack.heads.size(); ++matrix) {
    const float* weights = stack.weights.data() + matrix * stack.queries * stack.keys;
    for (std::uint64_t i = 0; i < stack.queries; ++i) {
      for (std::uint64_t j = i + 1; j < stack.keys; ++j) {
        if (weights[i * stack.keys + j] != 0) return false;
      }
    }
  }
  return true;
}

}  // namespace

AttentionStack attentionInput(const Data& data) {
  if (const auto* stack = data.as<AttentionStack>()) return *stack;
  const auto& tensor = data.require<Tensor>();
  std::vector<std::uint64_t> shape = tensor.shape();
  if (shape.size() == 5 && shape[1] == 1) shape.erase(shape.begin() + 1);
  if (shape.size() < 2 || shape.size() > 4 || tensor.elements() == 0) {
    throw Error(kShape, {{"shape", shapeText(tensor.shape())}});
  }
  while (shape.size() < 4) shape.insert(shape.begin(), 1);
  AttentionStack stack;
  stack.layers = numbered("layer", shape[0]);
  stack.heads = numbered("head", shape[1]);
  stack.queries = shape[2];
  stack.keys = shape[3];
  stack.meaning = "Weight of the key at the query";
  stack.weights = tensor.floats();
  stack.causal = nothingAbove(stack);
  return stack;
}

}  // namespace lineament
