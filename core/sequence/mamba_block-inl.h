// SPDX-License-Identifier: GPL-3.0-or-later
// What Mamba's forward and backward tiles share: strips of kMambaStrip channels, and the tiles of a
// strip's block of tokens, loaded, convolved and padded. Include it inside a source that
// hwy/foreach_target.h compiles once for each target.
#if defined(LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H
#undef LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H
#else
#define LINEAMENT_SEQUENCE_MAMBA_BLOCK_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/mamba_tiles.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;
using Vector = hn::Vec<Lane>;

// States that go over a block of tokens together: theirs and their rates fill half the registers.
inline constexpr std::size_t kStateGroup = HWY_MAX_BYTES >= 64 ? 8 : 4;
// How many of them take their exponentials in step.
inline constexpr std::size_t kStep = HWY_MAX_BYTES >= 64 ? 4 : 2;
// Inputs that a convolution over four tokens remembers, as the published models have it.
inline constexpr std::size_t kUsualPast = 3;
inline constexpr auto kRow = static_cast<std::size_t>(kMambaStrip);

// The decay's power of two to the decay: `power` is exp(dt A).
template <bool kSigned>
HWY_INLINE Vector decayOf(Lane d, Vector power) {
  return kSigned ? hn::MulSub(hn::Set(d, 2.0f), power, hn::Set(d, 1.0f)) : power;
}

// Decay exponents dt A of a few states, in powers of two, become those powers. kBounded: none is
// under -126.
template <bool kBounded, std::size_t kCount>
HWY_INLINE void decayPowers(Lane d, Vector dt, Vector (&rates)[kCount]) {
  if constexpr (kBounded) {
    boundedPowersOfTwo(d, dt, rates);
  } else {
    HWY_UNROLL(4)
    for (std::size_t k = 0; k < kCount; ++k) rates[k] = hn::Mul(dt, rates[k]);
    powersOfTwo(d, rates);
  }
}

