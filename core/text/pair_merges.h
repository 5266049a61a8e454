// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "core/text/aligned_text.h"

namespace lineament::text {

// A run of bytes of a word that will become one piece.
struct Symbol {
  Range range;
  std::int32_t id = -1;  // -1: the vocabulary has no such piece
  bool fixed = false;    // is never merged
};

// Of a pair of neighbours: what it becomes and how early. Smaller ranks come first.
struct Merge {
  double rank = 0;
  std::int32_t id = 0;
};

// Merges the neighbours of the smallest rank, the leftmost of equals, until no pair is left that
// `rule` (a callable from two symbols to optional<Merge>) knows: byte-pair encoding (Sennrich,
// Haddow and Birch 2016). Takes n log n steps for a word of n symbols.
template <class Rule>
void mergePairs(std::vector<Symbol>& symbols, const Rule& rule) {
  struct Candidate {
    double rank;
    std::uint32_t left, right, bytes;
    std::int32_t id;
    bool operator<(const Candidate& other) const {  // the queue gives its largest first
      return rank != other.rank ? rank > other.rank : left > other.left;
    }
  };
  constexpr std::uint32_t kNone = UINT32_MAX;
  const auto count = static_cast<std::uint32_t>(symbols.size());
  std::vector<std::uint32_t> before(count), after(count);
  std::priority_queue<Candidate> queue;
  const auto offer = [&](std::uint32_t left, std::uint32_t right) {
    if (left == kNone || right == kNone || symbols[left].fixed || symbols[right].fixed) return;
    const std::optional<Merge> merge = rule(symbols[left], symbols[right]);
    if (!merge) return;
    const std::uint32_t bytes = symbols[left].range.size() + symbols[right].range.size();
    queue.push({merge->rank, left, right, bytes, merge->id});
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    before[i] = i == 0 ? kNone : i - 1;
    after[i] = i + 1 == count ? kNone : i + 1;
    offer(before[i], i);
  }
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.left];
    Symbol& right = symbols[best.right];
    // One of the two has been merged since.
    if (left.range.size() == 0 || right.range.size() == 0 ||
        left.range.size() + right.range.size() != best.bytes) {
      continue;
    }
    left.range.end = right.range.end;
    left.id = best.id;
    right.range.begin = right.range.end;
    after[best.left] = after[best.right];
    if (after[best.left] != kNone) before[after[best.left]] = best.left;
    offer(before[best.left], best.left);
    offer(best.left, after[best.left]);
  }
  std::erase_if(symbols, [](const Symbol& symbol) { return symbol.range.size() == 0; });
}

}  // namespace lineament::text
