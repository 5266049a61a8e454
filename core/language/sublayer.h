// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/context.h"
#include "core/base/memory.h"
#include "core/data/recurrent_attention.h"
#include "core/data/scan_attention.h"

namespace lineament::language {

// What a sublayer remembers of the tokens so far: keys and values, or the state of a recurrence.
class SublayerState {
 public:
  virtual ~SublayerState() = default;
  virtual std::unique_ptr<SublayerState> copy() const = 0;
  virtual std::size_t bytes() const = 0;

  // Rows of the pass's tokens that later layers' sublayers read, made by the one that hands them
  // on; null: none. RWKV-7's first layer hands on its values.
  virtual const std::vector<float>* handedOn() const { return nullptr; }
  // Those of an earlier layer, good while the pass lasts.
  const std::vector<float>* earlier = nullptr;
};

// What is looked at of a sublayer that mixes tokens, filled by its forward pass. Either queries,
// keys and log sums (softmax attention without biases), or what a recurrence's matrices are made
// of, or whole matrices.
struct AttentionTap {
  std::size_t heads = 0;
  std::size_t queries = 0;  // tokens of the pass
  std::size_t keys = 0;     // those before it, too
  std::size_t size = 0;     // of a query and a key
  double scale = 1;
  bool causal = false;
  std::vector<float> query_rows;  // [head, query, size]
  std::vector<float> key_rows;    // [head, key, size], each head's own where heads share them
  std::vector<float> log_sums;    // [head, query]
  std::optional<RecurrentFactors> recurrence;
  std::optional<ScanFactors> scan;
  std::vector<float> weights;  // [head, query, key] where there is nothing of the others
  MemoryReservation room;      // of the last three
};

// A part of a network's layer: out = f(x) over tokens, which may look at earlier tokens through its
// state. Immutable; safe to call from several threads with states of their own.
class Sublayer {
 public:
  virtual ~Sublayer() = default;

  // A state without tokens; null where none is kept.
  virtual std::unique_ptr<SublayerState> start() const { return nullptr; }

  // x and out are [tokens, width] and do not overlap. `tap` may be null; it is filled only by
  // sublayers that mix tokens.
  virtual void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
                     float* out, const Context& context) const = 0;

  // The output of the last token alone, `out` [width]; the state is left as by all of them. For
  // those that can save work by it; others compute all outputs.
  virtual void applyLast(const float* x, std::size_t tokens, std::size_t width,
                         SublayerState* state, float* out, const Context& context) const;

  // Heads whose attention a tap gives; 0 for a sublayer that does not mix tokens.
  virtual std::size_t heads() const { return 0; }
  virtual std::uint64_t parameters() const = 0;
};

}  // namespace lineament::language
