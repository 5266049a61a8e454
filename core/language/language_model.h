// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/checkpoint.h"
#include "core/language/norm.h"
#include "core/language/sublayer.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// One sublayer with its residual connection:
//   x + f(norm(x))  before (GPT-2, Llama, T5, Mamba), or
//   norm(x + f(x))  after (BERT).
struct Residual {
  Norm norm;
  bool norm_after = false;
  std::shared_ptr<const Sublayer> sublayer;
  bool to_encoder = false;  // attends to an encoder's output instead of its own tokens
};

// A layer as people count them: attention and feed-forward, or one state-space block.
struct Layer {
  std::vector<Residual> residuals;
};

struct ModelDescription {
  std::string architecture;  // "llama"
  std::string title;         // "Llama"
  std::size_t width = 0;
  std::size_t vocabulary = 0;
  std::size_t positions = 0;  // the longest text it was made for; 0: any
  bool bounded = false;       // longer texts cannot be: there are no more positions
  bool causal = true;         // can go on from a text
};

// What a network is made of.
struct ModelParts {
  ModelDescription description;
  WeightMatrix embedding;          // [vocabulary, width]
  WeightMatrix positions;          // [positions, width] added to it; none: empty
  std::size_t first_position = 0;  // the row of the first token
  std::vector<float> token_type;   // added to every token
  float embedding_scale = 1;
  Norm embedding_norm;
  std::vector<Layer> layers;
  Norm final_norm;
  std::shared_ptr<const Sublayer> head_transform;  // before the head, with its norm: BERT's
  Norm head_norm;
  float head_scale = 1;
  WeightMatrix head;  // [vocabulary, width]; none for an encoder
};

// What the tokens so far have left: one state for each sublayer that keeps one. Copies go on apart.
class ModelState {
 public:
  ModelState() = default;
  ModelState(ModelState&&) = default;
  ModelState& operator=(ModelState&&) = default;
  ModelState copy() const;

  std::size_t tokens() const { return tokens_; }
  std::size_t bytes() const;

 private:
  friend class LanguageModel;
  std::vector<std::unique_ptr<SublayerState>> sublayers_;
  std::size_t tokens_ = 0;
};

// What a pass is asked for beside the output.
struct Wanted {
  bool all_logits = false;  // of every token, not of the last alone
  bool logits = true;
  bool output = false;     // of every token
  bool attention = false;  // a tap for every sublayer that mixes tokens
  bool hidden = false;     // the residual stream after the embedding and after every layer
  std::vector<std::size_t> attention_layers;  // of the attention; empty: all
};

struct Pass {
  std::vector<float> logits;               // [1 or tokens, vocabulary]
  std::vector<float> output;               // [tokens, width], after the final norm; if wanted
  std::vector<std::vector<float>> hidden;  // [tokens, width] each, layers + 1 of them
  struct Tap {
    std::size_t layer = 0;
    bool to_encoder = false;
    AttentionTap attention;
  };
  std::vector<Tap> taps;
};

// A network over tokens with its published weights: embedding, layers of sublayers, head. The
// weights stay in the storage they came in (WeightMatrix). Immutable; passes may go on side by
// side, each with a state of its own.
class LanguageModel {
 public:
  explicit LanguageModel(ModelParts parts);

  const ModelDescription& description() const { return parts_.description; }
  std::size_t layers() const { return parts_.layers.size(); }
  std::uint64_t parameters() const;
  bool hasHead() const { return static_cast<bool>(parts_.head); }

  // Without tokens; `encoded` [tokens, width] is what layers attend to that look at an encoder.
  ModelState start(std::span<const float> encoded = {}, const Context& context = {}) const;

  // The tokens behind those of `state`. Throws Error "language.token" for an id outside of the
  // vocabulary, "language.too_long" for more tokens than there are positions, Cancelled.
  Pass run(std::span<const std::int32_t> tokens, ModelState& state, const Wanted& wanted,
           const Context& context) const;

  // What the head makes of a residual stream [tokens, width]: read off an earlier layer it is the
  // logit lens. Row-major [tokens, vocabulary].
  std::vector<float> logits(std::span<const float> hidden, const Context& context) const;

 private:
  // The residual stream [tokens, width] on its way through the layers.
  struct Stream;
  void applyLayer(std::size_t layer, Stream& stream, bool last_alone, const Wanted& wanted,
                  Pass& pass, const Context& context) const;
  std::vector<float> embed(std::span<const std::int32_t> tokens, std::size_t position) const;
  std::vector<float> headOf(std::vector<float> normed, const Context& context) const;
  void check(std::span<const std::int32_t> tokens, std::size_t position) const;

  ModelParts parts_;
};

}  // namespace lineament::language
