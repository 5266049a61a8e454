// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/checkpoint/tensor_tree.h"

#include <QtTest>

using namespace lineament;
using namespace lineament::views;

namespace {

Checkpoint::Entry entry(const char* name, std::vector<std::uint64_t> shape) {
  Checkpoint::Entry made{name, DType::f32, std::move(shape), 0, {}};
  made.bytes = 4 * elementsOf(made);
  return made;
}

const std::vector<Checkpoint::Entry> kEntries{
    entry("model.encoder.0.weight", {8, 4}), entry("model.encoder.0.bias", {8}),
    entry("model.encoder.1.weight", {8, 8}), entry("scale", {})};

// "name(children)name" in the tree's order.
std::string inWords(const TensorTree& tree, std::size_t node = TensorTree::kRoot) {
  std::string text;
  for (const std::size_t child : tree.nodes[node].children) {
    text += (text.empty() ? "" : " ") + tree.nodes[child].name;
    if (tree.nodes[child].group()) text += "(" + inWords(tree, child) + ")";
  }
  return text;
}

}  // namespace

class TensorTreeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void groupsByPrefix() {
    const TensorTree tree = treeOf(kEntries, "");
    QCOMPARE(inWords(tree), std::string("model.encoder(0(weight bias) 1(weight)) scale"));
    const TensorTree::Node& root = tree.nodes[TensorTree::kRoot];
    QCOMPARE(root.tensors, 4u);
    QCOMPARE(root.parameters, 32u + 8 + 64 + 1);
    QCOMPARE(root.bytes, 4 * root.parameters);
    const TensorTree::Node& encoder = tree.nodes[root.children[0]];
    QCOMPARE(encoder.tensors, 3u);
    QCOMPARE(encoder.parameters, 104u);
  }

  void filtersByWords() {
    QCOMPARE(inWords(treeOf(kEntries, "WEIGHT 1")), std::string("model.encoder.1(weight)"));
    QCOMPARE(inWords(treeOf(kEntries, "nothing")), std::string());
    QCOMPARE(treeOf(kEntries, "bias").nodes[TensorTree::kRoot].tensors, 1u);
  }

  void parentsAndRowsFit() {
    const TensorTree tree = treeOf(kEntries, "");
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      for (std::size_t row = 0; row < tree.nodes[i].children.size(); ++row) {
        const TensorTree::Node& child = tree.nodes[tree.nodes[i].children[row]];
        QCOMPARE(child.parent, i);
        QCOMPARE(child.row, row);
      }
    }
  }

  // Names as a hostile file may have them.
  void strangeNamesHaveTheirPlace() {
    std::string deep;
    std::vector<Checkpoint::Entry> entries;
    for (int i = 0; i < 3000; ++i) {
      entries.push_back(entry((deep + "x").c_str(), {1}));
      deep += "a.";
    }
    for (const char* name : {"", ".", "..", "a", "a", "x."}) entries.push_back(entry(name, {2}));
    const TensorTree tree = treeOf(entries, "");
    QCOMPARE(tree.nodes[TensorTree::kRoot].tensors, entries.size());
  }
};

QTEST_APPLESS_MAIN(TensorTreeTest)
#include "tensor_tree_test.moc"
