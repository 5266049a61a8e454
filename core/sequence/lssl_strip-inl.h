// SPDX-License-Identifier: GPL-3.0-or-later
// What LSSL's forward pass, step and adjoint share: the weights of a strip of features, and tiles
// of a strip's block of tokens. Include it inside a source that hwy/foreach_target.h compiles once
// for each target.
//
// With A[n, k] = -p_n p_k under the diagonal and -(n + 1) on it, p_n = sqrt(2n + 1), row n of
//   (I - a d A) x' = (I + (1 - a) d A) x + d B u
// is x'_n (1 + a d (n + 1)) = x_n (1 - (1 - a) d (n + 1)) + p_n q_n, where
//   q_n = d u - d sum_{k < n} p_k ((1 - a) x_k + a x'_k)
// so that x'_n = e x_n + f q_n and q_{n+1} = l q_n + m x_n. A state is then a filter of first order
// that takes the sequence q_n and hands on the sequence q_{n+1}: a few states go over a block of
// tokens at a time, with their coefficients and themselves in registers, and the next ones follow.
// Five multiply-adds a state and token, of which three have both halves: 80 % of the peak at best.
#if defined(LINEAMENT_SEQUENCE_LSSL_STRIP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_LSSL_STRIP_INL_H
#undef LINEAMENT_SEQUENCE_LSSL_STRIP_INL_H
#else
#define LINEAMENT_SEQUENCE_LSSL_STRIP_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/lssl_convolution.h"
#include "core/sequence/lssl_tiles.h"
#include "core/sequence/tail-inl.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;
using Vector = hn::Vec<Lane>;

inline constexpr std::size_t kLanes = HWY_LANES(float);
// States that go over a block together: four coefficients each, and the state.
inline constexpr std::size_t kStateGroup = HWY_MAX_BYTES >= 64 ? 4 : 2;

// Numbers of up to kLsslBlock tokens of a strip, those of one vector of features together: a
// filter walks over 64 bytes a token. The gap keeps vectors out of each other's sets of the cache.
class LsslTile {
 public:
  LsslTile(Workspace& work, std::size_t vectors)
      : data_(work.numbers(vectors * kStride).data()), count_(vectors * kStride) {}
  float* at(std::size_t vector, std::size_t token) const {
    return data_ + vector * kStride + token * kLanes;
  }
  void clear() const { std::fill_n(data_, count_, 0.0f); }

  // From one vector to the next.
  static constexpr std::size_t kStride = (static_cast<std::size_t>(kLsslBlock) + 1) * kLanes;

 private:
  float* data_;
  std::size_t count_;
};

// Features [first, first + width) with their weights: rows of `row` numbers, zeros behind the last
// feature and behind the last state.
class LsslStrip {
 public:
  enum Coefficient : std::size_t { kE, kF, kL, kM, kCoefficients };

  LsslStrip(const Call<float>& call, std::int64_t begin, std::int64_t end, Workspace& work)
      : first(begin),
        width(static_cast<std::size_t>(end - begin)),
        vectors((width + kLanes - 1) / kLanes),
        states(static_cast<std::size_t>(call.sizes.keys())),
        padded((states + kStateGroup - 1) / kStateGroup * kStateGroup),
        channels(static_cast<std::size_t>(call.sizes[Dim::channel])),
        row(tileStride(width)),
        step(work.tile(1, width)),
        call_(call),
        coefficients_(work.tile(kCoefficients * padded, width)),
        read_(work.tile(channels * padded, width)),
        skip_(work.tile(channels, width)) {
    const auto rate = static_cast<float>(call.options->real(kLsslRate));
    for (std::size_t i = 0; i < width; ++i) step[i] = rate * call.inputs[kLsslStep].at(head(i));
    for (std::size_t n = 0; n < states; ++n) findCoefficients(n);
    loadReadings(work);
  }

  std::int64_t head(std::size_t i) const { return first + static_cast<std::int64_t>(i); }
  // Features of a vector.
  std::size_t countOf(std::size_t vector) const {
    return std::min(kLanes, width - vector * kLanes);
  }
  // Where the state of a vector's first feature lies in that of a call.
  std::size_t stateAt(std::int64_t batch, std::size_t vector) const {
    return static_cast<std::size_t>(batch * call_.sizes.heads() + head(vector * kLanes)) * states;
  }
  Vector coefficient(Coefficient which, std::size_t state, std::size_t vector) const {
    return hn::Load(Lane(),
                    coefficients_ + (kCoefficients * state + which) * row + vector * kLanes);
  }
  const float* readings(std::size_t channel, std::size_t state, std::size_t vector) const {
    return read_ + (channel * padded + state) * row + vector * kLanes;
  }
  Vector read(std::size_t channel, std::size_t state, std::size_t vector) const {
    return hn::Load(Lane(), readings(channel, state, vector));
  }
  Vector skip(std::size_t channel, std::size_t vector) const {
    return hn::Load(Lane(), skip_ + channel * row + vector * kLanes);
  }

