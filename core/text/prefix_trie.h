// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lineament::text {

// Texts and their values, found by walking over the bytes of another text.
class PrefixTrie {
 public:
  using Entry = std::pair<std::string_view, std::int32_t>;

  PrefixTrie() = default;
  // Values are not negative; of equal texts the last counts, empty ones are not taken.
  explicit PrefixTrie(std::vector<Entry> entries);

  static constexpr std::uint32_t kRoot = 0;
  // The node behind `byte`; the root where there is none.
  std::uint32_t next(std::uint32_t node, unsigned char byte) const;
  std::int32_t value(std::uint32_t node) const { return nodes_[node].value; }  // -1: none

  struct Match {
    std::uint32_t bytes = 0;  // 0: nothing matches
    std::int32_t value = -1;
  };
  Match longest(std::string_view text) const;

 private:
  struct Node {
    std::uint32_t first_child = 0;
    std::uint16_t children = 0;
    unsigned char byte = 0;
    std::int32_t value = -1;
  };
  std::vector<Node> nodes_{Node{}};           // those of one parent lie together, by their byte
  std::array<std::uint32_t, 256> of_root_{};  // most walks end there
};

}  // namespace lineament::text
