// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/tensor_tree.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <utility>

namespace lineament::views {

namespace {

constexpr int kDeepest = 32;  // groups within each other; the rest of a longer path is one name

std::string lowered(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return copy;
}

std::vector<std::string> wordsOf(std::string_view filter) {
  std::istringstream stream(lowered(filter));
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool containsAll(const std::string& name, const std::vector<std::string>& words) {
  const std::string letters = lowered(name);
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return letters.find(word) != std::string::npos;
  });
}

// Puts tensors under their groups, making those that are not there yet.
class Grower {
 public:
  Grower() { tree_.nodes.emplace_back(); }

  void add(const Checkpoint::Entry& entry, std::size_t index) {
    std::size_t parent = TensorTree::kRoot, begin = 0;
    for (int depth = 0; depth < kDeepest; ++depth) {
      const std::size_t dot = entry.name.find('.', begin);
      if (dot == std::string::npos) break;
      parent = group(parent, entry.name.substr(begin, dot - begin));
      begin = dot + 1;
    }
    const std::size_t leaf = append(parent, entry.name.substr(begin));
    tree_.nodes[leaf].entry = index;
    tree_.nodes[leaf].tensors = 1;
    tree_.nodes[leaf].parameters = elementsOf(entry);
    tree_.nodes[leaf].bytes = entry.bytes;
  }

  // Children come after their parents, so one pass from the end sums up what lies below.
  TensorTree grown() {
    for (std::size_t i = tree_.nodes.size(); i-- > 1;) {
      const TensorTree::Node& node = tree_.nodes[i];
      TensorTree::Node& parent = tree_.nodes[node.parent];
      parent.tensors += node.tensors;
      parent.parameters += node.parameters;
      parent.bytes += node.bytes;
    }
    return std::move(tree_);
  }

 private:
  std::size_t append(std::size_t parent, std::string name) {
    const std::size_t index = tree_.nodes.size();
    TensorTree::Node node;
    node.name = std::move(name);
    node.parent = parent;
    node.row = tree_.nodes[parent].children.size();
    tree_.nodes.push_back(std::move(node));
    tree_.nodes[parent].children.push_back(index);
    return index;
  }

  std::size_t group(std::size_t parent, const std::string& name) {
    const auto [found, added] = groups_.try_emplace({parent, name}, 0);
    if (added) found->second = append(parent, name);
    return found->second;
  }

  TensorTree tree_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> groups_;
};

// Groups with one group in them become one. Copies into a new tree, parents first.
void copyJoined(const TensorTree& from, std::size_t index, std::size_t parent, TensorTree& to) {
  const TensorTree::Node* node = &from.nodes[index];
  std::string name = node->name;
  while (node->group() && node->children.size() == 1 && from.nodes[node->children[0]].group()) {
    node = &from.nodes[node->children[0]];
    name += '.' + node->name;
  }
  const std::size_t added = to.nodes.size();
  to.nodes.push_back(*node);
  to.nodes[added].name = std::move(name);
  to.nodes[added].parent = parent;
  to.nodes[added].row = to.nodes[parent].children.size();
  to.nodes[added].children.clear();
  to.nodes[parent].children.push_back(added);
  for (const std::size_t child : node->children) copyJoined(from, child, added, to);
}

}  // namespace

std::uint64_t elementsOf(const Checkpoint::Entry& entry) {
  std::uint64_t elements = 1;
  for (const std::uint64_t dimension : entry.shape) elements *= dimension;
  return elements;
}

std::optional<std::size_t> TensorTree::nodeOf(std::size_t wanted) const {
  const auto found = std::find_if(nodes.begin() + 1, nodes.end(),
                                  [&](const Node& node) { return node.entry == wanted; });
  if (found == nodes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - nodes.begin());
}

TensorTree treeOf(const std::vector<Checkpoint::Entry>& entries, std::string_view filter) {
  const std::vector<std::string> words = wordsOf(filter);
  Grower grower;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (containsAll(entries[i].name, words)) grower.add(entries[i], i);
  }
  const TensorTree grown = grower.grown();
  TensorTree joined;
  joined.nodes.push_back(grown.nodes[TensorTree::kRoot]);
  joined.nodes[TensorTree::kRoot].children.clear();
  for (const std::size_t child : grown.nodes[TensorTree::kRoot].children) {
    copyJoined(grown, child, TensorTree::kRoot, joined);
  }
  return joined;
}

}  // namespace lineament::views
