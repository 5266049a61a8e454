// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/weight_run.h"

#include <algorithm>
#include <cmath>

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/data/weight_run.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Of `count` weights, whole vectors; false where one is not finite.
bool runOfFinite(const float* weights, std::size_t count, WeightRun& run) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d), most = std::max<std::size_t>(64, lanes);
  const auto zero = hn::Zero(d);
  auto low = zero, high = zero, odd = zero;  // the last one becomes NaN
  for (std::size_t first = 0; first < count; first += most) {
    const std::size_t last = std::min(count, first + most);
    auto sum = zero;
    for (std::size_t i = first; i < last; i += lanes) {
      const auto each = hn::LoadU(d, weights + i);
      odd = hn::Add(odd, hn::Sub(each, each));
      low = hn::Min(low, each);
      high = hn::Max(high, each);
      sum = hn::Add(sum, each);
      run.kept += hn::CountTrue(d, hn::Ne(each, zero));
    }
    run.sum += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
  }
  run.lowest = hn::GetLane(hn::MinOfLanes(d, low));
  run.highest = hn::GetLane(hn::MaxOfLanes(d, high));
  run.numbers = count;
  run.peak = -run.lowest > run.highest ? run.lowest : run.highest;
  return hn::AllTrue(d, hn::Eq(odd, zero));
}

void strongerOf(float* weights, const float* others, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto one = hn::LoadU(d, weights + i), other = hn::LoadU(d, others + i);
    const auto stays = hn::Or(hn::IsNaN(one), hn::Ge(hn::Abs(one), hn::Abs(other)));
    hn::StoreU(hn::IfThenElse(stays, one, other), d, weights + i);
  }
  for (; i < count; ++i) weights[i] = stronger(weights[i], others[i]);
}

std::size_t lanesOf() {
  return hn::Lanes(hn::ScalableTag<float>());
}

}  // namespace lineament::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament {

HWY_EXPORT(runOfFinite);
HWY_EXPORT(lanesOf);
HWY_EXPORT(strongerOf);

void WeightRun::add(const WeightRun& other) {
  lowest = std::min(lowest, other.lowest);
  highest = std::max(highest, other.highest);
  sum += other.sum;
  numbers += other.numbers;
  kept += other.kept;
  if (std::abs(other.peak) > std::abs(peak)) peak = other.peak;
}

WeightRun runOfReference(std::span<const float> weights) {
  WeightRun run;
  for (const float weight : weights) {
    run.kept += weight != 0;
    if (std::isnan(weight)) continue;
    ++run.numbers;
    run.sum += static_cast<double>(weight);
    if (std::abs(weight) > std::abs(run.peak)) run.peak = weight;
    if (std::isinf(weight)) continue;
    run.lowest = std::min(run.lowest, weight);
    run.highest = std::max(run.highest, weight);
  }
  return run;
}

void takeStronger(std::span<float> weights, std::span<const float> others) {
  HWY_DYNAMIC_DISPATCH(strongerOf)(weights.data(), others.data(), weights.size());
}

WeightRun runOf(std::span<const float> weights) {
  static const std::size_t lanes = HWY_DYNAMIC_DISPATCH(lanesOf)();
  const std::size_t whole = weights.size() / lanes * lanes;
  if (whole == 0) return runOfReference(weights);
  WeightRun run;
  if (!HWY_DYNAMIC_DISPATCH(runOfFinite)(weights.data(), whole, run)) {
    return runOfReference(weights);
  }
  run.add(runOfReference(weights.subspan(whole)));
  return run;
}

}  // namespace lineament
#endif
