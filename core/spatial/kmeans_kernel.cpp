// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_kernel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/spatial/kmeans_kernel.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/base/transpose-inl.h"

// A pass of an iteration reads 4 d bytes of a point and does 2 K d operations for its distances,
// 3 K to find the least of them and some 4 d to add it to its cluster, where that has changed. At d
// = 12 and 26 GB/s, 228 GFLOP/s that is memory up to 18 clusters and arithmetic beyond.
HWY_BEFORE_NAMESPACE();
namespace lineament::spatial::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::ScalableTag<float>;
using Vector = hn::Vec<Lane>;
using IndexLane = hn::RebindToSigned<Lane>;
using Index = hn::Vec<IndexLane>;

constexpr std::size_t kLanes = HWY_LANES(float);
constexpr std::size_t kChunk = 128;  // points that are worked on in the first cache
// Chunks whose sums are in single precision before they are folded into the double ones.
constexpr std::size_t kChunksPerFold = 16;
// Vectors of points that share a load of the centres: as many as the registers hold with kGroup
// sums of products each.
constexpr std::size_t kVectors = kLanes >= 16 ? 4 : 2;
constexpr std::size_t kTile = kVectors * kLanes;
static_assert(kChunk % kTile == 0);
constexpr std::size_t kLine = 64 / sizeof(float);  // of the cache
constexpr std::size_t kAsk = 4 * kLine;            // what is asked for at a time

