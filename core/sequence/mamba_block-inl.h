// SPDX-License-Identifier: GPL-3.0-or-later
// What Mamba's forward and backward tiles share: a block of tokens of up to kMambaChannels
// channels, loaded, convolved and padded. Include it inside a source that hwy/foreach_target.h
// compiles once for each target.
#if defined(LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H
#undef LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H
#else
#define LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "core/sequence/exponential-inl.h"
#include "core/sequence/mamba_tiles.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;
using Vector = hn::Vec<Lane>;

// States that go over a block of tokens together: theirs and their rates fill half the registers.
inline constexpr std::size_t kStateGroup = HWY_MAX_BYTES >= 64 ? 8 : 4;
inline constexpr std::size_t kRow = static_cast<std::size_t>(kMambaChannels);

HWY_INLINE void addRow(const float* HWY_RESTRICT from, std::size_t width, float* HWY_RESTRICT to) {
  for (std::size_t c = 0; c < width; ++c) to[c] += from[c];
}

// The decay's power of two to the decay: `power` is exp(dt A).
template <bool kSigned>
HWY_INLINE Vector decayOf(Lane d, Vector power) {
  return kSigned ? hn::MulSub(hn::Set(d, 2.0f), power, hn::Set(d, 1.0f)) : power;
}

class MambaBlock {
 public:
  MambaBlock(const Call<float>& call, std::int64_t batch, std::int64_t first)
      : call_(call),
        layout_(call.sizes),
        batch_(batch),
        first_(first),
        width(static_cast<std::size_t>(std::min(kMambaChannels, layout_.channels - first))),
        states(static_cast<std::size_t>(layout_.states)),
        padded(static_cast<std::size_t>(mambaPaddedStates(layout_.states))),
        past(static_cast<std::size_t>(layout_.past)),
        raw(work.tile(past + kTokens, kRow)),
        x(call.inputs[kMambaTaps] ? work.tile(kTokens, kRow) : raw + past * kRow),
        step(work.tile(kTokens, kRow)),
        write(work.tile(kTokens, kRow)),
        b(work.tile(kTokens, padded)),
        c(work.tile(kTokens, padded)) {
    if (call.inputs[kMambaSkip]) skip = loadWeight(call.inputs[kMambaSkip]);
    if (call.inputs[kMambaGate]) gate = work.tile(kTokens, kRow);
    if (call.inputs[kMambaTaps]) loadTaps();
  }

