// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace lineament {

// What is to be known of some weights beside each other, NaN and infinite ones left aside.
struct WeightRun {
  float lowest = 0, highest = 0;  // of the finite ones; 0 belongs to both
  double sum = 0;                 // of those that are not NaN
  std::uint64_t numbers = 0;      // that are not NaN
  std::uint64_t kept = 0;         // that are not 0: what a mask has left
  float peak = 0;                 // the one of the largest magnitude, infinite ones among them

  bool broken(std::uint64_t count) const { return numbers < count; }
  void add(const WeightRun& other);
};

// In vectors, as the processor has them: a matrix of 32,768 tokens has half a billion weights.
// Sums of 64 weights are in single precision, those beyond in double.
WeightRun runOf(std::span<const float> weights);
// The same from the definition.
WeightRun runOfReference(std::span<const float> weights);

// The one of the larger magnitude, of equal ones the first; NaN where either is.
inline float stronger(float one, float other) {
  return std::isnan(one) || std::abs(one) >= std::abs(other) ? one : other;
}
// The same for each two, into the first ones.
void takeStronger(std::span<float> weights, std::span<const float> others);

}  // namespace lineament
