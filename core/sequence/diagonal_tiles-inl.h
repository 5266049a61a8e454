// SPDX-License-Identifier: GPL-3.0-or-later
// What the forward and the backward pass over chunks of a diagonal recurrence share, in the vector
// instructions of the including target: how states lie in memory, and the decays of a chunk. The
// mathematics is in diagonal_chunks.h.
#if defined(LINEAMENT_SEQUENCE_DIAGONAL_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_DIAGONAL_TILES_INL_H
#undef LINEAMENT_SEQUENCE_DIAGONAL_TILES_INL_H
#else
#define LINEAMENT_SEQUENCE_DIAGONAL_TILES_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/sequence/diagonal_chunks.h"
#include "core/sequence/diagonal_layout.h"
#include "core/sequence/elementwise-inl.h"
#include "core/sequence/small_product-inl.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr float kDecayRange = 30;  // nats between the first and the last token of a chunk

// The decays of one chunk: exp(G) and exp(-G) for its queries and keys, and exp(G_last + g_next)
// for the state.
class ChunkDecays {
 public:
  // `kept` says whether the factors are asked for after `weigh`.
  ChunkDecays(Workspace& work, const DiagonalShape& shape, std::size_t chunk, bool kept)
      : shape_(shape), chunk_(chunk), stride_(tileStride(sizeOf(shape.keys))) {
    if (shape.decay == Decay::none) return;
    whole_ = work.numbers(stride_).data();
    if (shape.decay == Decay::channel) {
      logs_ = work.tile(chunk + 1, stride_);
      if (kept) rise_ = work.tile(chunk, stride_);
      if (kept) fall_ = work.tile(chunk, stride_);
    } else {
      logs_ = work.numbers(chunk + 1).data();
      rise_ = work.numbers(chunk).data();
      fall_ = work.numbers(chunk).data();
    }
  }

  // Reads the decays of the tokens from `first` on and returns how many of the next `count` ones
  // make a chunk.
  std::size_t begin(const DiagonalHead& head, std::int64_t first, std::size_t count) {
    if (shape_.decay == Decay::none) return count;
    const std::int64_t given =
        std::min(static_cast<std::int64_t>(count) + 1, shape_.tokens - first);
    if (shape_.decay == Decay::channel) {
      head.loadDecays(first, given, logs_, static_cast<std::ptrdiff_t>(stride_));
      if (sizeOf(given) == count) std::fill_n(logs_ + count * stride_, stride_, 0.0f);
      return fitChannels(count);
    }
    if (shape_.decay == Decay::token) {
      head.loadDecays(first, given, logs_, 1);
    } else {
      std::fill_n(logs_, given, shape_.rate);
    }
    if (sizeOf(given) == count) logs_[count] = 0;
    return fitTokens(count);
  }

  // Multiplies the queries by scale exp(G) and the keys by exp(-G) for the `count` tokens that
  // begin returned.
  void weigh(std::size_t count, float* queries, float* keys) {
    if (shape_.decay == Decay::channel) {
      weighChannels(count, queries, keys);
      return;
    }
    if (shape_.decay == Decay::none) {
      scaleAll(queries, count * stride_, shape_.scale);
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      scaleAll(queries + i * stride_, stride_, rise_[i] * shape_.scale);
      scaleAll(keys + i * stride_, stride_, fall_[i]);
    }
  }

  // By channel; null where nothing decays.
  const float* whole() const { return whole_; }

  // Turns gradients by weighted queries and keys into those by the plain ones.
  void unweigh(std::size_t count, float* query_gradients, float* key_gradients) const {
    if (shape_.decay == Decay::none) {
      scaleAll(query_gradients, count * stride_, shape_.scale);
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      float* queries = query_gradients + i * stride_;
      float* keys = key_gradients + i * stride_;
      if (shape_.decay != Decay::channel) {
        scaleAll(queries, stride_, rise_[i] * shape_.scale);
        scaleAll(keys, stride_, fall_[i]);
        continue;
      }
      const hn::ScalableTag<float> d;
      const auto scale = hn::Set(d, shape_.scale);
      for (std::size_t c = 0; c < stride_; c += hn::Lanes(d)) {
        const auto rise = hn::Load(d, rise_ + i * stride_ + c);
        const auto fall = hn::Load(d, fall_ + i * stride_ + c);
        hn::Store(hn::Mul(hn::Load(d, queries + c), hn::Mul(rise, scale)), d, queries + c);
        hn::Store(hn::Mul(hn::Load(d, keys + c), fall), d, keys + c);
      }
    }
  }

