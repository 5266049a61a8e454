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
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
constexpr std::size_t kRow = kChunk + kLanes;      // room for a whole vector behind the last point
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
        labels_(hwy::AllocateAligned<std::int32_t>(kChunk)),
        places_(hwy::AllocateAligned<std::int32_t>(kRow)),
        old_(hwy::AllocateAligned<std::int32_t>(kRow)),
        nearest_(hwy::AllocateAligned<float>(kTile)),
        second_(hwy::AllocateAligned<float>(kTile)) {
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

  // Puts points of the tile at `begin` behind those there are, which may be fewer than a tile:
  // those whose bits are set in `which`. Places are counted from the first of `points`, which
  // `labels` belong to.
  void append(const Points& points, const std::uint8_t* labels, std::size_t begin,
              std::uint64_t which) {
    points_ = &points;
    if (begin + kTile <= points.count) {
      appendVectors(labels, begin, which);
      return;
    }
    for (; which != 0; which &= which - 1) {
      const std::size_t place = begin + static_cast<std::size_t>(std::countr_zero(which));
      for (std::size_t f = 0; f < table_.features; ++f) {
        values_[f * kRow + count] = points.values[f * points.stride + place] - table_.origin[f];
      }
      old_[count] = labels[place];
      places_[count++] = static_cast<std::int32_t>(place);
    }
  }

  // Labels of the first tile of the appended points and what their scores are.
  void labelAppended() { labelTile<false, true>(0); }

  // Lets the first tile go; there are fewer than two.
  void dropTile() {
    count -= kTile;
    const Lane d;
    const IndexLane di;
    for (std::size_t i = 0; i < count; i += kLanes) {
      for (std::size_t f = 0; f < table_.features; ++f) {
        float* to = values_.get() + f * kRow + i;
        hn::Store(hn::Load(d, to + kTile), d, to);
      }
      hn::Store(hn::Load(di, places_.get() + kTile + i), di, places_.get() + i);
      hn::Store(hn::Load(di, old_.get() + kTile + i), di, old_.get() + i);
    }
  }

  // Bits of those of the first tile whose labels are not what they were, of the first `number`.
  std::uint64_t changed(std::size_t number) const {
    const IndexLane di;
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < kTile; i += kLanes) {
      std::uint8_t bits[8] = {};
      hn::StoreMaskBits(di, hn::Ne(hn::Load(di, labels_.get() + i), hn::Load(di, old_.get() + i)),
                        bits);
      all |= (bits[0] | std::uint64_t{bits[1]} << 8) << i;
    }
    return number < 64 ? all & ((std::uint64_t{1} << number) - 1) : all;
  }

  // The tile at `begin` will be appended soon: it is asked for while others are compared.
  void askLater(const Points& points, std::size_t begin) {
    if (begin + kTile > points.count) return;
    for (std::size_t f = 0; f < table_.features; ++f) {
      if (last_ask_ - first_ask_ == kMostAsks) askForFirst();
      later_[last_ask_++ % kMostAsks] = points.values + f * points.stride + begin;
    }
  }

  // Of labelAppended(): the least |c|^2 - 2 x.c and the least but that one.
  const float* nearest() const { return nearest_.get(); }
  const float* second() const { return second_.get(); }
  const std::int32_t* places() const { return places_.get(); }

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

  HWY_INLINE void askForFirst() {
    const float* place = later_[first_ask_++ % kMostAsks];
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < kTile; i += kLine) hwy::Prefetch(place + i);
  }

  void appendVectors(const std::uint8_t* labels, std::size_t begin, std::uint64_t which) {
    const Lane d;
    const IndexLane di;
    const hn::Rebind<std::uint8_t, IndexLane> small;
    std::size_t to[kVectors + 1] = {count};
    hn::Mask<Lane> mask[kVectors];
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < kVectors; ++v) {
      const std::uint64_t bits = which >> v * kLanes & ((std::uint64_t{1} << kLanes) - 1);
      std::uint8_t bytes[sizeof(bits)];
      std::memcpy(bytes, &bits, sizeof(bits));
      mask[v] = hn::LoadMaskBits(d, bytes);
      const auto place = hn::Iota(di, static_cast<std::int32_t>(begin + v * kLanes));
      hn::StoreU(hn::Compress(place, hn::RebindMask(di, mask[v])), di, places_.get() + to[v]);
      const auto label = hn::PromoteTo(di, hn::LoadU(small, labels + begin + v * kLanes));
      hn::StoreU(hn::Compress(label, hn::RebindMask(di, mask[v])), di, old_.get() + to[v]);
      to[v + 1] = to[v] + static_cast<std::size_t>(std::popcount(bits));
    }
    for (std::size_t f = 0; f < table_.features; ++f) {
      const float* HWY_RESTRICT from = points_->values + f * points_->stride + begin;
      float* HWY_RESTRICT row = values_.get() + f * kRow;
      const auto origin = hn::Set(d, table_.origin[f]);
      HWY_UNROLL(4)
      for (std::size_t v = 0; v < kVectors; ++v) {
        const auto values = hn::Sub(hn::LoadU(d, from + v * kLanes), origin);
        hn::StoreU(hn::Compress(values, mask[v]), d, row + to[v]);
      }
    }
    count = to[kVectors];
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

  // kSecond: what is second is found, too, and both scores are kept.
  template <bool kLoad, bool kSecond = false>
  HWY_INLINE void labelTile(std::size_t first) {
    const Lane d;
    const IndexLane di;
    constexpr std::size_t kGroup = CentreTable::kGroup;
    Vector best[kVectors];
    Vector second[kVectors];
    Index index[kVectors];
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < kVectors; ++v) {
      best[v] = hn::Set(d, std::numeric_limits<float>::infinity());
      second[v] = best[v];
      index[v] = hn::Zero(di);
    }
    // Counted up in a register: to bring it there from a number each time costs a shuffle.
    auto candidate = hn::Zero(di);
    const auto one = hn::Set(di, 1);
    const std::size_t groups = table_.squares.size() / kGroup;
    const std::size_t asks = (last_ask_ - first_ask_ + groups - 1) / groups;
    for (std::size_t group = 0; group < groups; ++group) {
      if (kSecond) {
        for (std::size_t i = 0; i < asks && first_ask_ != last_ask_; ++i) askForFirst();
      } else {
        askForNext();
      }
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
          if (kSecond) second[v] = hn::Min(second[v], hn::Max(score[j][v], best[v]));
          best[v] = hn::Min(score[j][v], best[v]);
          index[v] = hn::IfThenElse(hn::RebindMask(di, nearer), candidate, index[v]);
        }
        candidate = hn::Add(candidate, one);
      }
    }
    HWY_UNROLL(4)
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::Store(index[v], di, labels_.get() + first + v * kLanes);
      if (!kSecond) continue;
      hn::Store(best[v], d, nearest_.get() + v * kLanes);
      hn::Store(second[v], d, second_.get() + v * kLanes);
    }
  }

  const CentreTable& table_;
  const Points* points_ = nullptr;
  std::size_t begin_ = 0;
  const float* ask_ = nullptr;
  std::size_t asks_ = 0, asked_ = 0, asks_of_group_;
  static constexpr std::size_t kMostAsks = 64;
  const float* later_[kMostAsks];
  std::size_t first_ask_ = 0, last_ask_ = 0;

 public:
  std::size_t rows, count = 0, padded = 0;

 private:
  hwy::AlignedFreeUniquePtr<float[]> values_;
  hwy::AlignedFreeUniquePtr<std::int32_t[]> labels_, places_, old_;
  hwy::AlignedFreeUniquePtr<float[]> nearest_, second_;
};

