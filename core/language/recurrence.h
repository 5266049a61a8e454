// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "core/language/sublayer.h"
#include "core/sequence/mechanism.h"

namespace lineament::language {

// Of a mechanism with so many heads of such keys and values; all but the tokens.
sequence::Sizes headSizes(std::size_t heads, std::size_t key, std::size_t value);

// A sequence mechanism (core/sequence) as a layer's mixer runs it: one text, contiguous operands in
// single precision, the state kept from call to call. The fast form takes a prompt, the step one
// token; a tap gets the matrix that the recurrence implies.
class Recurrence {
 public:
  using State = sequence::State<float>;

  // `sizes` has all but the tokens; `options` are numbers by their ids.
  Recurrence(std::string_view mechanism, const sequence::Sizes& sizes,
             const std::vector<std::pair<std::string_view, double>>& options = {});

  // Contiguous, by the names of the mechanism's description; optional ones may be left out.
  using Operands = std::vector<std::pair<std::string_view, const float*>>;

  // How many matrices a tap gets: one a head. Where every channel is a head of its own (Mamba,
  // LSSL) one for all, the mean of their magnitudes.
  std::size_t matrices() const;

  // `out` is the description's output, contiguous. A state without values has seen nothing. A tap
  // is filled where nothing was seen before; of later tokens it stays empty.
  void run(const Operands& operands, std::size_t tokens, State& state, float* out,
           AttentionTap* tap, const Context& context) const;

 private:
  void imply(const std::vector<const float*>& inputs, std::size_t tokens, AttentionTap& tap,
             const Context& context) const;
  void implyWhole(const std::vector<const float*>& inputs, std::size_t tokens, AttentionTap& tap,
                  const Context& context) const;
  bool ofChannels() const;
  sequence::Sizes sizesOf(std::size_t tokens) const;

  const sequence::Mechanism& mechanism_;
  sequence::Sizes sizes_;
  sequence::Options options_;
};

// The state of a recurrence, and of the convolutions before it, as a sublayer keeps it.
class RecurrentState : public SublayerState {
 public:
  explicit RecurrentState(std::size_t convolutions) : tails(convolutions) {}
  std::unique_ptr<SublayerState> copy() const override {
    return std::make_unique<RecurrentState>(*this);
  }
  std::size_t bytes() const override {
    std::size_t numbers = state.values.capacity();
    for (const auto& tail : tails) numbers += tail.capacity();
    return numbers * sizeof(float);
  }

  Recurrence::State state;
  std::vector<std::vector<float>> tails;  // last inputs of each convolution or token shift
};

// Each channel's causal convolution over the tokens, silu behind it where it is asked for:
//   y_t = bias + sum_j taps[c, j] x_{t - W + 1 + j}
// The last tap multiplies the current token. `tail` holds the W - 1 rows before the first, oldest
// first, and those before the next call afterwards; empty: zeros.
class CausalConvolution {
 public:
  CausalConvolution() = default;
  // taps [channels, W], bias [channels] or empty.
  CausalConvolution(std::vector<float> taps, std::size_t channels, std::vector<float> bias,
                    bool activated);
  explicit operator bool() const { return width_ != 0; }

  // x [tokens, channels], replaced by y.
  void apply(std::vector<float>& x, std::size_t tokens, std::vector<float>& tail,
             const Context& context) const;

 private:
  std::vector<float> taps_;  // [W, channels]: a tap's weights side by side
  std::vector<float> bias_;
  std::size_t channels_ = 0, width_ = 0;
  bool activated_ = false;
};

}  // namespace lineament::language
