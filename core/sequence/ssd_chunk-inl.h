// SPDX-License-Identifier: GPL-3.0-or-later
// What Mamba-2's forward and backward tiles share: the decays of a chunk and the masked scores.
// Include it inside a source that hwy/foreach_target.h compiles once for each target.
#if defined(LINEAMENT_SEQUENCE_SSD_CHUNK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_SSD_CHUNK_INL_H
#undef LINEAMENT_SEQUENCE_SSD_CHUNK_INL_H
#else
#define LINEAMENT_SEQUENCE_SSD_CHUNK_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "core/sequence/elementwise-inl.h"
#include "core/sequence/exponential-inl.h"
#include "core/sequence/small_product-inl.h"
#include "core/sequence/ssd_tiles.h"
#include "core/sequence/tile.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr auto kChunk = static_cast<std::size_t>(kSsdChunk);
inline constexpr std::size_t kScores = kChunk * kChunk;

struct SsdShape {
  std::size_t keys, values, key_stride, value_stride;
  std::size_t state_stride;  // of a state's rows in a tile
  explicit SsdShape(const Sizes& sizes)
      : keys(static_cast<std::size_t>(sizes.keys())),
        values(static_cast<std::size_t>(sizes.values())),
        key_stride(tileStride(keys)),
        value_stride(tileStride(values)),
        // Rows a multiple of 256 bytes apart would share a few sets of the first-level cache.
        state_stride(value_stride % 64 == 0 ? value_stride + kTilePadding : value_stride) {}
  std::size_t stateTile() const { return keys * state_stride; }
};

// Rows in the caller's memory or in a tile.
struct Rows {
  const float* first;
  std::ptrdiff_t stride;
  const float* at(std::size_t row) const {
    return first + static_cast<std::ptrdiff_t>(row) * stride;
  }
};

// The decays of one head over a chunk, in powers of two. The cumulative exponents are held in whole
// and fractional parts, so that the difference of two that follow a huge one is as exact as they
// are.
struct ChunkDecays {
  alignas(64) float step[kChunk];        // dt
  alignas(64) float from_start[kChunk];  // exp(G_t)
  alignas(64) float to_end[kChunk];      // exp(G_last - G_t)
  alignas(64) float whole[kChunk], part[kChunk];
  float all = 1;  // exp(G_last)

  // Rows behind `count` are 0, in `step` and in every decay that reads them.
  void load(const Call<float>& call, const SsdTask& task, std::int64_t head, std::int64_t from,
            std::size_t count) {
    constexpr float kGone = -127;  // powerOfTwo gives 0 there
    const float rate = kLog2E * call.inputs[kSsdRate].at(head);
    float whole_sum = 0, part_sum = 0;
    for (std::size_t t = 0; t < kChunk; ++t) {
      step[t] = t < count ? call.inputs[kSsdStep].at(task.batch,
                                                     from + static_cast<std::int64_t>(t), head)
                          : 0.0f;
      part_sum += std::max(kGone, step[t] * rate);
      const float carried = std::trunc(part_sum);
      whole_sum += carried;
      part_sum -= carried;
      whole[t] = whole_sum;
      part[t] = part_sum;
    }
    const hn::ScalableTag<float> d;
    const auto last_whole = hn::Set(d, whole[count - 1]), last_part = hn::Set(d, part[count - 1]);
    for (std::size_t t = 0; t < kChunk; t += hn::Lanes(d)) {
      const auto w = hn::Load(d, whole + t), p = hn::Load(d, part + t);
      hn::Store(powerOfTwo(d, hn::Add(w, p)), d, from_start + t);
      const auto left = hn::Add(hn::Sub(last_whole, w), hn::Sub(last_part, p));
      hn::Store(powerOfTwo(d, left), d, to_end + t);
    }
    all = from_start[count - 1];
  }

