// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/checkpoint.h"

namespace lineament::views {

// The tensors of a checkpoint grouped by the parts of their dotted names. A group that holds one
// group only is one with it: "model.encoder".
struct TensorTree {
  static constexpr std::size_t kGroup = static_cast<std::size_t>(-1);
  static constexpr std::size_t kRoot = 0;

  struct Node {
    std::string name;  // its part of the path
    std::size_t parent = kRoot;
    std::size_t row = 0;         // among the parent's children
    std::size_t entry = kGroup;  // of a tensor: which of the checkpoint
    std::vector<std::size_t> children;
    // Of all tensors below, or of this one.
    std::uint64_t tensors = 0;
    std::uint64_t parameters = 0;  // elements, of whatever type
    std::uint64_t bytes = 0;

    bool group() const { return entry == kGroup; }
  };
  std::vector<Node> nodes;  // the root first, parents before their children

  std::optional<std::size_t> nodeOf(std::size_t entry) const;  // nothing where it is filtered out
};

std::uint64_t elementsOf(const Checkpoint::Entry& entry);

// Of the entries whose names contain all words of `filter`, whatever their case; in the file's
// order. An empty filter takes all.
TensorTree treeOf(const std::vector<Checkpoint::Entry>& entries, std::string_view filter);

}  // namespace lineament::views
