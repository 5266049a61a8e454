// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_bounds.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/spatial/kmeans_bounds.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "core/spatial/kmeans_chunk-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lineament::spatial::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Halves = hn::Rebind<std::uint16_t, IndexLane>;
using Words = hn::RebindToUnsigned<Lane>;

constexpr std::size_t kAhead = 4;  // tiles from where a point is asked for to where it is used
constexpr float kShrink = 1 - 0x1p-20f;  // makes up for the rounding of an operation or two

HWY_INLINE Vector gapsFrom(const std::uint16_t* from) {
  return hn::BitCast(Lane(), hn::ShiftLeft<16>(hn::PromoteTo(Words(), hn::LoadU(Halves(), from))));
}

// Rounded down, to 0 where less.
HWY_INLINE void storeGaps(Vector gaps, std::uint16_t* to) {
  const auto least = hn::Max(gaps, hn::Zero(Lane()));
  const auto bits = hn::ShiftRight<16>(hn::BitCast(Words(), least));
  hn::StoreU(hn::TruncateTo(Halves(), bits), Halves(), to);
}

// Lets the gaps of the tile at `labels` and `gaps` shrink; bits of those that are doubtful now.
template <std::size_t kTables>
HWY_INLINE std::uint64_t shrinkGaps(const CentreMoves& moves, const std::uint8_t* labels,
                                    std::uint16_t* gaps) {
  const Lane d;
  const IndexLane di;
  const hn::Rebind<std::uint8_t, IndexLane> bytes;
  const auto slack = hn::Set(d, moves.slack);
  std::uint64_t doubtful = 0;
  for (std::size_t i = 0; i < kTile; i += kLanes) {
    const auto label = hn::PromoteTo(di, hn::LoadU(bytes, labels + i));
    const auto fall = OfLabels<kTables>(label)(moves.falls.data());
    const auto gap = hn::MulSub(gapsFrom(gaps + i), hn::Set(d, kShrink), fall);
    storeGaps(gap, gaps + i);
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, hn::Gt(gap, slack), bits);
    const std::uint64_t sure = bits[0] | std::uint64_t{bits[1]} << 8;
    doubtful |= (~sure & ((std::uint64_t{1} << kLanes) - 1)) << i;
  }
  return doubtful;
}

// Gaps of the chunk's first tile, from its scores: |x - c| is the root of |c|^2 - 2 x.c + |x|^2.
HWY_INLINE void gapsOfTile(const CentreTable& table, const Chunk& chunk, float error,
                           std::uint16_t* to) {
  const Lane d;
  const auto zero = hn::Zero(d), doubt = hn::Set(d, error);
  for (std::size_t i = 0; i < kTile; i += kLanes) {
    auto square = hn::Zero(d);
    for (std::size_t f = 0; f < table.features; ++f) {
      const auto x = hn::Load(d, chunk.values() + f * kRow + i);
      square = hn::MulAdd(x, x, square);
    }
    const auto own = hn::Max(hn::Add(hn::Load(d, chunk.nearest() + i), square), zero);
    const auto other = hn::Sub(hn::Add(hn::Load(d, chunk.second() + i), square), doubt);
    const auto gap = hn::Sub(hn::Sqrt(hn::Max(other, zero)), hn::Sqrt(hn::Add(own, doubt)));
    storeGaps(hn::Mul(gap, hn::Set(d, kShrink)), to + i);
  }
}