  // decays[t][s] = exp(G_t - G_s) for s <= t, otherwise 0.
  void between(std::size_t count, float* HWY_RESTRICT decays) const {
    const hn::ScalableTag<float> d;
    const auto places = hn::Iota(d, 0.0f);
    for (std::size_t t = 0; t < count; ++t) {
      const auto row_whole = hn::Set(d, whole[t]), row_part = hn::Set(d, part[t]);
      for (std::size_t s = 0; s < kChunk; s += hn::Lanes(d)) {
        const auto exponent = hn::Add(hn::Sub(row_whole, hn::Load(d, whole + s)),
                                      hn::Sub(row_part, hn::Load(d, part + s)));
        const auto place = hn::Add(places, hn::Set(d, static_cast<float>(s)));
        const auto seen = hn::Le(place, hn::Set(d, static_cast<float>(t)));
        const auto power = powerOfTwo(d, hn::Min(exponent, hn::Zero(d)));
        hn::Store(hn::IfThenElseZero(seen, power), d, decays + t * kChunk + s);
      }
    }
  }
};

// to = a * b, number by number; whole vectors. `to` may be one of the two.
HWY_INLINE void multiply(const float* a, const float* b, std::size_t count, float* to) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(hn::Mul(hn::Load(d, a + i), hn::Load(d, b + i)), d, to + i);
  }
}

// Row t of `from` times factors[t], for rows of whole vectors. `to` may be where `from` is.
HWY_INLINE void scaleRows(Rows from, std::size_t count, std::size_t stride, const float* factors,
                          float* to) {
  const hn::ScalableTag<float> d;
  for (std::size_t t = 0; t < count; ++t) {
    const auto factor = hn::Set(d, factors[t]);
    const float* row = from.at(t);
    for (std::size_t i = 0; i < stride; i += hn::Lanes(d)) {
      hn::Store(hn::Mul(factor, hn::LoadU(d, row + i)), d, to + t * stride + i);
    }
  }
}
HWY_INLINE void scaleRows(const float* from, std::size_t count, std::size_t stride,
                          const float* factors, float* to) {
  scaleRows(Rows{from, static_cast<std::ptrdiff_t>(stride)}, count, stride, factors, to);
}

// S = exp(G_last) S + B' W, with W the chunk's weighted values, from `before` to `state`.
HWY_INLINE void updateState(const SsdShape& shape, std::size_t count, float decay, Rows b,
                            const float* weighted, const float* before, float* state) {
  const auto stride = static_cast<std::ptrdiff_t>(shape.value_stride);
  const auto state_stride = static_cast<std::ptrdiff_t>(shape.state_stride);
  forProductBlocks(shape.keys, shape.values, [&](auto fit, std::size_t n, std::size_t j) {
    typename decltype(fit)::Block block;
    const std::size_t at = n * shape.state_stride + j;
    block.load(before + at, state_stride);
    block.scale(decay);
    block.multiply(count, b.first + n, 1, b.stride, weighted + j, stride);
    block.store(state + at, state_stride);
  });
}

// The scores C B' of a chunk, for all heads of the group. `b_across` takes B turned.
HWY_INLINE void chunkScores(const SsdShape& shape, std::size_t count, Rows b, Rows c,
                            float* b_across, float* scores) {
  transpose(b.first, count, shape.keys, static_cast<std::size_t>(b.stride), b_across, kChunk);
  smallProduct<false>(count, kChunk, shape.keys, c.first, c.stride, 1, b_across, kChunk, scores,
                      kChunk);
}

// Between a state's rows in the caller's memory and a tile.
HWY_INLINE void loadState(const SsdShape& shape, const float* from, float* tile) {
  for (std::size_t n = 0; n < shape.keys; ++n) {
    std::copy_n(from + n * shape.values, shape.values, tile + n * shape.state_stride);
  }
}
HWY_INLINE void storeState(const SsdShape& shape, const float* tile, float* to) {
  for (std::size_t n = 0; n < shape.keys; ++n) {
    std::copy_n(tile + n * shape.state_stride, shape.values, to + n * shape.values);
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