std::size_t roundUp(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// Up to kChunk points relative to the origin: feature f of point i at values[f * kChunk + i].
// Behind the features comes one that is 1 for every point, whose sums are the numbers of points,
// and then zeros up to whole vectors of features. Behind the points come zeros up to a whole tile.
class Chunk {
 public:
  explicit Chunk(const CentreTable& table)
      : table_(table),
        rows(roundUp(table.features + 1, kLanes)),
        values_(hwy::AllocateAligned<float>(rows * kChunk)),
        labels_(hwy::AllocateAligned<std::int32_t>(kChunk)) {
    std::fill_n(values_.get(), rows * kChunk, 0.0f);
    std::fill_n(values_.get() + table.features * kChunk, kChunk, 1.0f);
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
      float* HWY_RESTRICT to = values_.get() + f * kChunk;
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
    for (; terms != end; terms += kGroup, x += kChunk) {
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

// Sums [cluster][row of the chunk] in single precision, folded into double ones now and then. Even
// and odd points have sums of their own: to add to what was stored a moment ago means to wait.
class RunningSums {
 public:
  RunningSums(const CentreTable& table, std::size_t rows)
      : table_(table),
        rows_(rows),
        size_((table.clusters + 1) * rows),
        sums_(hwy::AllocateAligned<float>(2 * size_)) {
    std::fill_n(sums_.get(), 2 * size_, 0.0f);
  }

  void add(const Chunk& chunk) {
    for (std::size_t i = 0; i < chunk.padded; i += kLanes) {
      for (std::size_t f = 0; f < rows_; f += kLanes) {
        addSquare(chunk.values() + f * kChunk + i, chunk.labels() + i, f);
      }
    }
  }

  void foldInto(ClusterSums& total) {
    for (std::size_t k = 0; k < table_.clusters; ++k) {
      const float* even = sums_.get() + k * rows_;
      const float* odd = even + size_;
      double* to = total.sums.data() + k * table_.features;
      for (std::size_t f = 0; f < table_.features; ++f) {
        to[f] += static_cast<double>(even[f]) + static_cast<double>(odd[f]);
      }
      total.counts[k] += static_cast<double>(even[table_.features] + odd[table_.features]);
    }
    std::fill_n(sums_.get(), 2 * size_, 0.0f);
  }

 private:
  // A vector of features of a vector of points, turned so that each point's features lie in one
  // vector.
  HWY_INLINE void addSquare(const float* HWY_RESTRICT from, const std::int32_t* HWY_RESTRICT labels,
                            std::size_t feature) {
    const Lane d;
    Vector rows[kLanes];
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kLanes; ++i) rows[i] = hn::Load(d, from + i * kChunk);
    lineament::HWY_NAMESPACE::transposeRows(d, rows);
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kLanes; ++i) {
      float* to =
          sums_.get() + (i % 2) * size_ + feature + static_cast<std::size_t>(labels[i]) * rows_;
      hn::Store(hn::Add(hn::Load(d, to), rows[i]), d, to);
    }
  }

  const CentreTable& table_;
  std::size_t rows_, size_;
  hwy::AlignedFreeUniquePtr<float[]> sums_;
};

void sumNearest(const CentreTable& table, const Points& points, ClusterSums& sums,
                std::uint8_t* labels) {
  Chunk chunk(table);
  RunningSums running(table, chunk.rows);
  HWY_ALIGN std::uint8_t fresh[kChunk];
  std::size_t chunks = 0;
  for (std::size_t begin = 0; begin < points.count; begin += kChunk) {
    chunk.label(points, begin);
    running.add(chunk);
    if (labels != nullptr) {
      chunk.storeLabels(fresh);
      std::copy_n(fresh, chunk.count, labels + begin);
    }
    if (++chunks % kChunksPerFold == 0) running.foldInto(sums);
  }
  running.foldInto(sums);
}

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
    constexpr auto kStep = static_cast<std::int32_t>(kChunk);
    const auto column = hn::Mul(hn::Iota(di, 0), hn::Set(di, kStep));
    for (std::size_t row = 0; row < rows_; row += kLanes) {
      const auto values = hn::GatherIndex(d, chunk.values() + row * kChunk + point, column);
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

// Bit i is set where label i of the chunk, of those behind `first`, is not old[i]; `count` of a
// vector's lanes are looked at.
HWY_INLINE std::uint32_t changedLabels(const Chunk& chunk, std::size_t first, std::size_t count,
                                       const std::uint8_t* old) {
  const IndexLane di;
  const hn::Rebind<std::uint8_t, IndexLane> bytes;
  HWY_ALIGN std::uint8_t last[kLanes] = {};
  if (count < kLanes) old = std::copy_n(old, count, last) - count;
  const auto before = hn::PromoteTo(di, hn::LoadU(bytes, old));
  const auto changed = hn::Ne(hn::Load(di, chunk.labels() + first), before);
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(di, changed, bits);
  return (bits[0] | std::uint32_t{bits[1]} << 8) & ((std::uint32_t{1} << count) - 1);
}

void sumChanged(const CentreTable& table, const Points& points, ClusterSums& sums,
                std::uint8_t* labels) {
  Chunk chunk(table);
  MovedSums moved(table, chunk.rows);
  for (std::size_t begin = 0; begin < points.count; begin += kChunk) {
    chunk.label(points, begin);
    const std::size_t count = chunk.count;
    for (std::size_t i = 0; i < count; i += kLanes) {
      std::uint8_t* old = labels + begin + i;
      std::uint32_t changed = changedLabels(chunk, i, std::min(kLanes, count - i), old);
      for (; changed != 0; changed &= changed - 1) {
        const auto j = static_cast<std::size_t>(std::countr_zero(changed));
        const auto label = static_cast<std::uint8_t>(chunk.labels()[i + j]);
        moved.move(chunk, i + j, old[j], label);
        old[j] = label;
      }
    }
  }
  moved.foldInto(sums);
}

// Numbers of the centres of a vector of labels: from `kTables` vectors of them where they are few,
// since to gather takes a load for each lane. 0 tables: gathered.
template <std::size_t kTables>
class OwnCentre {
 public:
  explicit OwnCentre(Index label) : label_(label) {
    if constexpr (kTables > 0) {
      const IndexLane di;
      const auto lane = hn::And(label, hn::Set(di, static_cast<std::int32_t>(kLanes - 1)));
      lane_ = hn::IndicesFromVec(Lane(), lane);
      odd_ = hn::RebindMask(Lane(), hn::TestBit(label, hn::Set(di, std::int32_t{kLanes})));
      high_ = hn::RebindMask(Lane(), hn::TestBit(label, hn::Set(di, std::int32_t{2 * kLanes})));
    }
  }

  // `row` is a feature of all centres.
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

// |x - c|^2 for the centre of each point's label, from the differences; 0 behind the last point.
template <std::size_t kTables>
void distancesToOwn(const CentreTable& table, const Chunk& chunk, float* distances) {
  const Lane d;
  const IndexLane di;
  const auto last = hn::Set(di, static_cast<std::int32_t>(table.clusters - 1));
  for (std::size_t i = 0; i < chunk.padded; i += kLanes) {
    const OwnCentre<kTables> centre(hn::Min(hn::Load(di, chunk.labels() + i), last));
    auto sum = hn::Zero(d);
    const float* row = table.centres.data();
    for (std::size_t f = 0; f < table.features; ++f, row += table.stride) {
      const auto difference = hn::Sub(hn::Load(d, chunk.values() + f * kChunk + i), centre(row));
      sum = hn::MulAdd(difference, difference, sum);
    }
    hn::Store(sum, d, distances + i);
  }
  std::fill(distances + chunk.count, distances + chunk.padded, 0.0f);
}

using DistancesToOwn = void (*)(const CentreTable& table, const Chunk& chunk, float* distances);
DistancesToOwn distancesFor(std::size_t clusters) {
  static_assert(4 * kLanes <= CentreTable::kRowMultiple);
  if (clusters <= kLanes) return distancesToOwn<1>;
  if (clusters <= 2 * kLanes) return distancesToOwn<2>;
  return clusters <= 4 * kLanes ? distancesToOwn<4> : distancesToOwn<0>;
}

// In double precision.
double sumOf(const float* values, std::size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  auto even = hn::Zero(d), odd = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += 2 * hn::Lanes(d)) {
    even = hn::Add(even, hn::PromoteTo(d, hn::Load(half, values + i)));
    odd = hn::Add(odd, hn::PromoteTo(d, hn::Load(half, values + i + hn::Lanes(d))));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
}

double labelNearest(const CentreTable& table, const Points& points, std::uint16_t* labels,
                    float* distances) {
  Chunk chunk(table);
  const DistancesToOwn distances_to_own = distancesFor(table.clusters);
  HWY_ALIGN float own[kChunk];
  double sum = 0;
  for (std::size_t begin = 0; begin < points.count; begin += kChunk) {
    chunk.label(points, begin);
    distances_to_own(table, chunk, own);
    sum += sumOf(own, chunk.padded);
    for (std::size_t i = 0; i < chunk.count; ++i) {
      labels[begin + i] = static_cast<std::uint16_t>(chunk.labels()[i]);
    }
    if (distances != nullptr) std::copy_n(own, chunk.count, distances + begin);
  }
  return sum;
}

void squaresTo(const Points& points, const float* place, std::size_t features, float* distances) {
  const Lane d;
  std::size_t i = 0;
  for (; i + kLanes <= points.count; i += kLanes) {
    auto sum = hn::Zero(d);
    for (std::size_t f = 0; f < features; ++f) {
      const auto difference =
          hn::Sub(hn::LoadU(d, points.values + f * points.stride + i), hn::Set(d, place[f]));
      sum = hn::MulAdd(difference, difference, sum);
    }
    hn::StoreU(sum, d, distances + i);
  }
  for (; i < points.count; ++i) {
    float sum = 0;
    for (std::size_t f = 0; f < features; ++f) {
      const float difference = points.values[f * points.stride + i] - place[f];
      sum += difference * difference;
    }
    distances[i] = sum;
  }
}

// One feature; returns whether all values are in range.
bool addMomentsOf(const float* HWY_RESTRICT values, std::size_t count, float pivot, double& sum,
                  double& square) {
  const Lane d;
  const auto shift = hn::Set(d, pivot), largest = hn::Set(d, kLargestValue);
  bool usable = true;
  for (std::size_t begin = 0; begin < count; begin += kChunk) {
    const std::size_t end = std::min(count, begin + kChunk);
    auto sums = hn::Zero(d), squares = hn::Zero(d);
    auto within = hn::Eq(sums, sums);
    std::size_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      const auto x = hn::LoadU(d, values + i);
      within = hn::And(within, hn::Le(hn::Abs(x), largest));
      const auto difference = hn::Sub(x, shift);
      sums = hn::Add(sums, difference);
      squares = hn::MulAdd(difference, difference, squares);
    }
    usable = usable && hn::AllTrue(d, within);
    sum += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sums)));
    square += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, squares)));
    for (; i < end; ++i) {
      usable = usable && std::abs(values[i]) <= kLargestValue;
      const double difference = static_cast<double>(values[i]) - static_cast<double>(pivot);
      sum += difference;
      square += difference * difference;
    }
  }
  return usable;
}

}  // namespace lineament::spatial::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::spatial {

