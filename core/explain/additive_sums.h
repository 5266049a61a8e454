// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/explain/coalitions.h"

namespace lineament::explain {

// Coalitions as few small numbers each: players are taken in groups, and a coalition has for each
// group the number whose bits are the group's players in it.
class CoalitionCodes {
 public:
  // Groups are so large that sums over them take the least work for this many numbers a player, and
  // the sums of all their subsets stay in a core's cache.
  CoalitionCodes(const Coalitions& coalitions, std::size_t width);

  std::size_t players() const { return players_; }
  std::size_t groups() const { return groups_; }
  std::size_t subsets() const { return std::size_t{1} << bits_; }  // of a group
  std::size_t bits() const { return bits_; }                       // players of a group
  const std::uint8_t* of(std::size_t coalition) const {
    return codes_.data() + coalition * groups_;
  }

 private:
  std::size_t players_;
  std::size_t bits_ = 1;
  std::size_t groups_ = 0;
  std::vector<std::uint8_t> codes_;  // coalitions x groups
};

// Sums over the members of coalitions, of one vector per player: the sums over all subsets of each
// group are made once, and a coalition's sum then takes one addition per group. No sum has more
// than players + groups additions behind it, whatever came before, so that errors do not pile up.
class AdditiveSums {
 public:
  explicit AdditiveSums(const CoalitionCodes& codes, std::size_t width);

  // `base` has width numbers, `players` as many for each of the players. All finite or not: sums
  // are what IEEE arithmetic gives.
  void prepare(std::span<const double> base, std::span<const double> players);

  // base + the sums of the coalitions [first, first + count): count x width numbers, behind which
  // kSumsPadding more may be written.
  void add(std::size_t first, std::size_t count, double* sums) const;

 private:
  const CoalitionCodes& codes_;
  std::size_t width_;
  std::size_t stride_;          // of the tables' rows
  std::vector<double> tables_;  // groups x subsets x stride; the base is in the first group's
};

inline constexpr std::size_t kSumsPadding = 64;

}  // namespace lineament::explain
