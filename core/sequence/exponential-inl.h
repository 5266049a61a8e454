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

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace lineament::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr float kLog2E = 1.44269504088896341f;
inline constexpr float kLn2 = 0.693147180559945309f;

// 2^x for x up to 127, of kCount vectors in step: their chains of operations fill each other's
// gaps. Relative error at most 2.5e-7 for x from -126 on; 0 from -127 down; between the two
// anything from 0 to 2^-126.
//
// x = n + f with n whole and f in [-1/2, 1/2]; 2^f = 1 + f q(f), q of degree 4 with the least
// largest error of 2^f (1.1e-7), so that 2^x - 1 is good for small x, too; n goes into the
// exponent. Adding 1.5 * 2^23 leaves n in the low bits of the sum.
template <std::size_t kCount, class D, class V = hn::Vec<D>>
HWY_INLINE void powersOfTwo(D d, V (&x)[kCount]) {
  constexpr float kPolynomial[] = {0.009671513f, 0.055507336f, 0.24022242f, 0.693147f, 1.0f};
  const hn::RebindToSigned<D> whole;
  const V shifter = hn::Set(d, 12582912.0f);
  V shifted[kCount], q[kCount];
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) {
    x[i] = hn::Max(x[i], hn::Set(d, -127.0f));
    shifted[i] = hn::Add(x[i], shifter);
  }
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) {
    x[i] = hn::Sub(x[i], hn::Sub(shifted[i], shifter));
    q[i] = hn::Set(d, 0.0013264727f);
  }
  HWY_UNROLL(5)
  for (const float coefficient : kPolynomial) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < kCount; ++i) q[i] = hn::MulAdd(q[i], x[i], hn::Set(d, coefficient));
  }
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(whole, shifted[i]));
    x[i] = hn::BitCast(d, hn::Add(hn::BitCast(whole, q[i]), exponent));
  }
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V powerOfTwo(D d, V x) {
  V one[1] = {x};
  powersOfTwo(d, one);
  return one[0];
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