HWY_EXPORT(sumNearest);
HWY_EXPORT(sumChanged);
HWY_EXPORT(labelNearest);
HWY_EXPORT(squaresTo);
HWY_EXPORT(addMomentsOf);

namespace {

// To 12 bits: values of few digits stay exact relative to it, and so do ties between centres.
float coarse(double value) {
  int exponent = 0;
  const double share = std::frexp(value, &exponent);
  return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(share, 12)), exponent - 12));
}

}  // namespace

CentreTable::CentreTable(std::span<const double> from, std::span<const double> middle)
    : features(middle.size()),
      clusters(from.size() / middle.size()),
      stride((clusters + kRowMultiple - 1) / kRowMultiple * kRowMultiple),
      origin(middle.size()),
      centres(middle.size() * stride) {
  std::transform(middle.begin(), middle.end(), origin.begin(), coarse);
  const std::size_t groups = (clusters + kGroup - 1) / kGroup;
  terms.assign(groups * features * kGroup, 0.0f);
  squares.assign(groups * kGroup, std::numeric_limits<float>::infinity());
  for (std::size_t k = 0; k < clusters; ++k) {
    double square = 0;
    for (std::size_t f = 0; f < features; ++f) {
      const auto centre =
          static_cast<float>(from[k * features + f] - static_cast<double>(origin[f]));
      centres[f * stride + k] = centre;
      terms[(k / kGroup * features + f) * kGroup + k % kGroup] = -2 * centre;
      square += static_cast<double>(centre) * static_cast<double>(centre);
    }
    squares[k] = static_cast<float>(square);
  }
}