template <std::size_t kTables>
void sumDoubtfulBy(const CentreTable& table, const CentreMoves& moves, const Points& points,
                   ClusterSums& sums, std::uint8_t* labels, std::uint16_t* gaps) {
  Chunk chunk(table);
  MovedSums moved(table, chunk.rows);
  HWY_ALIGN std::uint16_t fresh[kTile];
  const auto settle = [&](std::size_t count) {
    chunk.labelAppended();
    gapsOfTile(table, chunk, moves.error, fresh);
    const std::int32_t* places = chunk.places();
    for (std::size_t i = 0; i < count; ++i) gaps[places[i]] = fresh[i];
    for (std::uint64_t changed = chunk.changed(count); changed != 0; changed &= changed - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(changed));
      const auto label = static_cast<std::uint8_t>(chunk.labels()[i]);
      moved.move(chunk, i, labels[places[i]], label);
      labels[places[i]] = label;
    }
  };
  const auto doubtfulAt = [&](std::size_t begin) {
    if (begin + kTile <= points.count)
      return shrinkGaps<kTables>(moves, labels + begin, gaps + begin);
    return begin < points.count ? (std::uint64_t{1} << (points.count - begin)) - 1 : 0;
  };
  std::uint64_t doubtful[kAhead];  // of the tile at hand and those behind it
  for (std::size_t i = 0; i < kAhead; ++i) doubtful[i] = doubtfulAt(i * kTile);
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < points.count; begin += kTile, at = (at + 1) % kAhead) {
    const std::uint64_t which = doubtful[at];
    doubtful[at] = doubtfulAt(begin + kAhead * kTile);
    if (doubtful[at] != 0) chunk.askLater(points, begin + kAhead * kTile);
    if (which == 0) continue;
    chunk.append(points, labels, begin, which);
    if (chunk.count < kTile) continue;
    settle(kTile);
    chunk.dropTile();
  }
  if (chunk.count > 0) settle(chunk.count);
  moved.foldInto(sums);
}

void sumDoubtful(const CentreTable& table, const CentreMoves& moves, const Points& points,
                 ClusterSums& sums, std::uint8_t* labels, std::uint16_t* gaps) {
  if (table.clusters <= kLanes) {
    sumDoubtfulBy<1>(table, moves, points, sums, labels, gaps);
  } else if (table.clusters <= 4 * kLanes) {
    sumDoubtfulBy<4>(table, moves, points, sums, labels, gaps);
  } else {
    sumDoubtfulBy<0>(table, moves, points, sums, labels, gaps);
  }
}

}  // namespace lineament::spatial::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::spatial {

HWY_EXPORT(sumDoubtful);

namespace {

// Of the first table's centres to the second's.
std::vector<double> ways(const CentreTable& one, const CentreTable& other) {
  std::vector<double> ways(one.clusters);
  for (std::size_t k = 0; k < one.clusters; ++k) {
    double square = 0;
    for (std::size_t f = 0; f < one.features; ++f) {
      const double way = static_cast<double>(other.centres[f * one.stride + k]) -
                         static_cast<double>(one.centres[f * one.stride + k]);
      square += way * way;
    }
    ways[k] = std::sqrt(square);
  }
  return ways;
}

double farthestCentre(const CentreTable& table) {
  double farthest = 0;
  for (std::size_t k = 0; k < table.clusters; ++k) {
    farthest = std::max(farthest, static_cast<double>(table.squares[k]));
  }
  return std::sqrt(farthest);
}

// No less than the value.
float above(double value) {
  return std::nextafter(static_cast<float>(value), std::numeric_limits<float>::infinity());
}

}  // namespace

CentreMoves::CentreMoves(const CentreTable& before, const CentreTable& table, double reach) {
  const std::vector<double> way = ways(before, table);
  const auto longest = std::max_element(way.begin(), way.end());
  double next = 0;  // the longest but one
  for (auto i = way.begin(); i != way.end(); ++i) {
    if (i != longest) next = std::max(next, *i);
  }
  for (auto i = way.begin(); i != way.end(); ++i) {
    falls.push_back(above((*i + (i == longest ? next : *longest)) * (1 + 1e-6)));
  }
  falls.resize(table.stride);
  // Four times the bound that is stated: |x|^2 is summed and a score added to it, too, and without
  // a fused multiply-add each step rounds twice.
  const double size = reach + farthestCentre(table);
  const double wrong = static_cast<double>(table.features + 2) * 0x1p-22 * size * size;
  error = above(wrong);
  slack = above(std::sqrt(2 * wrong));
}

void sumDoubtful(const CentreTable& table, const CentreMoves& moves, const Points& points,
                 ClusterSums& sums, std::uint8_t* labels, std::uint16_t* gaps) {
  HWY_DYNAMIC_DISPATCH(sumDoubtful)(table, moves, points, sums, labels, gaps);
}

}  // namespace lineament::spatial
#endif