// Up to kMambaStrip channels of one batch entry, with their weights. Rows of kRow numbers; those
// behind the last channel are 0.
class MambaStrip {
 public:
  MambaStrip(const Call<float>& call, std::int64_t of_batch, std::int64_t begin, std::int64_t end,
             Workspace& work)
      : batch(of_batch),
        first(begin),
        width(static_cast<std::size_t>(std::min(kMambaStrip, end - begin))),
        call_(call),
        layout_(call.sizes) {
    if (call.inputs[kMambaSkip]) skip = loadWeight(call.inputs[kMambaSkip], work);
    if (!call.inputs[kMambaTaps]) return;
    const std::int64_t count = layout_.past + 1;
    taps = work.tile(static_cast<std::size_t>(count), kRow);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::int64_t j = 0; j < count; ++j) {
        taps[static_cast<std::size_t>(j) * kRow + i] = call.inputs[kMambaTaps].at(channel(i), j);
      }
    }
    bias = call.inputs[kMambaBias] ? loadWeight(call.inputs[kMambaBias], work) : work.tile(1, kRow);
  }

  // A times log2(e), a row for each state; those behind the last state are 0.
  float* loadRates(Workspace& work) const {
    float* rates = work.tile(static_cast<std::size_t>(mambaPaddedStates(layout_.states)), kRow);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::int64_t n = 0; n < layout_.states; ++n) {
        rates[static_cast<std::size_t>(n) * kRow + i] =
            kLog2E * call_.inputs[kMambaRate].at(channel(i), n);
      }
    }
    return rates;
  }

  // The lowest of a channel's rates, by channel.
  float* lowestRates(const float* rates, Workspace& work) const {
    float* lowest = work.tile(1, kRow);
    for (std::int64_t n = 0; n < layout_.states; ++n) {
      const float* row = rates + static_cast<std::size_t>(n) * kRow;
      for (std::size_t i = 0; i < kRow; ++i) lowest[i] = std::min(lowest[i], row[i]);
    }
    return lowest;
  }

  // Rows of raw inputs from a token on; tokens before the first one come from the state.
  void loadInputs(std::int64_t token, std::size_t count, float* rows) const {
    const auto before = static_cast<std::size_t>(
        std::clamp<std::int64_t>(-token, 0, static_cast<std::int64_t>(count)));
    if (before > 0) loadPast(static_cast<std::size_t>(layout_.past + token), before, rows);
    for (std::size_t row = before; row < count; ++row) {
      loadRow(call_.inputs[kMambaX], token + static_cast<std::int64_t>(row), rows + row * kRow);
    }
  }

  // Of the inputs that the state remembers, `count` from a place on.
  void loadPast(std::size_t place, std::size_t count, float* rows) const {
    if (call_.initial == nullptr) {
      std::fill_n(rows, count * kRow, 0.0f);
      return;
    }
    const auto past = static_cast<std::size_t>(layout_.past);
    const float* from = call_.initial->values.data() + pastAt(0) + place;
    std::size_t i = 0;
    if (past == kUsualPast && count == past) {
      const Lane d;
      for (; i + hn::Lanes(d) <= width; i += hn::Lanes(d)) {
        Vector a, b, c;
        hn::LoadInterleaved3(d, from + i * past, a, b, c);
        hn::Store(a, d, rows + i);
        hn::Store(b, d, rows + kRow + i);
        hn::Store(c, d, rows + 2 * kRow + i);
      }
    }
    for (; i < width; ++i) {
      for (std::size_t row = 0; row < count; ++row) rows[row * kRow + i] = from[i * past + row];
    }
    for (std::size_t row = 0; row < count; ++row) clearRest(rows + row * kRow);
  }

  // A token's numbers for the channels; the place of channels that are not there is cleared, for
  // the tile may have held a wider strip.
  void loadRow(const StoredView& input, std::int64_t token, float* to) const {
    copyRow(input, token, first, width, to);
    clearRest(to);
  }
  void clearRest(float* row) const { std::fill(row + width, row + kRow, 0.0f); }

  void copyRow(const StoredView& input, std::int64_t token, std::int64_t from, std::size_t count,
               float* to) const {
    const float* row = input.row(to, static_cast<std::int64_t>(count), batch, token, from);
    if (row != to) std::copy_n(row, count, to);
  }

  std::int64_t channel(std::size_t i) const { return first + static_cast<std::int64_t>(i); }
  std::size_t stateAt(std::size_t i) const { return layout_.at(batch, channel(i)); }
  std::size_t pastAt(std::size_t i) const { return layout_.pastAt(batch, channel(i)); }

  std::int64_t batch, first;
  std::size_t width;
  float *skip = nullptr, *taps = nullptr, *bias = nullptr;

 private:
  float* loadWeight(const StoredView& weight, Workspace& work) const {
    float* to = work.tile(1, kRow);
    const float* row = weight.row(to, static_cast<std::int64_t>(width), first);
    if (row != to) std::copy_n(row, width, to);
    return to;
  }

  const Call<float>& call_;
  MambaState layout_;
};

// The tiles of a block of tokens, for one strip after the other.
class MambaBlock {
 public:
  static constexpr auto kTokens = static_cast<std::size_t>(kMambaTokens);

  // Room for blocks of up to `tokens`.
  MambaBlock(const Call<float>& call, Workspace& work, std::size_t tokens = kTokens)
      : states(static_cast<std::size_t>(call.sizes.keys())),
        padded(static_cast<std::size_t>(mambaPaddedStates(call.sizes.keys()))),
        past(static_cast<std::size_t>(call.sizes[Dim::tap] - 1)),
        raw(work.tile(past + tokens, kRow)),
        x(call.inputs[kMambaTaps] ? work.tile(tokens, kRow) : raw + past * kRow),
        step(work.tile(tokens, kRow)),
        write(work.tile(tokens, kRow)),
        b(work.tile(tokens, padded)),
        c(work.tile(tokens, padded)),
        call_(call) {
    if (call.inputs[kMambaGate]) gate = work.tile(tokens, kRow);
    if (call.inputs[kMambaTaps]) before = work.tile(tokens, kRow);
  }

  // B and C of tokens [from, from + count), which all strips share.
  void loadShared(const MambaStrip& strip, std::int64_t from, std::size_t count) {
    for (std::size_t t = 0; t < count; ++t) {
      const std::int64_t token = from + static_cast<std::int64_t>(t);
      strip.copyRow(call_.inputs[kMambaB], token, 0, states, b + t * padded);
      strip.copyRow(call_.inputs[kMambaC], token, 0, states, c + t * padded);
    }
  }

