// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of Mamba; mamba.h states the mathematics and the layouts.

enum MambaInput : std::size_t {
  kMambaX,
  kMambaStep,
  kMambaRate,  // A
  kMambaB,
  kMambaC,
  kMambaSkip,  // D
  kMambaGate,  // z
  kMambaTaps,
  kMambaBias
};

// Where the parts of a state begin.
struct MambaState {
  std::int64_t channels, states, past;  // past: inputs that the convolution remembers
  std::size_t tail;                     // where they begin

  explicit MambaState(const Sizes& sizes)
      : channels(sizes.heads()),
        states(sizes.keys()),
        past(sizes[Dim::tap] - 1),
        tail(static_cast<std::size_t>(sizes.batch() * channels * states)) {}
  std::size_t elements(const Sizes& sizes) const { return tail + pastAt(sizes.batch(), 0) - tail; }
  std::size_t at(std::int64_t batch, std::int64_t channel) const {
    return static_cast<std::size_t>((batch * channels + channel) * states);
  }
  std::size_t pastAt(std::int64_t batch, std::int64_t channel) const {
    return tail + static_cast<std::size_t>((batch * channels + channel) * past);
  }
};

inline constexpr std::int64_t kMambaChannels = 256;  // channels that one task carries over time
// Channels whose weights a task of a step has at most: the more, the longer the pieces of memory
// that it walks over, and beyond this number they fill a good part of the second-level cache.
inline constexpr std::int64_t kMambaStepChannels = 2048;
inline constexpr std::int64_t kMambaStrip = 128;  // of them in the tiles at a time
inline constexpr std::int64_t kMambaTokens = 32;  // tokens of a block: its tiles stay in L2
inline constexpr std::int64_t kMambaPass = 1024;  // tokens between two sums over the channels

inline std::int64_t mambaTasks(const Sizes& sizes) {
  return (sizes.heads() + kMambaChannels - 1) / kMambaChannels;
}

// The output and final state of channels [first, first + kMambaChannels) of one batch entry, and,
// where the call keeps numbers, the state before each block of tokens at
// kept[batch][block][state][channel].
void mambaForward(const Call<float>& call, bool is_signed, std::int64_t batch, std::int64_t first);

// One token of channels [first, last), at most kMambaStepChannels, of batch entries [begin, end),
// in place in call.final, which is call.initial.
void mambaStep(const Call<float>& call, bool is_signed, std::int64_t begin, std::int64_t end,
               std::int64_t first, std::int64_t last);

// Tokens [begin, end) of a backward pass, which walks over the sequence from its end. The sums are
// for each batch entry, so that tasks share none of them; their last axis is the channel.
struct MambaBackwardPass {
  std::int64_t begin = 0, end = 0;
  float* state = nullptr;       // [batch][state][channel]: gradient by the state behind the pass
  float* later = nullptr;       // [batch][tap - 1][channel]: gradients by p of the next tokens
  float* rates = nullptr;       // [batch][state][channel]: gradient by A so far
  float* skip = nullptr;        // [batch][channel]: by D
  float* bias = nullptr;        // [batch][channel]: by conv_bias
  float* taps = nullptr;        // [batch][tap][channel]: by conv
  float* write_read = nullptr;  // [batch][task][token of the pass][2][padded state]: by B and C
};
std::int64_t mambaPaddedStates(std::int64_t states);

void mambaBackward(const BackwardCall<float>& back, bool is_signed, const MambaBackwardPass& pass,
                   std::int64_t batch, std::int64_t first);

}  // namespace lineament::sequence
