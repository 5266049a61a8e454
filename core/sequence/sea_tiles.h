// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of SEA; sea.h states the mathematics and the layouts.

// What the passes of one forward call hand to each other, zeroed memory of the caller.
struct SeaBuffers {
  float* image;          // [batch, history + token, channel, imageStride()]
  float* middle;         // the same behind the first convolution
  float* gates;          // [batch, token, head, 2]
  float* means;          // [batch, token, head, value]: averages of the values so far
  std::uint32_t* stays;  // [batch, token, stayWords()]: a bit for each cell of each head

  // Rows have a border of kBorder columns on the left and at least as many on the right.
  static constexpr std::int64_t kBorder = 2;
  static std::int64_t imageStride(const Sizes& sizes);
  static std::int64_t stayWords(const Sizes& sizes);
};

// First pass: summary, encoder, gates, image rows and means of one head; with `made` that head's
// part of the state after the call.
void seaSummariseHead(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                      std::int64_t head, State<float>* made);

// Second pass: rows [first, first + count) behind the first convolution, all heads.
void seaConvolveRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                     std::int64_t first, std::int64_t count);

// Third pass: maps, choice of cells and outputs of rows [first, first + count), all heads.
void seaAttendRows(const Call<float>& call, const SeaBuffers& buffers, std::int64_t batch,
                   std::int64_t first, std::int64_t count);

// Gradients of weights that all heads share, each head's own part, dense and added to.
struct SeaSharedGradients {
  float *eye, *projection, *encoder, *encoder_bias, *encoder_gain, *encoder_shift, *gate,
      *gate_bias;
};

// All gradients of one head, given which cells stay.
void seaBackwardHead(const BackwardCall<float>& back, const std::uint32_t* stays,
                     const SeaSharedGradients& shared, std::int64_t batch, std::int64_t head);

}  // namespace lineament::sequence
