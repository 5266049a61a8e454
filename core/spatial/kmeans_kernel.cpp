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
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/base/transpose-inl.h"
#include "core/spatial/kmeans_chunk-inl.h"

// A pass of an iteration reads 4 d bytes of a point and does 2 K d operations for its distances,
// 3 K to find the least of them and some 4 d to add it to its cluster, where that has changed. At d
// = 12 and 26 GB/s, 228 GFLOP/s that is memory up to 18 clusters and arithmetic beyond.
HWY_BEFORE_NAMESPACE();
namespace lineament::spatial::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Chunks whose sums are in single precision before they are folded into the double ones.
constexpr std::size_t kChunksPerFold = 16;

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
        addSquare(chunk.values() + f * kRow + i, chunk.labels() + i, f);
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
    for (std::size_t i = 0; i < kLanes; ++i) rows[i] = hn::Load(d, from + i * kRow);
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

// |x - c|^2 for the centre of each point's label, from the differences; 0 behind the last point.
template <std::size_t kTables>
void distancesToOwn(const CentreTable& table, const Chunk& chunk, float* distances) {
  const Lane d;
  const IndexLane di;
  const auto last = hn::Set(di, static_cast<std::int32_t>(table.clusters - 1));
  for (std::size_t i = 0; i < chunk.padded; i += kLanes) {
    const OfLabels<kTables> centre(hn::Min(hn::Load(di, chunk.labels() + i), last));
    auto sum = hn::Zero(d);
    const float* row = table.centres.data();
    for (std::size_t f = 0; f < table.features; ++f, row += table.stride) {
      const auto difference = hn::Sub(hn::Load(d, chunk.values() + f * kRow + i), centre(row));
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
                  double& square, float& reach) {
  const Lane d;
  const auto shift = hn::Set(d, pivot), largest = hn::Set(d, kLargestValue);
  bool usable = true;
  for (std::size_t begin = 0; begin < count; begin += kChunk) {
    const std::size_t end = std::min(count, begin + kChunk);
    auto sums = hn::Zero(d), squares = hn::Zero(d);
    auto within = hn::Eq(sums, sums);
    auto farthest = hn::Zero(d);
    std::size_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      const auto x = hn::LoadU(d, values + i);
      within = hn::And(within, hn::Le(hn::Abs(x), largest));
      const auto difference = hn::Sub(x, shift);
      farthest = hn::Max(farthest, hn::Abs(difference));
      sums = hn::Add(sums, difference);
      squares = hn::MulAdd(difference, difference, squares);
    }
    usable = usable && hn::AllTrue(d, within);
    reach = std::max(reach, hn::GetLane(hn::MaxOfLanes(d, farthest)));
    sum += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sums)));
    square += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, squares)));
    for (; i < end; ++i) {
      usable = usable && std::abs(values[i]) <= kLargestValue;
      const double difference = static_cast<double>(values[i]) - static_cast<double>(pivot);
      sum += difference;
      square += difference * difference;
      reach = std::max(reach, std::abs(values[i] - pivot));
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

bool addMoments(const Points& points, std::span<const float> pivot, double* sums, double* squares,
                float* reach) {
  bool usable = true;
  for (std::size_t f = 0; f < pivot.size(); ++f) {
    usable &= HWY_DYNAMIC_DISPATCH(addMomentsOf)(points.values + f * points.stride, points.count,
                                                 pivot[f], sums[f], squares[f], reach[f]);
  }
  return usable;
}

}  // namespace lineament::spatial
#endif
