// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/base/json.h"
#include "core/data/shared_array.h"

namespace lineament {

// Cells [query, query + queries) x [key, key + keys) of an attention matrix.
struct AttentionWindow {
  std::uint64_t query = 0, key = 0;
  std::uint64_t queries = 0, keys = 0;
};

// Attention matrices too large to hold, of which any cell can be worked out by itself. Bound when
// the data is made; asked off the window's thread; safe to call from several threads.
class AttentionSource {
 public:
  virtual ~AttentionSource() = default;

  // The cells of the window, row-major into `weights`, exact. Zero above the diagonal of causal
  // attention. Throws Cancelled.
  virtual void cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
                     std::span<float> weights, const Context& context) const = 0;

  // Whether a part of a row costs about as much as all of it up to its query, so that whoever reads
  // single rows should not cut them.
  virtual bool prefersRows() const { return false; }

  // What stands for it in a file, and of what it can be made again; null where it has to be stored
  // as cells.
  struct Factors {
    // Softmax attention from its queries and keys, layer x head x token x `size` (of a group of
    // heads with the same keys, too, each its own): a weight is
    // exp(scale * query . key - log_sum[query]).
    SharedArray<float> queries, keys;
    SharedArray<float> log_sums;  // layer x head x query
    std::uint64_t size = 0;       // of a query and a key
    double scale = 1;
  };
  virtual const Factors* factors() const { return nullptr; }
};

// A number for each head: entropy, distance, the first token's share. `values` has one for each
// layer and head, layer by layer.
struct HeadMeasure {
  std::string name;   // "entropy", as metrics and columns have it
  std::string title;  // "Entropy"
  std::string unit;   // "nat"; empty for shares
  std::string help;   // one sentence
  std::vector<double> values;
};

// A number for each query: the surprisal of its token given those before, after all layers or read
// off an earlier one.
struct TokenMeasure {
  std::string name;
  std::string title;
  std::string unit;
  std::vector<double> values;  // NaN where there is none
};

// Attention matrices, layer x head x query x key, row-major: how much of each key's value is in the
// output at each query. Softmax attention's rows are positive and sum to 1; what a recurrence
// implies may be negative and of any size. "Layers" are those of a network, or mechanisms side by
// side on the same inputs.
struct AttentionStack {
  std::vector<std::string> layers;  // names, one for each layer
  std::vector<std::string> heads;
  std::uint64_t queries = 0;
  std::uint64_t keys = 0;
  std::vector<std::string> query_tokens;  // texts, one for each query; empty: numbered
  std::vector<std::string> key_tokens;
  std::string meaning;         // "Share of the value of token s in the output of token t"
  bool causal = false;         // nothing above the diagonal
  SharedArray<float> weights;  // empty where `source` gives them
  std::shared_ptr<const AttentionSource> source;
  std::vector<HeadMeasure> measures;
  std::vector<TokenMeasure> token_measures;

  // Only where the weights are held.
  const float* matrix(std::size_t layer, std::size_t head) const {
    return weights.data() + (layer * heads.size() + head) * queries * keys;
  }
};

// "<s>", "</s>", "<|endoftext|>", "[CLS]", "[PAD]": marks rather than text. A byte, "<0x0A>", is
// text.
bool isSpecialToken(const std::string& text);

// Cells of a stack, whether held or worked out: row-major into `weights`. Throws Cancelled.
void readCells(const AttentionStack& stack, std::size_t layer, std::size_t head,
               const AttentionWindow& window, std::span<float> weights, const Context& context);

// The stack with all its weights held; Error "memory.budget" where there is no room for them.
AttentionStack held(const AttentionStack& stack, const Context& context);

// Whether the lists have the lengths that the sizes ask for.
bool isConsistent(const AttentionStack& stack);

// Everything but the weights.
nlohmann::json toJson(const AttentionStack& stack);

}  // namespace lineament
