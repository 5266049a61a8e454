// SPDX-License-Identifier: GPL-3.0-or-later
// One token of a delta rule, in the vector instructions of the including target: the state comes
// from memory once and goes back once. With one head's state in the second-level cache between the
// two, that is bytes 8 Dk Dv, which bound it.
#if defined(LINEAMENT_SEQUENCE_DELTA_STEP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_DELTA_STEP_INL_H
#undef LINEAMENT_SEQUENCE_DELTA_STEP_INL_H
#else
#define LINEAMENT_SEQUENCE_DELTA_STEP_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// x = rate (value - recall S),  out = query S + own x + given_own value,
// S = keep * S + write^T x + given^T value
struct DeltaStep {
  std::size_t keys, values;
  const float *recall, *query;   // [key]; with the decay that comes before they read
  const float *keep, *write;     // [key]
  const float* given = nullptr;  // [key]: writes the value as it is; then x does not have it
  const float* value;            // [value]
  float rate = 1, own = 0, given_own = 0;
  float* state;  // [key, value]
  float* out;    // [value]
};

// Columns [first, first + kVectors vectors).
template <std::size_t kVectors, bool kGiven, class D>
HWY_INLINE void stepColumns(D d, const DeltaStep& step, std::size_t first) {
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<D> x[kVectors], out[kVectors], value[kVectors];
  HWY_UNROLL(8)
  for (std::size_t j = 0; j < kVectors; ++j) x[j] = out[j] = hn::Zero(d);
  const float* read = step.state + first;
  for (std::size_t i = 0; i < step.keys; ++i, read += step.values) {
    const auto recall = hn::Set(d, step.recall[i]), query = hn::Set(d, step.query[i]);
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < kVectors; ++j) {
      const auto line = hn::LoadU(d, read + j * lanes);
      x[j] = hn::MulAdd(recall, line, x[j]);
      out[j] = hn::MulAdd(query, line, out[j]);
    }
  }
  HWY_UNROLL(8)
  for (std::size_t j = 0; j < kVectors; ++j) {
    value[j] = hn::LoadU(d, step.value + first + j * lanes);
    const auto error = kGiven ? hn::Neg(x[j]) : hn::Sub(value[j], x[j]);
    x[j] = hn::Mul(hn::Set(d, step.rate), error);
    out[j] = hn::MulAdd(hn::Set(d, step.own), x[j], out[j]);
    if (kGiven) out[j] = hn::MulAdd(hn::Set(d, step.given_own), value[j], out[j]);
    hn::StoreU(out[j], d, step.out + first + j * lanes);
  }
  float* line = step.state + first;
  for (std::size_t i = 0; i < step.keys; ++i, line += step.values) {
    const auto keep = hn::Set(d, step.keep[i]), write = hn::Set(d, step.write[i]);
    const auto given = hn::Set(d, kGiven ? step.given[i] : 0);
    HWY_UNROLL(8)
    for (std::size_t j = 0; j < kVectors; ++j) {
      auto sum = hn::Mul(keep, hn::LoadU(d, line + j * lanes));
      sum = hn::MulAdd(write, x[j], sum);
      if (kGiven) sum = hn::MulAdd(given, value[j], sum);
      hn::StoreU(sum, d, line + j * lanes);
    }
  }
}

template <bool kGiven>
HWY_INLINE void stepAllColumns(const DeltaStep& step) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t j = 0;
  const auto take = [&](auto vectors) {
    for (; j + vectors * lanes <= step.values; j += vectors * lanes) {
      stepColumns<decltype(vectors)::value, kGiven>(d, step, j);
    }
  };
  if constexpr (HWY_MAX_BYTES >= 64) take(std::integral_constant<std::size_t, 8>());
  take(std::integral_constant<std::size_t, 4>());
  take(std::integral_constant<std::size_t, 1>());
  for (; j < step.values; ++j) stepColumns<1, kGiven>(hn::CappedTag<float, 1>(), step, j);
}

HWY_INLINE void stepState(const DeltaStep& step) {
  if (step.given) {
    stepAllColumns<true>(step);
  } else {
    stepAllColumns<false>(step);
  }
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