  // u of a token as whole vectors; `buffer` has room for a row, zeros behind its last feature.
  const float* inputs(std::int64_t batch, std::int64_t token, float* buffer) const {
    const float* from =
        call_.inputs[kLsslU].row(buffer, static_cast<std::int64_t>(width), batch, token, first);
    if (from == buffer || width % kLanes == 0) return from;
    std::copy_n(from, width, buffer);
    return buffer;
  }

  // The states of a vector's features, [padded][lanes], and back; null: zeros.
  void loadState(const State<float>* from, std::int64_t batch, std::size_t vector,
                 float* tile) const {
    if (from == nullptr) {
      std::fill_n(tile, padded * kLanes, 0.0f);
    } else {
      transpose(from->values.data() + stateAt(batch, vector), countOf(vector), states, states, tile,
                kLanes);
    }
  }
  void storeState(const float* tile, std::int64_t batch, std::size_t vector,
                  State<float>& to) const {
    transpose(tile, states, countOf(vector), kLanes, to.values.data() + stateAt(batch, vector),
              states);
  }

  // The states before block `block`, a row of all heads for each state.
  float* kept(std::int64_t batch, std::int64_t block, std::size_t state, std::size_t vector) const {
    const std::int64_t blocks = (call_.sizes.tokens() + kLsslBlock - 1) / kLsslBlock;
    const auto rows = static_cast<std::size_t>(batch * blocks + block) * states + state;
    return call_.kept.data() + rows * static_cast<std::size_t>(call_.sizes.heads()) +
           static_cast<std::size_t>(head(vector * kLanes));
  }

  std::int64_t first;
  std::size_t width, vectors, states, padded, channels, row;
  float* step;  // d

 private:
  void findCoefficients(std::size_t n) const {
    const Lane d;
    const auto alpha = static_cast<float>(call_.options->real(kLsslAlpha));
    const auto place = static_cast<float>(n);
    const float root = std::sqrt(2 * place + 1);
    const Vector one = hn::Set(d, 1.0f), p = hn::Set(d, root);
    const Vector implicit = hn::Set(d, alpha * (place + 1));
    const Vector rest = hn::Set(d, (1 - alpha) * (place + 1));
    float* to = coefficients_ + kCoefficients * n * row;
    for (std::size_t i = 0; i < row; i += kLanes) {
      const Vector h = hn::Load(d, step + i);
      const Vector inverse = hn::Div(one, hn::MulAdd(implicit, h, one));
      const Vector e = hn::Mul(inverse, hn::NegMulAdd(rest, h, one)), f = hn::Mul(inverse, p);
      const Vector push = hn::Mul(h, p);
      hn::Store(e, d, to + kE * row + i);
      hn::Store(f, d, to + kF * row + i);
      hn::Store(hn::NegMulAdd(hn::Set(d, alpha), hn::Mul(push, f), one), d, to + kL * row + i);
      const Vector taken = hn::MulAdd(hn::Set(d, alpha), e, hn::Set(d, 1 - alpha));
      hn::Store(hn::Neg(hn::Mul(push, taken)), d, to + kM * row + i);
    }
  }

  void loadReadings(Workspace& work) const {
    float* buffer = work.numbers(states).data();
    for (std::size_t m = 0; m < channels; ++m) {
      const auto channel = static_cast<std::int64_t>(m);
      for (std::size_t i = 0; i < width; ++i) {
        const float* from =
            call_.inputs[kLsslC].row(buffer, static_cast<std::int64_t>(states), head(i), channel);
        for (std::size_t n = 0; n < states; ++n) read_[(m * padded + n) * row + i] = from[n];
        if (call_.inputs[kLsslSkip]) {
          skip_[m * row + i] = call_.inputs[kLsslSkip].at(head(i), channel);
        }
      }
    }
  }

  const Call<float>& call_;
  float* coefficients_;  // rows e, f, l, m for each state
  float *read_, *skip_;
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
