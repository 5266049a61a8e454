// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/prefix_trie.h"

#include <algorithm>

namespace lineament::text {

PrefixTrie::PrefixTrie(std::vector<Entry> entries) {
  std::erase_if(entries, [](const Entry& entry) { return entry.first.empty(); });
  std::ranges::stable_sort(entries, {}, &Entry::first);
  struct Part {
    std::uint32_t node;
    std::size_t begin, end, depth;
  };
  std::vector<Part> parts{{kRoot, 0, entries.size(), 0}};
  for (std::size_t next = 0; next < parts.size(); ++next) {
    auto [node, begin, end, depth] = parts[next];
    for (; begin < end && entries[begin].first.size() == depth; ++begin) {
      nodes_[node].value = entries[begin].second;
    }
    nodes_[node].first_child = static_cast<std::uint32_t>(nodes_.size());
    while (begin < end) {
      const char byte = entries[begin].first[depth];
      std::size_t last = begin;
      while (last < end && entries[last].first[depth] == byte) ++last;
      parts.push_back({static_cast<std::uint32_t>(nodes_.size()), begin, last, depth + 1});
      ++nodes_[node].children;
      nodes_.push_back({0, 0, static_cast<unsigned char>(byte), -1});
      begin = last;
    }
  }
  for (std::uint32_t i = 0; i < nodes_[kRoot].children; ++i) {
    const std::uint32_t child = nodes_[kRoot].first_child + i;
    of_root_[nodes_[child].byte] = child;
  }
}

std::uint32_t PrefixTrie::next(std::uint32_t node, unsigned char byte) const {
  if (node == kRoot) return of_root_[byte];
  const auto begin = nodes_.begin() + nodes_[node].first_child;
  const auto end = begin + nodes_[node].children;
  const auto found = std::ranges::lower_bound(begin, end, byte, {}, &Node::byte);
  return found != end && found->byte == byte ? static_cast<std::uint32_t>(found - nodes_.begin())
                                             : kRoot;
}

PrefixTrie::Match PrefixTrie::longest(std::string_view text) const {
  Match best;
  std::uint32_t node = kRoot;
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    node = next(node, static_cast<unsigned char>(text[at]));
    if (node == kRoot) break;
    if (value(node) >= 0) best = {at + 1, value(node)};
  }
  return best;
}

}  // namespace lineament::text
