// SPDX-License-Identifier: GPL-3.0-or-later
// The sparse part of SEA for one row and head, in the vector instructions of the including target.
#if defined(LINEAMENT_SEQUENCE_SEA_SPARSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_SEA_SPARSE_INL_H
#undef LINEAMENT_SEQUENCE_SEA_SPARSE_INL_H
#else
#define LINEAMENT_SEQUENCE_SEA_SPARSE_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "core/sequence/mechanism.h"
#include "core/sequence/sea.h"
#include "core/sequence/sea_layout.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// a . b of any length.
HWY_INLINE float anyDot(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                        std::size_t count) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sum);
  }
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < count; ++i) total += a[i] * b[i];
  return total;
}

// to += factor * from, any length.
HWY_INLINE void addAny(float factor, const float* HWY_RESTRICT from, std::size_t count,
                       float* HWY_RESTRICT to) {
  const hn::ScalableTag<float> d;
  const auto factors = hn::Set(d, factor);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::MulAdd(factors, hn::LoadU(d, from + i), hn::LoadU(d, to + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] += factor * from[i];
}

// The keys under each cell of a row: [starts[cell], starts[cell + 1]).
HWY_INLINE void cellStarts(std::int64_t visible, std::int64_t cells, std::int64_t* starts) {
  std::int64_t key = 0;
  const double width = static_cast<double>(visible) / static_cast<double>(cells);
  for (std::int64_t cell = 0; cell <= cells; ++cell) {
    const auto guess = static_cast<std::int64_t>(width * static_cast<double>(cell) - 1);
    key = std::clamp(guess, key, visible);
    while (key < visible && seaCell(key, visible, cells) < cell) ++key;
    starts[cell] = key;
  }
}

// One head's keys and values, those of the state first, and the keys a row reads.
struct SeaKeys {
  const Call<float>& call;
  const SeaLayout& layout;
  std::int64_t batch, head;
  std::int64_t past = call.initial ? call.initial->tokens : 0;

  const float* key(std::int64_t j, float* buffer) const {
    if (j < past) return call.initial->values.data() + layout.cacheOffset(j, batch, head);
    return call.inputs[SeaLayout::kKey].row(buffer, layout.keys, batch, j - past, head);
  }
  const float* value(std::int64_t j, float* buffer) const {
    if (j < past) {
      return call.initial->values.data() + layout.cacheOffset(j, batch, head) + layout.keys;
    }
    return call.inputs[SeaLayout::kValue].row(buffer, layout.values, batch, j - past, head);
  }

  // Fills shares[i] for the keys read[i]; returns how many there are. `query` is not scaled.
  std::size_t shares(const float* query, const std::uint32_t* stays, const std::int64_t* starts,
                     float* buffer, std::int64_t* read, float* shares) const {
    std::size_t count = 0;
    float highest = std::numeric_limits<float>::lowest();
    for (std::int64_t cell = 0; cell < layout.cells; ++cell) {
      const std::int64_t bit = head * layout.cells + cell;
      if ((stays[bit / 32] >> (bit % 32) & 1u) == 0) continue;
      for (std::int64_t j = starts[cell]; j < starts[cell + 1]; ++j) {
        read[count] = j;
        shares[count] = static_cast<float>(layout.scale) *
                        anyDot(query, key(j, buffer), static_cast<std::size_t>(layout.keys));
        highest = std::max(highest, shares[count++]);
      }
    }
    if (count == 0) return 0;
    const std::size_t padded = tileStride(count);
    std::fill(shares + count, shares + padded, std::numeric_limits<float>::lowest());
    scaleAll(shares, padded, 1 / exponentials(shares, padded, highest));
    return count;
  }
};

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
