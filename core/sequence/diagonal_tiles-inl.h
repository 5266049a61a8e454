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
      tile_ = work.tile(chunk + 1, stride_);
      if (kept) rise_ = work.tile(chunk, stride_);
      if (kept) fall_ = work.tile(chunk, stride_);
    } else {
      tile_ = work.numbers(chunk + 1).data();
      rise_ = work.numbers(chunk).data();
      fall_ = work.numbers(chunk).data();
    }
  }

  // Reads the decays of the tokens from `first` on and returns how many of the next `count` ones
  // make a chunk.
  std::size_t begin(const DiagonalHead& head, float rate, std::int64_t first, std::size_t count) {
    if (shape_.decay == Decay::none) return count;
    const std::int64_t given =
        std::min(static_cast<std::int64_t>(count) + 1, shape_.tokens - first);
    given_ = sizeOf(given);
    if (shape_.decay == Decay::channel) {
      logs_ = head.loadDecays(first, given, tile_, static_cast<std::ptrdiff_t>(stride_));
      return fitChannels(count);
    }
    if (shape_.decay == Decay::token) {
      logs_ = head.loadDecays(first, given, tile_, 1);
    } else {
      std::fill_n(tile_, given, rate);
      logs_ = {tile_, 1};
    }
    return fitTokens(count);
  }

  // Writes the queries times scale exp(G) and the keys times exp(-G) of the `count` tokens that
  // begin returned, as tiles.
  void weigh(std::size_t count, const DiagonalInputs& from, const DiagonalRows& to) {
    if (shape_.decay == Decay::channel) {
      weighChannels(count, from, to);
      return;
    }
    const bool decays = shape_.decay != Decay::none;
    for (std::size_t i = 0; i < count; ++i) {
      putRow(from.queries.row(i), to.queries + i * stride_,
             decays ? rise_[i] * shape_.scale : shape_.scale);
      putRow(from.keys.row(i), to.keys + i * stride_, decays ? fall_[i] : 1.0f);
    }
  }

  void putRow(const float* from, float* to, float factor) const {
    if (from != to || factor != 1) scaleRow(from, to, stride_, factor);
  }

  // The keys alone, where outputs and gradients are not asked for.
  void weighKeys(std::size_t count, const DiagonalInputs& from, const DiagonalRows& to) {
    const hn::ScalableTag<float> d;
    for (std::size_t i = 0; shape_.decay != Decay::channel && i < count; ++i) {
      putRow(from.keys.row(i), to.keys + i * stride_,
             shape_.decay != Decay::none ? fall_[i] : 1.0f);
    }
    for (std::size_t c = 0; shape_.decay == Decay::channel && c < stride_; c += hn::Lanes(d)) {
      auto sum = hn::Zero(d), fall = hn::Set(d, 1.0f);
      for (std::size_t i = 0, at = c; i < count; ++i, at += stride_) {
        if (i > 0) {
          sum = hn::Add(sum, hn::LoadU(d, logs_.row(i) + c));
          fall = boundedExponential(d, hn::Neg(sum));
        }
        hn::Store(hn::Mul(hn::LoadU(d, from.keys.row(i) + c), fall), d, to.keys + at);
      }
      putWhole(count, sum, c);
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
      for (std::size_t i = 1; i < count; ++i) sum = hn::Add(sum, hn::LoadU(d, logs_.row(i) + c));
      lowest = hn::Min(lowest, sum);
    }
    if (hn::GetLane(hn::MinOfLanes(d, lowest)) >= -kDecayRange) return count;
    std::size_t fitting = count;
    for (std::size_t c = 0; c < stride_; ++c) {
      float sum = 0;
      for (std::size_t i = 1; i < fitting; ++i) {
        sum += logs_.row(i)[c];
        if (sum < -kDecayRange) fitting = i;
      }
    }
    return fitting;
  }

  void weighChannels(std::size_t count, const DiagonalInputs& from, const DiagonalRows& to) {
    const hn::ScalableTag<float> d;
    const auto scale = hn::Set(d, shape_.scale);
    for (std::size_t c = 0; c < stride_; c += hn::Lanes(d)) {
      auto sum = hn::Zero(d);
      auto rise = hn::Set(d, 1.0f), fall = rise;
      for (std::size_t i = 0, at = c; i < count; ++i, at += stride_) {
        if (i > 0) {
          sum = hn::Add(sum, hn::LoadU(d, logs_.row(i) + c));
          exponentialPair(d, sum, rise, fall);
        }
        const auto query = hn::LoadU(d, from.queries.row(i) + c);
        hn::Store(hn::Mul(query, hn::Mul(rise, scale)), d, to.queries + at);
        hn::Store(hn::Mul(hn::LoadU(d, from.keys.row(i) + c), fall), d, to.keys + at);
        if (rise_ == nullptr) continue;
        hn::Store(rise, d, rise_ + at);
        hn::Store(fall, d, fall_ + at);
      }
      putWhole(count, sum, c);
    }
  }

  // `sum` is G_last of the channels from `channel` on.
  template <class V>
  HWY_INLINE void putWhole(std::size_t count, V sum, std::size_t channel) {
    const hn::ScalableTag<float> d;
    if (given_ > count) sum = hn::Add(sum, hn::LoadU(d, logs_.row(count) + channel));
    hn::Store(boundedExponential(d, sum), d, whole_ + channel);
  }

  std::size_t fitTokens(std::size_t count) {
    float sum = 0;
    std::size_t fitting = 1;
    rise_[0] = 0;
    for (; fitting < count; ++fitting) {
      sum += *logs_.row(fitting);
      if (sum < -kDecayRange) break;
      rise_[fitting] = sum;
    }
    const float next = given_ > fitting ? *logs_.row(fitting) : 0;
    std::fill_n(whole_, stride_, std::exp(rise_[fitting - 1] + next));
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
  std::size_t chunk_, stride_, given_ = 0;
  float *tile_ = nullptr, *whole_ = nullptr, *rise_ = nullptr, *fall_ = nullptr;
  RowsAt<const float> logs_;  // of the chunk's tokens and, where there is one, the next
};

// exp(g) of a head's first token by channel, where anything decays.
inline void firstDecays(const DiagonalShape& shape, const DiagonalHead& head, float rate,
                        float* factors) {
  const std::size_t keys = sizeOf(shape.keys);
  if (shape.decay == Decay::channel) {
    const float* row = head.loadDecays(0, 1, factors, 0).data;
    if (row != factors) std::copy_n(row, keys, factors);
  } else {
    if (shape.decay == Decay::token) rate = *head.loadDecays(0, 1, &rate, 1).data;
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
