// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lineament {

// Seeded random numbers, the same on every platform: xoshiro256** (Blackman and Vigna, 2021,
// "Scrambled linear pseudorandom number generators") seeded by splitmix64. Distributions are our
// own, since the standard library's differ between implementations.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  // An independent stream for part `stream` of the work, so that the numbers a part draws do not
  // depend on how many parts ran before it or on which thread.
  Random split(std::uint64_t stream) const;
  Random split(std::string_view name) const;  // by the name's FNV-1a hash

  std::uint64_t bits();
  double uniform();                          // in [0, 1), 53 bits
  double uniform(double low, double high);   // in [low, high)
  std::uint64_t below(std::uint64_t count);  // in [0, count), unbiased; count > 0
  double normal();                           // mean 0, standard deviation 1, by inversion

  // Fisher-Yates, from the back.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  std::vector<std::size_t> permutation(std::size_t count);

  // `count` different indices below `population`, ascending; count <= population.
  std::vector<std::size_t> sample(std::size_t population, std::size_t count);

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

// Inverse of the standard normal distribution function, relative error below 1e-15
// (Wichura 1988, algorithm AS 241, PPND16). p in (0, 1).
double normalQuantile(double p);

}  // namespace lineament
