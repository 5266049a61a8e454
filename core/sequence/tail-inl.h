// SPDX-License-Identifier: GPL-3.0-or-later
// The end of a row that is no whole vector, in the vector instructions of the including target.
// Highway's masked loads will not do on somebody else's memory: where the processor has none of its
// own they load a whole aligned vector.
#if defined(LINEAMENT_SEQUENCE_TAIL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_TAIL_INL_H
#undef LINEAMENT_SEQUENCE_TAIL_INL_H
#else
#define LINEAMENT_SEQUENCE_TAIL_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The first `count` numbers, of a whole vector at most, and zeros; reads nothing behind them.
template <class D>
HWY_INLINE hn::Vec<D> loadFirst(D d, std::size_t count, const float* from) {
  if (count >= hn::Lanes(d)) return hn::LoadU(d, from);
  alignas(64) float whole[hn::MaxLanes(D())] = {};
  std::copy_n(from, count, whole);
  return hn::Load(d, whole);
}

// Writes the first `count` lanes and nothing behind them.
template <class D>
HWY_INLINE void storeFirst(hn::Vec<D> v, D d, std::size_t count, float* to) {
  if (count >= hn::Lanes(d)) return hn::StoreU(v, d, to);
  alignas(64) float whole[hn::MaxLanes(D())];
  hn::Store(v, d, whole);
  std::copy_n(whole, count, to);
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
