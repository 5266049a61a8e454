// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/base/json.h"
#include "core/data/attention_stack.h"

namespace lineament::views {

// One head of a layer, or all of its heads as one matrix.
struct HeadChoice {
  enum class Over {
    one,   // this head
    mean,  // the mean of the layer's heads
    peak   // of each cell the weight of the largest magnitude; rows no longer sum to 1
  };
  std::size_t layer = 0;
  std::size_t head = 0;  // counts where `over` is `one`
  Over over = Over::one;
  bool operator==(const HeadChoice&) const = default;
};

// A whole number that is not negative, however JSON has it.
std::optional<std::uint64_t> countIn(const nlohmann::json& json);

// [layer, head], [layer, "mean"] or [layer, "max"]; nothing where it is none of these.
nlohmann::json toJson(const HeadChoice& choice);
std::optional<HeadChoice> headChoiceFrom(const nlohmann::json& json);

// Keys that are left out, because much attention rests on them without meaning.
enum class HiddenKeys { none, first, special };

// What is shown of a stack.
struct MatrixChoice {
  HeadChoice head;
  std::optional<HeadChoice> minus;  // the difference from that one
  bool minus_other = false;         // ... of the other stack, where there is one
  HiddenKeys hidden = HiddenKeys::none;
  bool operator==(const MatrixChoice&) const = default;
};

// A matrix that is shown, any part of which can be read. Cheap to copy.
class ShownCells {
 public:
  using Stack = std::shared_ptr<const AttentionStack>;

  ShownCells() = default;
  // `other` has the same numbers of queries and keys. Choices that there are not are made to fit.
  ShownCells(Stack stack, const MatrixChoice& choice, Stack other = {});

  std::uint64_t queries() const { return stack_ ? stack_->queries : 0; }
  std::uint64_t keys() const { return stack_ ? stack_->keys : 0; }
  bool causal() const { return causal_; }
  const MatrixChoice& choice() const { return choice_; }
  bool isDifference() const { return choice_.minus.has_value(); }
  const std::vector<std::uint64_t>& hiddenKeys() const { return hidden_; }  // ascending
  // Whether rows are divided by what is left of them without the hidden keys.
  bool renormalises() const { return renormalises_ && !hidden_.empty(); }
  bool prefersRows() const;  // rows should not be cut where they are read one by one

  // Cells of the window, row-major; of hidden keys 0. Safe from several threads. Throws Cancelled.
  void read(const AttentionWindow& window, std::span<float> weights, const Context& context) const;

 private:
  void readHead(const AttentionStack& stack, const HeadChoice& head, const AttentionWindow& window,
                std::span<float> weights, const Context& context) const;
  void hideKeys(const AttentionStack& stack, const HeadChoice& head, const AttentionWindow& window,
                std::span<float> weights, const Context& context) const;

  Stack stack_, other_;
  MatrixChoice choice_;
  bool causal_ = false;
  bool renormalises_ = false;
  std::vector<std::uint64_t> hidden_;
};

// Whether a sample of the rows sums to 1 within 1e-3, as softmax' do.
bool rowsSumToOne(const AttentionStack& stack);

}  // namespace lineament::views