 private:
  // Decays are at most 0, so the last sums are the lowest ones.
  std::size_t fitChannels(std::size_t count) const {
    const hn::ScalableTag<float> d;
    auto lowest = hn::Zero(d);
    for (std::size_t c = 0; c < stride_; c += hn::Lanes(d)) {
      auto sum = hn::Zero(d);
      for (std::size_t i = 1; i < count; ++i) {
        sum = hn::Add(sum, hn::Load(d, logs_ + i * stride_ + c));
      }
      lowest = hn::Min(lowest, sum);
    }
    if (hn::GetLane(hn::MinOfLanes(d, lowest)) >= -kDecayRange) return count;
    std::size_t fitting = count;
    for (std::size_t c = 0; c < stride_; ++c) {
      float sum = 0;
      for (std::size_t i = 1; i < fitting; ++i) {
        sum += logs_[i * stride_ + c];
        if (sum < -kDecayRange) fitting = i;
      }
    }
    return fitting;
  }

  void weighChannels(std::size_t count, float* queries, float* keys) {
    const hn::ScalableTag<float> d;
    const auto scale = hn::Set(d, shape_.scale);
    for (std::size_t c = 0; c < stride_; c += hn::Lanes(d)) {
      auto sum = hn::Zero(d);
      auto rise = hn::Set(d, 1.0f), fall = rise;
      for (std::size_t i = 0, at = c; i < count; ++i, at += stride_) {
        if (i > 0) {
          sum = hn::Add(sum, hn::Load(d, logs_ + at));
          exponentialPair(d, sum, rise, fall);
        }
        hn::Store(hn::Mul(hn::Load(d, queries + at), hn::Mul(rise, scale)), d, queries + at);
        hn::Store(hn::Mul(hn::Load(d, keys + at), fall), d, keys + at);
        if (rise_ == nullptr) continue;
        hn::Store(rise, d, rise_ + at);
        hn::Store(fall, d, fall_ + at);
      }
      sum = hn::Add(sum, hn::Load(d, logs_ + count * stride_ + c));
      hn::Store(hn::Exp(d, sum), d, whole_ + c);
    }
  }

  std::size_t fitTokens(std::size_t count) {
    float sum = 0;
    std::size_t fitting = 1;
    rise_[0] = 0;
    for (; fitting < count; ++fitting) {
      sum += logs_[fitting];
      if (sum < -kDecayRange) break;
      rise_[fitting] = sum;
    }
    std::fill_n(whole_, stride_, std::exp(rise_[fitting - 1] + logs_[fitting]));
    std::fill(rise_ + fitting, rise_ + chunk_, 0.0f);
    const hn::ScalableTag<float> d;
    for (std::size_t i = 0; i < chunk_; i += hn::Lanes(d)) {
      auto rise = hn::Load(d, rise_ + i), fall = rise;
      exponentialPair(d, rise, rise, fall);
      hn::Store(rise, d, rise_ + i);
      hn::Store(fall, d, fall_ + i);
    }
    return fitting;
  }

  DiagonalShape shape_;
  std::size_t chunk_, stride_;
  float *logs_ = nullptr, *whole_ = nullptr, *rise_ = nullptr, *fall_ = nullptr;
};

// exp(g) of a head's first token by channel, where anything decays.
inline void firstDecays(const DiagonalShape& shape, const DiagonalHead& head, float* factors) {
  const std::size_t keys = sizeOf(shape.keys);
  if (shape.decay == Decay::channel) {
    head.loadDecays(0, 1, factors, static_cast<std::ptrdiff_t>(tileStride(keys)));
  } else {
    float rate = shape.rate;
    if (shape.decay == Decay::token) head.loadDecays(0, 1, &rate, 1);
    std::fill_n(factors, keys, shape.decay == Decay::none ? 0.0f : rate);
  }
  for (std::size_t c = 0; c < keys; ++c) factors[c] = std::exp(factors[c]);
}

// Sets what lies above the diagonal of a square tile to 0.
inline void clearAbove(float* tile, std::size_t rows, std::size_t stride) {
  for (std::size_t i = 0; i < rows; ++i) {
    std::fill(tile + i * stride + i + 1, tile + (i + 1) * stride, 0.0f);
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