void ClusterSums::add(const ClusterSums& other) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += other.sums[i];
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
}

void sumNearest(const CentreTable& table, const Points& points, ClusterSums& sums,
                std::uint8_t* labels) {
  HWY_DYNAMIC_DISPATCH(sumNearest)(table, points, sums, labels);
}

void sumChanged(const CentreTable& table, const Points& points, ClusterSums& sums,
                std::uint8_t* labels) {
  HWY_DYNAMIC_DISPATCH(sumChanged)(table, points, sums, labels);
}

double labelNearest(const CentreTable& table, const Points& points, std::uint16_t* labels,
                    float* distances) {
  return HWY_DYNAMIC_DISPATCH(labelNearest)(table, points, labels, distances);
}

void squaredDistances(const Points& points, std::span<const float> place, float* distances) {
  HWY_DYNAMIC_DISPATCH(squaresTo)(points, place.data(), place.size(), distances);
}

bool addMoments(const Points& points, std::span<const float> pivot, double* sums, double* squares) {
  bool usable = true;
  for (std::size_t f = 0; f < pivot.size(); ++f) {
    usable &= HWY_DYNAMIC_DISPATCH(addMomentsOf)(points.values + f * points.stride, points.count,
                                                 pivot[f], sums[f], squares[f]);
  }
  return usable;
}

}  // namespace lineament::spatial
#endif
