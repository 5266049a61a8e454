// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/additive_sums.h"

#include <algorithm>
#include <bit>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/explain/additive_sums.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::explain::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The tables of some subset sums: row (group * subsets + code), `stride` numbers each.
struct Tables {
  const double* numbers;
  std::size_t stride;
  std::size_t subsets;
  std::size_t groups;
};

// Floor: groups x width additions a coalition, each with one load from the cache; the additions of
// a coalition wait for each other, so two vectors go side by side, and coalitions overlap. Rows are
// written in order: what a row's last vector writes too much, the next row writes over.
void addTables(const Tables& tables, const std::uint8_t* codes, std::size_t count,
               std::size_t width, double* sums) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d), step = tables.subsets * tables.stride;
  for (std::size_t c = 0; c < count; ++c, codes += tables.groups, sums += width) {
    for (std::size_t k = 0; k < width; k += 2 * lanes) {
      const double* row = tables.numbers + k;
      auto a = hn::LoadU(d, row + codes[0] * tables.stride);
      auto b = hn::LoadU(d, row + codes[0] * tables.stride + lanes);
      for (std::size_t g = 1; g < tables.groups; ++g) {
        const double* more = row + g * step + codes[g] * tables.stride;
        a = hn::Add(a, hn::LoadU(d, more));
        b = hn::Add(b, hn::LoadU(d, more + lanes));
      }
      hn::StoreU(a, d, sums + k);
      hn::StoreU(b, d, sums + k + lanes);
    }
  }
}

void addTablesOf(const double* numbers, std::size_t stride, const CoalitionCodes& codes,
                 std::size_t first, std::size_t count, std::size_t width, double* sums) {
  addTables({numbers, stride, codes.subsets(), codes.groups()}, codes.of(first), count, width,
            sums);
}

}  // namespace lineament::explain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::explain {

HWY_EXPORT(addTablesOf);

namespace {

constexpr std::size_t kMostBits = 8;             // a code is a byte
constexpr std::size_t kTableNumbers = 16 << 10;  // 128 KiB

// Room for the longest vectors to read and write ahead.
std::size_t paddedWidth(std::size_t width) {
  constexpr std::size_t kTwoVectors = 16;
  return (width + kTwoVectors - 1) / kTwoVectors * kTwoVectors;
}

std::size_t groupBits(std::size_t players, std::size_t coalitions, std::size_t width) {
  std::size_t best = 1, least = 0;
  for (std::size_t bits = 1; bits <= kMostBits; ++bits) {
    const std::size_t groups = (players + bits - 1) / bits, subsets = std::size_t{1} << bits;
    if (bits > 1 && groups * subsets * paddedWidth(width) > kTableNumbers) break;
    const std::size_t work = groups * (coalitions + subsets);
    if (bits == 1 || work < least) {
      best = bits;
      least = work;
    }
  }
  return best;
}

}  // namespace

CoalitionCodes::CoalitionCodes(const Coalitions& coalitions, std::size_t width)
    : players_(coalitions.players),
      bits_(groupBits(coalitions.players, coalitions.count, width)),
      groups_((players_ + bits_ - 1) / bits_),
      codes_(coalitions.count * groups_) {
  for (std::size_t c = 0; c < coalitions.count; ++c) {
    const std::uint8_t* members = coalitions.of(c);
    std::uint8_t* codes = codes_.data() + c * groups_;
    for (std::size_t p = 0; p < players_; ++p) {
      codes[p / bits_] = static_cast<std::uint8_t>(codes[p / bits_] | members[p] << p % bits_);
    }
  }
}

AdditiveSums::AdditiveSums(const CoalitionCodes& codes, std::size_t width)
    : codes_(codes),
      width_(width),
      stride_(paddedWidth(width)),
      tables_(codes.groups() * codes.subsets() * stride_ + kSumsPadding) {}

void AdditiveSums::prepare(std::span<const double> base, std::span<const double> players) {
  for (std::size_t g = 0; g < codes_.groups(); ++g) {
    double* const table = tables_.data() + g * codes_.subsets() * stride_;
    std::fill_n(table, width_, 0.0);
    if (g == 0) std::copy(base.begin(), base.end(), table);
    const std::size_t first = g * codes_.bits();
    const std::size_t bits = std::min(codes_.bits(), codes_.players() - first);
    for (std::size_t code = 1; code < std::size_t{1} << bits; ++code) {
      const auto lowest = static_cast<std::size_t>(std::countr_zero(code));
      const double* rest = table + (code & (code - 1)) * stride_;
      const double* player = players.data() + (first + lowest) * width_;
      for (std::size_t k = 0; k < width_; ++k) table[code * stride_ + k] = rest[k] + player[k];
    }
  }
}

void AdditiveSums::add(std::size_t first, std::size_t count, double* sums) const {
  HWY_DYNAMIC_DISPATCH(addTablesOf)
  (tables_.data(), stride_, codes_, first, count, width_, sums);
}

}  // namespace lineament::explain
#endif