// Numbers of the clusters of a vector of labels: from `kTables` vectors of them where they are few,
// since to gather takes a load for each lane. 0 tables: gathered.
template <std::size_t kTables>
class OfLabels {
 public:
  explicit HWY_INLINE OfLabels(Index label) : label_(label) {
    if constexpr (kTables > 0) {
      const IndexLane di;
      const auto lane = hn::And(label, hn::Set(di, static_cast<std::int32_t>(kLanes - 1)));
      lane_ = hn::IndicesFromVec(Lane(), lane);
      odd_ = hn::RebindMask(Lane(), hn::TestBit(label, hn::Set(di, std::int32_t{kLanes})));
      high_ = hn::RebindMask(Lane(), hn::TestBit(label, hn::Set(di, std::int32_t{2 * kLanes})));
    }
  }

  // `row` has a number for each cluster, and kRowMultiple of them.
  HWY_INLINE Vector operator()(const float* row) const {
    if constexpr (kTables == 0) return hn::GatherIndex(Lane(), row, label_);
    if constexpr (kTables == 1) return from(row, 0);
    if constexpr (kTables == 2) return either(row, 0);
    if constexpr (kTables == 4) return hn::IfThenElse(high_, either(row, 2), either(row, 0));
  }

 private:
  HWY_INLINE Vector from(const float* row, std::size_t table) const {
    return hn::TableLookupLanes(hn::LoadU(Lane(), row + table * kLanes), lane_);
  }
  HWY_INLINE Vector either(const float* row, std::size_t table) const {
    return hn::IfThenElse(odd_, from(row, table + 1), from(row, table));
  }

  Index label_;
  decltype(hn::IndicesFromVec(Lane(), Index())) lane_;
  hn::Mask<Lane> odd_, high_;
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
