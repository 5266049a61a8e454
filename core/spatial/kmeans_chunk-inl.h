// SPDX-License-Identifier: GPL-3.0-or-later
// Points in the first cache, compared with all centres, in the vector instructions of the including
// target.
#if defined(LINEAMENT_SPATIAL_KMEANS_CHUNK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SPATIAL_KMEANS_CHUNK_INL_H
#undef LINEAMENT_SPATIAL_KMEANS_CHUNK_INL_H
#else
#define LINEAMENT_SPATIAL_KMEANS_CHUNK_INL_H
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/spatial/kmeans_kernel.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::spatial::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;
using Vector = hn::Vec<Lane>;
using IndexLane = hn::RebindToSigned<Lane>;
using Index = hn::Vec<IndexLane>;

constexpr std::size_t kLanes = HWY_LANES(float);
constexpr std::size_t kChunk = 128;  // points that are worked on in the first cache
// Vectors of points that share a load of the centres: as many as the registers hold with kGroup
// sums of products each.
constexpr std::size_t kVectors = kLanes >= 16 ? 4 : 2;
constexpr std::size_t kTile = kVectors * kLanes;
static_assert(kChunk % kTile == 0 && kChunk >= 2 * kTile);
constexpr std::size_t kRow = kChunk + kLanes;  // room for a whole vector behind the last point
constexpr std::size_t kLine = 64 / sizeof(float);  // of the cache
constexpr std::size_t kAsk = 4 * kLine;            // what is asked for at a time

inline std::size_t roundUp(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// Up to kChunk points relative to the origin: feature f of point i at values[f * kRow + i].
// Behind the features comes one that is 1 for every point, whose sums are the numbers of points,
// and then zeros up to whole vectors of features. Behind the points come zeros up to a whole tile.
class Chunk {
 public:
  explicit Chunk(const CentreTable& table)
      : table_(table),
        rows(roundUp(table.features + 1, kLanes)),
        values_(hwy::AllocateAligned<float>(rows * kRow)),
        labels_(hwy::AllocateAligned<std::int32_t>(kChunk)) {
    std::fill_n(values_.get(), rows * kRow, 0.0f);
    std::fill_n(values_.get() + table.features * kRow, kRow, 1.0f);
    const std::size_t groups = table.squares.size() / CentreTable::kGroup;
    const std::size_t steps = groups * (kChunk / kTile);
    asks_of_group_ = (table.features * (kChunk / kAsk) + steps - 1) / steps;
  }

  // Loads the points behind `begin` and finds the index of the centre with the least |c|^2 - 2 x.c,
  // which is |x - c|^2 less what all centres have in common. Points behind the last one get the
  // index behind the last cluster.
  // What will be wanted next is asked for meanwhile.
  void label(const Points& points, std::size_t begin) {
    points_ = &points;
    begin_ = begin;
    count = std::min(kChunk, points.count - begin);
    padded = roundUp(count, kTile);
    ask_ = points.values + begin + kChunk;
    asked_ = 0;
    asks_ = begin + 2 * kChunk <= points.count ? table_.features * (kChunk / kAsk) : 0;
    std::size_t i = 0;
    for (; i + kTile <= count; i += kTile) labelTile<true>(i);
    if (i == count) return;
    loadRest(i);
    labelTile<false>(i);
    std::fill(labels_.get() + count, labels_.get() + padded,
              static_cast<std::int32_t>(table_.clusters));
  }

  const float* values() const { return values_.get(); }
  const std::int32_t* labels() const { return labels_.get(); }

  // Up to `padded` of them.
  void storeLabels(std::uint8_t* to) const {
    const hn::RebindToUnsigned<Lane> du;
    const hn::Rebind<std::uint8_t, Lane> bytes;
    for (std::size_t i = 0; i < padded; i += kLanes) {
      const auto labels = hn::Load(du, reinterpret_cast<const std::uint32_t*>(labels_.get()) + i);
      hn::StoreU(hn::TruncateTo(bytes, labels), bytes, to + i);
    }
  }

 private:
  // Some of the next chunk's lines, feature by feature, with each group of centres of each tile:
  // the processor waits where more is asked for at a time than it can have under way, and the
  // memory waits where nothing is.
  HWY_INLINE void askForNext() {
    const std::size_t end = std::min(asked_ + asks_of_group_, asks_);
    const float* place = ask_;
    for (std::size_t i = asked_; i < end; ++i) {
      HWY_UNROLL(4)
      for (std::size_t line = 0; line < kAsk; line += kLine) hwy::Prefetch(place + line);
      place += i % (kChunk / kAsk) == kChunk / kAsk - 1 ? points_->stride - kChunk + kAsk : kAsk;
    }
    asked_ = end;
    ask_ = place;
  }

  // What is no whole tile.
  void loadRest(std::size_t first) {
    for (std::size_t f = 0; f < table_.features; ++f) {
      const float* HWY_RESTRICT from = points_->values + f * points_->stride + begin_;
      float* HWY_RESTRICT to = values_.get() + f * kRow;
      for (std::size_t i = first; i < count; ++i) to[i] = from[i] - table_.origin[f];
      std::fill(to + count, to + padded, 0.0f);
    }
  }

  // |c|^2 - 2 x.c of the centres of a group for the tile at `first`, which is loaded meanwhile if
  // kLoad.
  template <bool kLoad>
  HWY_INLINE void scoreGroup(std::size_t first, std::size_t group,
                             Vector (&score)[CentreTable::kGroup][kVectors]) {
    const Lane d;
    constexpr std::size_t kGroup = CentreTable::kGroup;
    HWY_UNROLL(4)
    for (std::size_t j = 0; j < kGroup; ++j) {
      const auto square = hn::Set(d, table_.squares[group * kGroup + j]);
      HWY_UNROLL(4)
      for (std::size_t v = 0; v < kVectors; ++v) score[j][v] = square;
    }
    const float* HWY_RESTRICT terms = table_.terms.data() + group * table_.features * kGroup;
    const float* HWY_RESTRICT end = terms + table_.features * kGroup;
    const float* HWY_RESTRICT origin = table_.origin.data();
    const float* HWY_RESTRICT from = points_->values + begin_ + first;
    float* HWY_RESTRICT x = values_.get() + first;
    const std::size_t stride = points_->stride;
    for (; terms != end; terms += kGroup, x += kRow) {
      Vector feature[kVectors];
      HWY_UNROLL(4)
      for (std::size_t v = 0; v < kVectors; ++v) {
        if (kLoad) {
          feature[v] = hn::Sub(hn::LoadU(d, from + v * kLanes), hn::Set(d, *origin));
          hn::Store(feature[v], d, x + v * kLanes);
        } else {
          feature[v] = hn::Load(d, x + v * kLanes);
        }
      }
      if (kLoad) {
        from += stride;
        ++origin;
      }
      HWY_UNROLL(4)
      for (std::size_t j = 0; j < kGroup; ++j) {
        const auto term = hn::Set(d, terms[j]);
        HWY_UNROLL(4)
        for (std::size_t v = 0; v < kVectors; ++v) {
          score[j][v] = hn::MulAdd(feature[v], term, score[j][v]);
        }
      }
    }
  }

  template <bool kLoad>
  HWY_INLINE void labelTile(std::size_t first) {
    const Lane d;
    const IndexLane di;
    constexpr std::size_t kGroup = CentreTable::kGroup;
    Vector best[kVectors];
    Index index[kVectors];
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < kVectors; ++v) {
      best[v] = hn::Set(d, std::numeric_limits<float>::infinity());
      index[v] = hn::Zero(di);
    }
    // Counted up in a register: to bring it there from a number each time costs a shuffle.
    auto candidate = hn::Zero(di);
    const auto one = hn::Set(di, 1);
    const std::size_t groups = table_.squares.size() / kGroup;
    for (std::size_t group = 0; group < groups; ++group) {
      askForNext();
      Vector score[kGroup][kVectors];
      if (kLoad && group == 0) {
        scoreGroup<true>(first, group, score);
      } else {
        scoreGroup<false>(first, group, score);
      }
      HWY_UNROLL(4)
      for (std::size_t j = 0; j < kGroup; ++j) {
        HWY_UNROLL(4)
        for (std::size_t v = 0; v < kVectors; ++v) {
          const auto nearer = hn::Lt(score[j][v], best[v]);
          best[v] = hn::Min(score[j][v], best[v]);
          index[v] = hn::IfThenElse(hn::RebindMask(di, nearer), candidate, index[v]);
        }
        candidate = hn::Add(candidate, one);
      }
    }
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::Store(index[v], di, labels_.get() + first + v * kLanes);
    }
  }

  const CentreTable& table_;
  const Points* points_ = nullptr;
  std::size_t begin_ = 0;
  const float* ask_ = nullptr;
  std::size_t asks_ = 0, asked_ = 0, asks_of_group_;

 public:
  std::size_t rows, count = 0, padded = 0;

 private:
  hwy::AlignedFreeUniquePtr<float[]> values_;
  hwy::AlignedFreeUniquePtr<std::int32_t[]> labels_;
};

