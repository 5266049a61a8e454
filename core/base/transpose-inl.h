// SPDX-License-Identifier: GPL-3.0-or-later
// Transposing in registers, in the vector instructions of the including target.
#if defined(LINEAMENT_BASE_TRANSPOSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_BASE_TRANSPOSE_INL_H
#undef LINEAMENT_BASE_TRANSPOSE_INL_H
#else
#define LINEAMENT_BASE_TRANSPOSE_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace lineament::HWY_NAMESPACE {

// As many vectors as each has lanes: lane j of row i changes places with lane i of row j. Each
// round moves the even lanes of every pair of rows to the first half of the rows and the odd ones
// to the second: the address of a number, its row before its column, turns by one bit, and after as
// many rounds as a row has bits the two have changed places.
template <class D, class V, std::size_t kLanes>
HWY_INLINE void transposeRows(D d, V (&rows)[kLanes]) {
  namespace hn = hwy::HWY_NAMESPACE;
  static_assert(kLanes == hn::MaxLanes(D()));
  V turned[kLanes];
  HWY_UNROLL(4)
  for (std::size_t round = 1; round < kLanes; round *= 2) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < kLanes / 2; ++i) {
      turned[i] = hn::ConcatEven(d, rows[2 * i + 1], rows[2 * i]);
      turned[i + kLanes / 2] = hn::ConcatOdd(d, rows[2 * i + 1], rows[2 * i]);
    }
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kLanes; ++i) rows[i] = turned[i];
  }
}

// Lane i of the result is the sum of the lanes of row i. Each round adds the even and the odd lanes
// of a pair of rows, which leaves half as many rows: 15 pairs of shuffles for 16 rows, where a
// transpose takes 64 shuffles.
template <class D, class V, std::size_t kLanes>
HWY_INLINE V sumsOfRows(D d, V (&rows)[kLanes]) {
  namespace hn = hwy::HWY_NAMESPACE;
  static_assert(kLanes == hn::MaxLanes(D()));
  HWY_UNROLL(4)
  for (std::size_t left = kLanes / 2; left > 0; left /= 2) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < left; ++i) {
      rows[i] = hn::Add(hn::ConcatEven(d, rows[2 * i + 1], rows[2 * i]),
                        hn::ConcatOdd(d, rows[2 * i + 1], rows[2 * i]));
    }
  }
  return rows[0];
}

}  // namespace lineament::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