  void load(const MambaStrip& strip, std::int64_t from, std::size_t count) {
    strip.loadInputs(from - static_cast<std::int64_t>(past), past + count, raw);
    for (std::size_t t = 0; t < count; ++t) {
      const std::int64_t token = from + static_cast<std::int64_t>(t);
      strip.loadRow(call_.inputs[kMambaStep], token, step + t * kRow);
      if (gate) strip.loadRow(call_.inputs[kMambaGate], token, gate + t * kRow);
    }
    const Lane d;
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t i = 0; i < kRow; i += hn::Lanes(d)) {
        const std::size_t at = t * kRow + i;
        const Vector input = strip.taps ? convolve(strip, t, i) : hn::Load(d, x + at);
        hn::Store(hn::Mul(hn::Load(d, step + at), input), d, write + at);
      }
    }
  }

  // Whether no decay of the channels from i on falls under 2^-126 within the block.
  bool isBounded(const float* lowest, std::size_t i, std::size_t count) const {
    const Lane d;
    Vector longest = hn::Zero(d);
    for (std::size_t t = 0; t < count; ++t)
      longest = hn::Max(longest, hn::Load(d, step + t * kRow + i));
    const Vector exponent = hn::Mul(longest, hn::Load(d, lowest + i));
    return hn::AllTrue(d, hn::Ge(exponent, hn::Set(d, -126.0f)));
  }

  // out += D x, times silu(z): from a scan's sums to the output.
  void finish(const MambaStrip& strip, std::size_t count, float* out) const {
    const Lane d;
    for (std::size_t i = 0; i < count * kRow; i += hn::Lanes(d)) {
      Vector y = hn::Load(d, out + i);
      if (strip.skip) {
        y = hn::MulAdd(hn::Load(d, strip.skip + i % kRow), hn::Load(d, x + i), y);
      }
      if (gate) {
        const Vector z = hn::Load(d, gate + i);
        y = hn::Mul(y, hn::Mul(z, sigmoid(d, z)));
      }
      hn::Store(y, d, out + i);
    }
  }

  void store(const MambaStrip& strip, std::int64_t from, std::size_t count,
             const float* out) const {
    for (std::size_t t = 0; t < count; ++t) {
      call_.output.store(out + t * kRow, static_cast<std::int64_t>(strip.width), strip.batch,
                         from + static_cast<std::int64_t>(t), strip.first);
    }
  }

  // The last inputs, for the next call. All are read before any is written: the final state may be
  // the initial one.
  void storePast(const MambaStrip& strip, State<float>& final) {
    strip.loadInputs(call_.sizes.tokens() - static_cast<std::int64_t>(past), past, raw);
    storeRows(strip, raw, final);
  }
  // The same behind a load() of the last `count` tokens, which are still here.
  void storePastBehind(const MambaStrip& strip, std::size_t count, State<float>& final) const {
    storeRows(strip, raw + count * kRow, final);
  }

  std::size_t states, padded, past;
  float* raw;               // inputs, those of `past` tokens before the block first
  float *x, *step, *write;  // after the convolution; dt; dt x
  float *b, *c;             // rows of `padded` numbers
  float* gate = nullptr;    // z; null without
  float* before = nullptr;  // p: the convolution before its silu

 private:
  void storeRows(const MambaStrip& strip, const float* rows, State<float>& final) const {
    float* to = final.values.data() + strip.pastAt(0);
    std::size_t i = 0;
    if (past == kUsualPast) {
      const Lane d;
      for (; i + hn::Lanes(d) <= strip.width; i += hn::Lanes(d)) {
        hn::StoreInterleaved3(hn::LoadU(d, rows + i), hn::LoadU(d, rows + kRow + i),
                              hn::LoadU(d, rows + 2 * kRow + i), d, to + i * past);
      }
    }
    for (; i < strip.width; ++i) {
      for (std::size_t row = 0; row < past; ++row) to[i * past + row] = rows[row * kRow + i];
    }
  }

  // x of a token's channels from i on.
  HWY_INLINE Vector convolve(const MambaStrip& strip, std::size_t t, std::size_t i) const {
    const Lane d;
    Vector sum = hn::Load(d, strip.bias + i);
    for (std::size_t j = 0; j <= past; ++j) {
      sum = hn::MulAdd(hn::Load(d, strip.taps + j * kRow + i),
                       hn::Load(d, raw + (t + j) * kRow + i), sum);
    }
    hn::Store(sum, d, before + t * kRow + i);
    sum = hn::Mul(sum, sigmoid(d, sum));
    hn::Store(sum, d, x + t * kRow + i);
    return sum;
  }

  const Call<float>& call_;
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