// Changes of the sums [cluster][row of the chunk] in double precision.
class MovedSums {
 public:
  MovedSums(const CentreTable& table, std::size_t rows)
      : table_(table), rows_(rows), sums_(hwy::AllocateAligned<double>(table.clusters * rows)) {
    std::fill_n(sums_.get(), table.clusters * rows, 0.0);
  }

  // A point of the chunk goes from one cluster to another.
  void move(const Chunk& chunk, std::size_t point, std::size_t from, std::size_t to) {
    const Lane d;
    const IndexLane di;
    constexpr auto kStep = static_cast<std::int32_t>(kRow);
    const auto column = hn::Mul(hn::Iota(di, 0), hn::Set(di, kStep));
    for (std::size_t row = 0; row < rows_; row += kLanes) {
      const auto values = hn::GatherIndex(d, chunk.values() + row * kRow + point, column);
      moveHalf(hn::LowerHalf(values), from * rows_ + row, to * rows_ + row);
      moveHalf(hn::UpperHalf(hn::Half<Lane>(), values), from * rows_ + row + kLanes / 2,
               to * rows_ + row + kLanes / 2);
    }
  }

  void foldInto(ClusterSums& total) const {
    for (std::size_t k = 0; k < table_.clusters; ++k) {
      const double* from = sums_.get() + k * rows_;
      double* to = total.sums.data() + k * table_.features;
      for (std::size_t f = 0; f < table_.features; ++f) to[f] += from[f];
      total.counts[k] += from[table_.features];
    }
  }

 private:
  HWY_INLINE void moveHalf(hn::Vec<hn::Half<Lane>> half, std::size_t from, std::size_t to) {
    const hn::ScalableTag<double> d;
    const auto values = hn::PromoteTo(d, half);
    double* before = sums_.get() + from;
    double* after = sums_.get() + to;
    hn::Store(hn::Sub(hn::Load(d, before), values), d, before);
    hn::Store(hn::Add(hn::Load(d, after), values), d, after);
  }

  const CentreTable& table_;
  std::size_t rows_;
  hwy::AlignedFreeUniquePtr<double[]> sums_;
};

}  // namespace lineament::spatial::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
