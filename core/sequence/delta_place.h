// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <functional>

#include "core/base/parallel.h"
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

// Heads of one batch that a task takes through their chunks in turns: the rows of a token lie side
// by side in memory, which then comes in whole stretches. No more than leave each thread a task and
// their states in the second-level cache; a head's numbers do not depend on it.
inline constexpr std::int64_t kMostHeadsTogether = 8;
inline std::int64_t headsTogether(const Sizes& sizes, const Context& context) {
  constexpr std::int64_t kStateFloats = std::int64_t{1} << 18;  // 1 MiB
  const std::int64_t threads = context.threads > 0 ? context.threads : hardwareThreads();
  const std::int64_t most =
      std::min(kMostHeadsTogether, kStateFloats / (sizes.keys() * sizes.values()));
  return std::max<std::int64_t>(1, std::min(most, sizes.batch() * sizes.heads() / threads));
}

// Calls work(batch, first head, count) for all heads, several at once.
inline void forHeadsTogether(
    const Sizes& sizes, const Context& context,
    const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& work) {
  const std::int64_t together = headsTogether(sizes, context);
  const std::int64_t groups = (sizes.heads() + together - 1) / together;
  forBlocks(static_cast<std::size_t>(sizes.batch() * groups), 1, context,
            [&](std::size_t begin, std::size_t) {
              const auto item = static_cast<std::int64_t>(begin);
              const std::int64_t first = item % groups * together;
              work(item / groups, first, std::min(together, sizes.heads() - first));
            });
}

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
