// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/context.h"
#include "core/sequence/prefetch.h"

namespace lineament::sequence {

// The engine of all recurrences with a diagonal transition, one head at a time (X^T: transposed, *:
// by element):
//   S_t = diag(exp g_t) S_{t-1} + k_t^T v_t,   o_t = scale q_t S_t
// and, where it normalises, z_t = exp g_t * z_{t-1} + k_t and o_t divided by scale q_t . z_t + eps
// (Yang et al. 2024, "Gated Linear Attention Transformers with Hardware-Efficient Training", with
// the second level of its chunks alone).
//
// Forward, chunks of at most 16 tokens. Let G_t be the sum of the log decays of a chunk's tokens up
// to t but for its first one, and let S enter with that first one applied:
//   qt = scale q * exp(G),  kt = k * exp(-G),  P = tril(qt kt^T),  O = P V + qt S
//   S_next = diag(gam) (S + kt^T V),   gam = exp(G_last + g of the next chunk's first token)
// A chunk ends early when G would pass -kDecayRange in a channel, so that both factors stay far
// from overflow whatever the decays, minus infinity included. Decays must not be positive.
//
// Backward, chunks of at most 32 tokens, with dS_next the gradient by the next entering state:
//   D = diag(gam) dS_next,   dqt = dO S^T + tril(dO V^T) kt,   dkt = V D^T + tril(dO V^T)^T qt
//   dV = kt D + P^T dO,   dS = D + qt^T dO,   dG = qt * dqt - kt * dkt
// and dg_t is the sum of dG from t to the chunk's end and rowsum(dS_next * S_next). The state that
// enters every kSegment-th token is kept by the forward pass; those between are found again.
//
// Floor, a head and token: 4 Dk Dv + 16 (Dk + Dv) flops forward, 4 (2 Dk + 2 Dv) bytes, and 4 Dk
// more with decays of each channel. Arithmetic bounds from Dk = Dv = 64 on where a core reads 12
// bytes while it does 230 flops.

enum class Decay : std::uint8_t {
  none,      // g = 0
  constant,  // the same number at every token
  token,     // one number for each token
  channel    // one for each token and key channel
};

struct DiagonalShape {
  std::int64_t tokens = 0, keys = 0, values = 0;
  Decay decay = Decay::none;
  float scale = 1;
  bool normalise = false;
};

inline constexpr float kNormaliserEps = 1e-6f;

// Rows of tokens in the engine's tiles.
struct DiagonalRows {
  float* queries = nullptr;
  float* keys = nullptr;
  float* values = nullptr;
  std::ptrdiff_t key_stride = 0, value_stride = 0;
};

// Rows that lie anywhere, `stride` numbers from one to the next.
template <class T>
struct RowsAt {
  T* data = nullptr;
  std::ptrdiff_t stride = 0;
  T* row(std::size_t index) const { return data + static_cast<std::ptrdiff_t>(index) * stride; }
};
struct DiagonalInputs {
  RowsAt<const float> queries, keys, values;
};

// What a mechanism gives the engine for one head, and takes from it. Tokens are counted as the
// recurrence meets them, which may be another order than in memory.
class DiagonalHead {
 public:
  virtual ~DiagonalHead() = default;

  // The queries (without the scale), keys and values of tokens [first, first + count), as the
  // recurrence takes them: behind a feature map, say. They are written into `rows`, or pointed to
  // where they lie ready and fill whole tile rows.
  virtual DiagonalInputs load(std::int64_t first, std::int64_t count,
                              const DiagonalRows& rows) const = 0;
  // The same for log decays: one number a row where they are a token's, otherwise one for each
  // channel.
  virtual RowsAt<const float> loadDecays(std::int64_t first, std::int64_t count, float* decays,
                                         std::ptrdiff_t stride) const;
  // Adds what the loads will touch, and what store will.
  virtual void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const;
  virtual void foreseeStore(std::int64_t first, std::int64_t count, PrefetchList& list) const;
  // Where the outputs may be written: at their place if they fill whole tile rows there, otherwise
  // into `outputs`. They are stored after that.
  virtual RowsAt<float> place(std::int64_t first, std::int64_t count, float* outputs,
                              std::ptrdiff_t stride) const;
  virtual void store(std::int64_t first, std::int64_t count,
                     const RowsAt<float>& outputs) const = 0;
};

// The same for the backward pass.
class DiagonalBackwardHead {
 public:
  virtual ~DiagonalBackwardHead() = default;
  virtual void loadGradient(std::int64_t first, std::int64_t count, float* above,
                            std::ptrdiff_t stride) const = 0;
  // Adds what these functions will touch.
  virtual void foresee(std::int64_t first, std::int64_t count, PrefetchList& list) const;
  // The forward pass's outputs; only asked for where it normalised.
  virtual void loadOutput(std::int64_t first, std::int64_t count, float* outputs,
                          std::ptrdiff_t stride) const;
  // Takes the gradients by the queries, keys and values that `load` wrote.
  virtual void add(std::int64_t first, std::int64_t count, const DiagonalRows& gradients) = 0;
  // Takes the gradients by log decays: rows of channels where each has its own, otherwise one
  // number a row. Only called where decaysWanted.
  virtual bool decaysWanted() const { return false; }
  virtual void addDecays(std::int64_t first, std::int64_t count, const float* gradients,
                         std::ptrdiff_t stride);
};

// One head's part of a state in its owner's memory, row-major [keys, values] and [keys]. A null
// matrix is a state of zeros, or one that is not wanted.
template <class T>
struct DiagonalState {
  T* matrix = nullptr;
  T* sums = nullptr;  // where it normalises
};

// Numbers that the forward pass leaves for the backward pass of one head.
std::size_t diagonalKept(const DiagonalShape& shape);

// One head of a forward pass.
struct DiagonalTask {
  const DiagonalHead* head = nullptr;
  float rate = 0;  // g where it is constant
  DiagonalState<const float> initial;
  DiagonalState<float> final;
  std::span<float> kept;  // may be empty: then there will be no backward pass
};

// One head of a backward pass. Its initial state went into `kept`. The initial gradient is set,
// everything else added to.
struct DiagonalBackwardTask {
  const DiagonalHead* head = nullptr;
  DiagonalBackwardHead* gradients = nullptr;
  float rate = 0;
  DiagonalState<const float> final_gradient;
  DiagonalState<float> initial_gradient;
  std::span<const float> kept;
};

// Several heads on the calling thread, a segment of tokens at a time: where the heads of a token
// lie side by side, each page of memory is then met once and not once for every head. What a head
// comes to does not depend on the others. Throws Cancelled when the context asks to stop.
void diagonalForward(const DiagonalShape& shape, std::span<const DiagonalTask> tasks,
                     const Context& context);
void diagonalBackward(const DiagonalShape& shape, std::span<const DiagonalBackwardTask> tasks,
                      const Context& context);

// One token in one pass over the state, for decoding. q, k, v and the decays of each channel (null
// where there are none) are as `load` and `loadDecays` give them; `rate` decays all channels.
// `reads_first`: the output is of the state before the token.
void diagonalStep(const DiagonalShape& shape, const float* query, const float* key,
                  const float* value, const float* decays, float rate, bool reads_first,
                  DiagonalState<float> state, float* output);

}  // namespace lineament::sequence