  // A times log2(e), a row for each state; those behind the last state are 0.
  float* loadRates() {
    float* rates = work.tile(padded, kRow);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t n = 0; n < states; ++n) {
        rates[n * kRow + i] = kLog2E * call_.inputs[kMambaRate].at(channel(i), n);
      }
    }
    return rates;
  }

  // Tokens [from, from + count) into the tiles.
  void load(std::int64_t from, std::size_t count) {
    for (std::size_t row = 0; row < past + count; ++row) {
      loadInput(from + static_cast<std::int64_t>(row) - layout_.past, raw + row * kRow);
    }
    loadRows(kMambaStep, from, count, first_, width, step, kRow);
    loadRows(kMambaB, from, count, 0, states, b, padded);
    loadRows(kMambaC, from, count, 0, states, c, padded);
    if (gate) loadRows(kMambaGate, from, count, first_, width, gate, kRow);
    if (taps) convolve(count);
    const Lane d;
    for (std::size_t i = 0; i < count * kRow; i += hn::Lanes(d)) {
      hn::Store(hn::Mul(hn::Load(d, step + i), hn::Load(d, x + i)), d, write + i);
    }
  }

  // One row of raw inputs; a token before the first one comes from the state.
  void loadInput(std::int64_t token, float* to) const {
    if (token >= 0) {
      copyRow(kMambaX, token, first_, width, to);
      return;
    }
    for (std::size_t i = 0; i < width; ++i) {
      to[i] =
          call_.initial
              ? call_.initial->values[pastAt(i) + static_cast<std::size_t>(layout_.past + token)]
              : 0.0f;
    }
  }

  // out += D x, times silu(z): from a scan's sums to the output.
  void finish(std::size_t count, float* out) const {
    const Lane d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t i = 0; i < count * kRow; i += lanes) {
      Vector y = hn::Load(d, out + i);
      if (skip) y = hn::MulAdd(hn::Load(d, skip + i % kRow), hn::Load(d, x + i), y);
      if (gate) {
        const Vector z = hn::Load(d, gate + i);
        y = hn::Mul(y, hn::Mul(z, sigmoid(d, z)));
      }
      hn::Store(y, d, out + i);
    }
  }

  void store(std::int64_t from, std::size_t count, const float* out) const {
    for (std::size_t t = 0; t < count; ++t) {
      call_.output.store(out + t * kRow, static_cast<std::int64_t>(width), batch_,
                         from + static_cast<std::int64_t>(t), first_);
    }
  }

  // The last inputs, for the next call. They are read before any is written: the final state may be
  // the initial one.
  void storePast(State<float>& final) {
    const std::int64_t end = call_.sizes.tokens();
    for (std::size_t row = 0; row < past; ++row) {
      loadInput(end - layout_.past + static_cast<std::int64_t>(row), raw + row * kRow);
    }
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t row = 0; row < past; ++row)
        final.values[pastAt(i) + row] = raw[row * kRow + i];
    }
  }

  std::int64_t channel(std::size_t i) const { return first_ + static_cast<std::int64_t>(i); }
  std::size_t stateAt(std::size_t i) const { return layout_.at(batch_, channel(i)); }

  static constexpr auto kTokens = static_cast<std::size_t>(kMambaTokens);

 private:
  const Call<float>& call_;
  MambaState layout_;
  std::int64_t batch_, first_;

 public:
  Workspace work;
  std::size_t width, states, padded, past;
  float* raw;               // inputs, those of `past` tokens before the block first
  float *x, *step, *write;  // after the convolution; dt; dt x
  float *b, *c;             // rows of `padded` numbers
  float *skip = nullptr, *gate = nullptr, *taps = nullptr, *bias = nullptr;
  float* before = nullptr;  // p: the convolution before its silu

 private:
  std::size_t pastAt(std::size_t i) const { return layout_.pastAt(batch_, channel(i)); }

  void copyRow(std::size_t input, std::int64_t token, std::int64_t from, std::size_t count,
               float* to) const {
    const float* row =
        call_.inputs[input].row(to, static_cast<std::int64_t>(count), batch_, token, from);
    if (row != to) std::copy_n(row, count, to);
  }

  void loadRows(std::size_t input, std::int64_t token, std::size_t count, std::int64_t from,
                std::size_t columns, float* tile, std::size_t stride) const {
    for (std::size_t t = 0; t < count; ++t) {
      copyRow(input, token + static_cast<std::int64_t>(t), from, columns, tile + t * stride);
    }
  }

  float* loadWeight(const StoredView& weight) {
    float* to = work.tile(1, kRow);
    const float* row = weight.row(to, static_cast<std::int64_t>(width), first_);
    if (row != to) std::copy_n(row, width, to);
    return to;
  }

  void loadTaps() {
    taps = work.tile(past + 1, kRow);
    before = work.tile(kTokens, kRow);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j <= past; ++j) {
        taps[j * kRow + i] = call_.inputs[kMambaTaps].at(channel(i), static_cast<std::int64_t>(j));
      }
    }
    bias = call_.inputs[kMambaBias] ? loadWeight(call_.inputs[kMambaBias]) : work.tile(1, kRow);
  }

  void convolve(std::size_t count) const {
    const Lane d;
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t i = 0; i < kRow; i += hn::Lanes(d)) {
        Vector sum = hn::Load(d, bias + i);
        for (std::size_t j = 0; j <= past; ++j) {
          sum = hn::MulAdd(hn::Load(d, taps + j * kRow + i), hn::Load(d, raw + (t + j) * kRow + i),
                           sum);
        }
        hn::Store(sum, d, before + t * kRow + i);
        hn::Store(hn::Mul(sum, sigmoid(d, sum)), d, x + t * kRow + i);
      }
    }
  }
};

// sums[i] = the sum over the lanes of row i, for as many rows as a vector has lanes: halves of two
// vectors are added until one vector is left.
HWY_INLINE Vector sumsOfRows(Lane d, const float* HWY_RESTRICT rows) {
  constexpr std::size_t kLanes = HWY_LANES(float);
  Vector sums[kLanes];
  HWY_UNROLL(16)
  for (std::size_t i = 0; i < kLanes; ++i) sums[i] = hn::Load(d, rows + i * kLanes);
  HWY_UNROLL(4)
  for (std::size_t count = kLanes; count > 1; count /= 2) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < count / 2; ++i) {
      sums[i] = hn::Add(hn::ConcatEven(d, sums[2 * i + 1], sums[2 * i]),
                        hn::ConcatOdd(d, sums[2 * i + 1], sums[2 * i]));
    }
  }
  return sums[0];
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
