// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/context.h"
#include "core/language/rotary.h"
#include "core/language/sublayer.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// Terms that T5 adds to the scores: one for each head and relative position (key - query), by
// buckets (Raffel et al. 2020, "Exploring the limits of transfer learning", section 2.1).
struct RelativeBias {
  std::vector<float> table;  // [bucket, head]
  std::size_t buckets = 0;
  std::size_t longest = 128;  // distance from which on all fall in the last bucket
  bool both_ways = true;      // half of the buckets for keys behind the query

  // Half of the buckets (of one direction) are exact distances; the other half grows with the
  // logarithm up to `longest`.
  std::size_t bucket(std::int64_t relative) const;
};

// Softmax attention as a pass computes it. Queries [tokens, heads * size]; keys [all,
// kv_heads * size] and values alike, `all` of them, the last `tokens` being this pass's own where
// it is self-attention. Query head h reads key head h * kv_heads / heads: with fewer key heads than
// query heads it is grouped-query attention (Ainslie et al. 2023, "GQA"), with one multi-query
// attention (Shazeer 2019).
struct AttentionPass {
  std::size_t heads = 0, kv_heads = 0;
  std::size_t size = 0;        // of a query and a key
  std::size_t value_size = 0;  // of a value
  std::size_t tokens = 0;
  std::size_t all = 0;
  bool causal = false;     // query i sees keys up to all - tokens + i
  std::size_t window = 0;  // of causal attention: that many keys up to its own; 0: all
  float scale = 1;
  const float* queries = nullptr;
  const float* keys = nullptr;
  const float* values = nullptr;
  const RelativeBias* bias = nullptr;

  std::size_t past() const { return all - tokens; }
};

// out [tokens, heads * value_size]. `log_sums` [head, token] and `weights` [head, token, all] are
// filled where they are not null.
void attend(const AttentionPass& pass, float* out, float* log_sums, float* weights,
            const Context& context);

// The definition, in double precision and plain loops; weights as above.
struct AttentionReference {
  std::vector<double> out, weights;
};
AttentionReference attendReference(const AttentionPass& pass);

// Self-attention of a network's layer, with its maps, positions and cache; or attention to an
// encoder's output, whose keys and values are made once.
struct AttentionSettings {
  std::size_t width = 0;
  std::size_t heads = 0, kv_heads = 0;
  std::size_t size = 0;  // of a head
  bool causal = true;
  std::size_t window = 0;
  double scale = 0;  // 0: 1 / sqrt(size)
  Rotary rotary;
  std::shared_ptr<const RelativeBias> bias;  // of a stack, shared by its layers
  WeightMatrix query, key, value;
  WeightMatrix output;
};

class AttentionSublayer : public Sublayer {
 public:
  explicit AttentionSublayer(AttentionSettings settings);

  std::unique_ptr<SublayerState> start() const override;
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  void applyLast(const float* x, std::size_t tokens, std::size_t width, SublayerState* state,
                 float* out, const Context& context) const override;
  std::size_t heads() const override { return settings_.heads; }
  std::uint64_t parameters() const override;

  // For attention to an encoder: its keys and values from the encoder's output [tokens, width]. A
  // state so made is never added to.
  std::unique_ptr<SublayerState> about(const float* encoded, std::size_t tokens,
                                       const Context& context) const;

 private:
  // The outputs of the last `asked` of the tokens.
  void attendFrom(const float* x, std::size_t tokens, std::size_t asked, SublayerState& state,
                  AttentionTap* tap, float* out, const Context& context) const;

  AttentionSettings settings_;
};

}  // namespace lineament::language
