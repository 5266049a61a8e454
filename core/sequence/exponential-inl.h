// SPDX-License-Identifier: GPL-3.0-or-later
// Exponentials in the vector instructions of the including target, for kernels that take one for
// each product. Cheaper than hn::Exp: powers of two (callers multiply the factor log2(e) into what
// they have) and no second step of the range reduction.
#if defined(LINEAMENT_SEQUENCE_EXPONENTIAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LINEAMENT_SEQUENCE_EXPONENTIAL_INL_H
#undef LINEAMENT_SEQUENCE_EXPONENTIAL_INL_H
#else
#define LINEAMENT_SEQUENCE_EXPONENTIAL_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr float kLog2E = 1.44269504088896341f;
inline constexpr float kLn2 = 0.693147180559945309f;

// 2^x for x up to 127. Relative error at most 2.5e-7 for x from -126 on; 0 from -127 down; between
// the two anything from 0 to 2^-126.
//
// x = n + f with n whole and f in [-1/2, 1/2]; 2^f = 1 + f q(f), q of degree 4 with the least
// largest error of 2^f (1.1e-7), so that 2^x - 1 is good for small x, too; n goes into the
// exponent. Adding 1.5 * 2^23 leaves n in the low bits of the sum.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V powerOfTwo(D d, V x) {
  const hn::RebindToSigned<D> whole;
  x = hn::Max(x, hn::Set(d, -127.0f));
  const V shifter = hn::Set(d, 12582912.0f);
  const V shifted = hn::Add(x, shifter);
  const V f = hn::Sub(x, hn::Sub(shifted, shifter));
  V q = hn::Set(d, 0.0013264727f);
  q = hn::MulAdd(q, f, hn::Set(d, 0.009671513f));
  q = hn::MulAdd(q, f, hn::Set(d, 0.055507336f));
  q = hn::MulAdd(q, f, hn::Set(d, 0.24022242f));
  q = hn::MulAdd(q, f, hn::Set(d, 0.693147f));
  q = hn::MulAdd(q, f, hn::Set(d, 1.0f));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(whole, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(whole, q), exponent));
}

// 1 / (1 + exp(-x)); 0 under -88.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V power = hn::Min(hn::Mul(x, hn::Set(d, -kLog2E)), hn::Set(d, 127.0f));
  return hn::Div(one, hn::Add(one, powerOfTwo(d, power)));
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
