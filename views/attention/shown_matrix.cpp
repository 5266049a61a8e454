// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/shown_matrix.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/data/weight_run.h"

namespace lineament::views {

namespace {

constexpr std::uint64_t kSampledRows = 8;

HeadChoice fitted(const AttentionStack& stack, HeadChoice choice) {
  choice.layer = std::min(choice.layer, std::max<std::size_t>(stack.layers.size(), 1) - 1);
  choice.head = std::min(choice.head, std::max<std::size_t>(stack.heads.size(), 1) - 1);
  return choice;
}

std::vector<std::uint64_t> hiddenOf(const AttentionStack& stack, HiddenKeys hidden) {
  std::vector<std::uint64_t> keys;
  if (hidden == HiddenKeys::none || stack.keys == 0) return keys;
  keys.push_back(0);
  if (hidden == HiddenKeys::first) return keys;
  for (std::uint64_t key = 1; key < stack.key_tokens.size(); ++key) {
    if (isSpecialToken(stack.key_tokens[key])) keys.push_back(key);
  }
  return keys;
}

}  // namespace

nlohmann::json toJson(const HeadChoice& choice) {
  switch (choice.over) {
    case HeadChoice::Over::mean:
      return {choice.layer, "mean"};
    case HeadChoice::Over::peak:
      return {choice.layer, "max"};
    case HeadChoice::Over::one:
      break;
  }
  return {choice.layer, choice.head};
}

std::optional<std::uint64_t> countIn(const nlohmann::json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  if (!json.is_number_unsigned() && json.get<std::int64_t>() < 0) return std::nullopt;
  return json.get<std::uint64_t>();
}

std::optional<HeadChoice> headChoiceFrom(const nlohmann::json& json) {
  if (!json.is_array() || json.size() != 2) return std::nullopt;
  const auto layer = countIn(json[0]);
  if (!layer) return std::nullopt;
  if (const auto head = countIn(json[1])) return HeadChoice{*layer, *head};
  if (json[1] == "mean") return HeadChoice{*layer, 0, HeadChoice::Over::mean};
  if (json[1] == "max") return HeadChoice{*layer, 0, HeadChoice::Over::peak};
  return std::nullopt;
}

bool rowsSumToOne(const AttentionStack& stack) {
  if (stack.layers.empty() || stack.heads.empty() || stack.queries * stack.keys == 0) return false;
  std::vector<float> row(stack.keys);
  const std::uint64_t rows = std::min(kSampledRows, stack.queries);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::size_t layer = i % stack.layers.size(), head = i % stack.heads.size();
    readCells(stack, layer, head, {i * (stack.queries - 1) / rows, 0, 1, stack.keys}, row, {});
    double sum = 0;
    for (const float weight : row) sum += static_cast<double>(weight);
    if (!(std::abs(sum - 1) <= 1e-3)) return false;
  }
  return true;
}

ShownCells::ShownCells(Stack stack, const MatrixChoice& choice, Stack other)
    : stack_(std::move(stack)), other_(std::move(other)), choice_(choice) {
  choice_.head = fitted(*stack_, choice.head);
  if (choice_.minus_other && !other_) choice_.minus.reset();
  if (choice_.minus) {
    choice_.minus = fitted(choice_.minus_other ? *other_ : *stack_, *choice_.minus);
  }
  causal_ = stack_->causal && (!choice_.minus || !choice_.minus_other || other_->causal);
  hidden_ = hiddenOf(*stack_, choice_.hidden);
  if (!hidden_.empty()) renormalises_ = rowsSumToOne(*stack_);
}

bool ShownCells::prefersRows() const {
  const auto prefers = [](const Stack& stack) {
    return stack && stack->source && stack->source->prefersRows();
  };
  return prefers(stack_) || (choice_.minus_other && prefers(other_));
}

void ShownCells::read(const AttentionWindow& window, std::span<float> weights,
                      const Context& context) const {
  readHead(*stack_, choice_.head, window, weights, context);
  if (!choice_.minus) return;
  std::vector<float> taken(weights.size());
  readHead(choice_.minus_other ? *other_ : *stack_, *choice_.minus, window, taken, context);
  for (std::size_t i = 0; i < taken.size(); ++i) weights[i] -= taken[i];
}

void ShownCells::readHead(const AttentionStack& stack, const HeadChoice& head,
                          const AttentionWindow& window, std::span<float> weights,
                          const Context& context) const {
  if (head.over == HeadChoice::Over::one) {
    readCells(stack, head.layer, head.head, window, weights, context);
  } else {
    const bool mean = head.over == HeadChoice::Over::mean;
    std::vector<float> one(weights.size());
    std::fill(weights.begin(), weights.end(), 0.0F);
    for (std::size_t each = 0; each < stack.heads.size(); ++each) {
      readCells(stack, head.layer, each, window, one, context);
      for (std::size_t i = 0; i < one.size(); ++i) {
        weights[i] = mean ? weights[i] + one[i] : stronger(weights[i], one[i]);
      }
    }
    const auto count = static_cast<float>(std::max<std::size_t>(stack.heads.size(), 1));
    if (mean) std::for_each(weights.begin(), weights.end(), [count](float& w) { w /= count; });
  }
  if (!hidden_.empty()) hideKeys(stack, head, window, weights, context);
}

// What the hidden keys have in each row is read of its own: they may lie outside the window.
void ShownCells::hideKeys(const AttentionStack& stack, const HeadChoice& head,
                          const AttentionWindow& window, std::span<float> weights,
                          const Context& context) const {
  if (renormalises_ && head.over != HeadChoice::Over::peak) {
    std::vector<double> left(window.queries, 1.0);
    std::vector<float> column(window.queries);
    const bool mean = head.over == HeadChoice::Over::mean;
    const std::size_t first = mean ? 0 : head.head, last = mean ? stack.heads.size() : first + 1;
    for (std::size_t each = first; each < last; ++each) {
      for (const std::uint64_t key : hidden_) {
        readCells(stack, head.layer, each, {window.query, key, window.queries, 1}, column, context);
        for (std::size_t row = 0; row < column.size(); ++row) {
          left[row] -= static_cast<double>(column[row]) / static_cast<double>(last - first);
        }
      }
    }
    for (std::size_t row = 0; row < window.queries; ++row) {
      if (!(left[row] > 1e-6)) continue;  // nothing else is left of it
      float* cells = weights.data() + row * window.keys;
      for (std::uint64_t key = 0; key < window.keys; ++key) {
        cells[key] = static_cast<float>(static_cast<double>(cells[key]) / left[row]);
      }
    }
  }
  for (const std::uint64_t key : hidden_) {
    if (key < window.key || key >= window.key + window.keys) continue;
    for (std::uint64_t row = 0; row < window.queries; ++row) {
      weights[row * window.keys + key - window.key] = 0;
    }
  }
}

}  // namespace lineament::views
