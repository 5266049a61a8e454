// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/rwkv6_bonus.h"

// Compiled once for each vector instruction set; the best that the processor has is called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sequence/rwkv6_bonus.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The sum of term(i) over [0, count): whole vectors, then single numbers.
template <class Vectors, class Single>
HWY_INLINE float sumOver(std::size_t count, Vectors vectors, Single single) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto sums = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) sums = hn::Add(sums, vectors(i));
  float sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; i < count; ++i) sum += single(i);
  return sum;
}

HWY_INLINE float bonus(const BonusRows& rows) {
  const hn::ScalableTag<float> d;
  return rows.scale *
         sumOver(
             rows.keys,
             [&](std::size_t i) {
               return hn::Mul(hn::Mul(hn::LoadU(d, rows.r + i), hn::LoadU(d, rows.u + i)),
                              hn::LoadU(d, rows.k + i));
             },
             [&](std::size_t i) { return rows.r[i] * rows.u[i] * rows.k[i]; });
}

// to += factor * row
HWY_INLINE void addScaled(const float* row, std::size_t count, float factor, float* to) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto factors = hn::Set(d, factor);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, row + i), factors, hn::LoadU(d, to + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] += factor * row[i];
}

// to += factor * a * b
HWY_INLINE void addProduct(const float* a, const float* b, std::size_t count, float factor,
                           float* to) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto factors = hn::Set(d, factor);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto product = hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
    hn::StoreU(hn::MulAdd(product, factors, hn::LoadU(d, to + i)), d, to + i);
  }
  for (; i < count; ++i) to[i] += factor * a[i] * b[i];
}

void add(const BonusRows& rows, float* output) {
  addScaled(rows.v, rows.values, bonus(rows), output);
}

void addGradients(const BonusRows& rows, const float* above, const BonusGradients& to) {
  const hn::ScalableTag<float> d;
  const float slope =
      rows.scale *
      sumOver(
          rows.values,
          [&](std::size_t i) { return hn::Mul(hn::LoadU(d, above + i), hn::LoadU(d, rows.v + i)); },
          [&](std::size_t i) { return above[i] * rows.v[i]; });
  if (to.r != nullptr) addProduct(rows.u, rows.k, rows.keys, slope, to.r);
  if (to.k != nullptr) addProduct(rows.u, rows.r, rows.keys, slope, to.k);
  if (to.u != nullptr) addProduct(rows.r, rows.k, rows.keys, slope, to.u);
  if (to.v != nullptr) addScaled(above, rows.values, bonus(rows), to.v);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lineament::sequence {

HWY_EXPORT(add);
HWY_EXPORT(addGradients);

void addBonus(const BonusRows& rows, float* output) {
  HWY_DYNAMIC_DISPATCH(add)(rows, output);
}

void addBonusGradients(const BonusRows& rows, const float* above, const BonusGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(addGradients)(rows, above, gradients);
}

}  // namespace lineament::sequence
#endif
