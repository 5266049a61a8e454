// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/delta_shape.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Where one head of a call has its state and what it keeps for the backward pass: the states before
// each window of kDeltaWindow tokens, [windows, key, value], and the excess of each token in rows
// of value_stride numbers (delta_chunks-inl.h).
struct DeltaPlace {
  const Call<float>& call;
  std::int64_t batch, head;
  DeltaShape shape{call.sizes};
  std::int64_t tokens = call.sizes.tokens();
  std::int64_t windows = windowsOf(tokens);
  std::size_t index = static_cast<std::size_t>(batch * call.sizes.heads() + head);

  static std::int64_t windowsOf(std::int64_t tokens) {
    return (tokens + kDeltaWindow - 1) / kDeltaWindow;
  }
  static std::size_t keptElements(const Sizes& sizes) {
    const DeltaShape shape(sizes);
    const auto heads = static_cast<std::size_t>(sizes.batch() * sizes.heads());
    return heads * (static_cast<std::size_t>(windowsOf(sizes.tokens())) * shape.stateElements() +
                    static_cast<std::size_t>(sizes.tokens()) * shape.value_stride);
  }

  std::int64_t firstToken(std::int64_t window) const { return window * kDeltaWindow; }
  std::int64_t tokensOf(std::int64_t window) const {
    return std::min(kDeltaWindow, tokens - firstToken(window));
  }
  bool keeps() const { return !call.kept.empty(); }
  float* keptState(std::int64_t window) const {
    const auto heads = static_cast<std::size_t>(call.sizes.batch() * call.sizes.heads());
    return call.kept.data() + index * (call.kept.size() / heads) +
           static_cast<std::size_t>(window) * shape.stateElements();
  }
  float* keptExcess(std::int64_t window) const {
    return keptState(windows) + static_cast<std::size_t>(firstToken(window)) * shape.value_stride;
  }

  // The head's part of a whole state, to and from working memory; zeros of none.
  void load(const State<float>* from, float* to) const {
    if (from) shape.loadState(from->values.data() + index * shape.stateElements(), to);
  }
  void store(const float* from, State<float>* to) const {
    if (to) shape.storeState(from, to->values.data() + index * shape.stateElements());
  }
};

// The state of all heads: one matrix [key, value] each.
inline StatePart deltaState(const Sizes& sizes) {
  const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  return {
      .name = "S",
      .shape = {size(sizes.batch()), size(sizes.heads()), size(sizes.keys()), size(sizes.values())},
      .matrix = true};
}

// Gives `next` the size of all heads' states and the tokens seen by the end of a call; of null
// nothing.
template <class T>
void beginState(const Sizes& sizes, const State<T>* before, std::int64_t tokens, State<T>* next) {
  if (next == nullptr) return;
  next->values.resize(
      static_cast<std::size_t>(sizes.batch() * sizes.heads() * sizes.keys() * sizes.values()));
  next->tokens = (before ? before->tokens : 0) + tokens;
}

// Adds factor * row to a gradient's row of `width` numbers; without data it is not wanted.
inline void addToRow(const View<float>& to, std::int64_t batch, std::int64_t token,
                     std::int64_t head, const float* row, std::size_t width, float factor) {
  if (!to) return;
  float* sum = to.row(batch, token, head);
  for (std::size_t d = 0; d < width; ++d) sum[d] += factor * row[d];
}

}  // namespace lineament::sequence
