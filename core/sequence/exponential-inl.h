// SPDX-License-Identifier: GPL-3.0-or-later
// Exponentials in the vector instructions of the including target, for kernels that take one for
// each product. Cheaper than hn::Exp: powers of two, where callers multiply the factor log2(e) into
// what they have, and exponentials of bounded arguments.
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

// Adding it leaves the nearest whole number in the low bits of the sum.
inline constexpr float kShifter = 12582912.0f;  // 1.5 * 2^23

// 2^(n + f) to `f`, f in [-1/2, 1/2] and n in the low bits of `shifted`: 2^f = 1 + f q(f), q of
// degree 4 with the least largest error of 2^f (1.1e-7), so that 2^f - 1 is good for small f, too;
// n goes into the exponent.
template <std::size_t kCount, class D, class V = hn::Vec<D>>
HWY_INLINE void joinPowers(D d, const V (&shifted)[kCount], V (&f)[kCount]) {
  constexpr float kPolynomial[] = {0.009671513f, 0.055507336f, 0.24022242f, 0.693147f, 1.0f};
  const hn::RebindToSigned<D> whole;
  V q[kCount];
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) q[i] = hn::Set(d, 0.0013264727f);
  HWY_UNROLL(5)
  for (const float coefficient : kPolynomial) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < kCount; ++i) q[i] = hn::MulAdd(q[i], f[i], hn::Set(d, coefficient));
  }
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(whole, shifted[i]));
    f[i] = hn::BitCast(d, hn::Add(hn::BitCast(whole, q[i]), exponent));
  }
}

// 2^x for x up to 127, of kCount vectors in step: their chains of operations fill each other's
// gaps. Relative error at most 2.5e-7 for x from -126 on; 0 from -127 down; between the two
// anything from 0 to 2^-126.
template <std::size_t kCount, class D, class V = hn::Vec<D>>
HWY_INLINE void powersOfTwo(D d, V (&x)[kCount]) {
  const V shifter = hn::Set(d, kShifter);
  V shifted[kCount];
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) {
    x[i] = hn::Max(x[i], hn::Set(d, -127.0f));
    shifted[i] = hn::Add(x[i], shifter);
  }
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) x[i] = hn::Sub(x[i], hn::Sub(shifted[i], shifter));
  joinPowers(d, shifted, x);
}

// 2^(step rate) for each of the rates, to their place; exponents from -126 to 126 only. As good as
// powersOfTwo and two operations shorter: the product is never rounded on its own.
template <std::size_t kCount, class D, class V = hn::Vec<D>>
HWY_INLINE void boundedPowersOfTwo(D d, V step, V (&rates)[kCount]) {
  const V shifter = hn::Set(d, kShifter);
  V shifted[kCount];
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) shifted[i] = hn::MulAdd(step, rates[i], shifter);
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < kCount; ++i) {
    rates[i] = hn::MulSub(step, rates[i], hn::Sub(shifted[i], shifter));
  }
  joinPowers(d, shifted, rates);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V powerOfTwo(D d, V x) {
  V one[1] = {x};
  powersOfTwo(d, one);
  return one[0];
}

// x = n ln 2 + r with n whole and |r| <= ln 2 / 2, ln 2 in two parts so that r is good to its last
// place. Returns n where the exponent of a number has it.
template <class D, class V = hn::Vec<D>>
HWY_INLINE auto reduceByLn2(D d, V x, V& r) {
  const auto shifter = hn::Set(d, kShifter);
  const auto shifted = hn::MulAdd(x, hn::Set(d, kLog2E), shifter);
  const auto n = hn::Sub(shifted, shifter);
  r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  return hn::ShiftLeft<23>(hn::BitCast(hn::RebindToSigned<D>(), shifted));
}

// exp(x) for x up to 88, within 2 units in the last place; 0 under -87. Half the work of a function
// that has to care for infinities, subnormal numbers and NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V boundedExponential(D d, V x) {
  const hn::RebindToSigned<D> whole;
  V r;
  const auto exponent = reduceByLn2(d, x, r);
  auto series = hn::MulAdd(r, hn::Set(d, 1.0f / 5040), hn::Set(d, 1.0f / 720));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 120));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 24));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 6));
  series = hn::MulAdd(series, r, hn::Set(d, 0.5f));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f));
  const auto power = hn::BitCast(d, hn::Add(hn::BitCast(whole, series), exponent));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -87.0f)), power);
}

// rise = exp(x) and fall = exp(-x) for |x| <= 80, each within 2 units in the last place: with x = n
// ln 2 + r, exp(r) and exp(-r) are the sum and the difference of the even and the odd part of the
// series.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void exponentialPair(D d, V x, V& rise, V& fall) {
  const hn::RebindToSigned<D> whole;
  V r;
  const auto exponent = reduceByLn2(d, x, r);
  const auto square = hn::Mul(r, r);
  auto even = hn::MulAdd(square, hn::Set(d, 1.0f / 720), hn::Set(d, 1.0f / 24));
  even = hn::MulAdd(square, even, hn::Set(d, 0.5f));
  even = hn::MulAdd(square, even, hn::Set(d, 1.0f));
  auto odd = hn::MulAdd(square, hn::Set(d, 1.0f / 5040), hn::Set(d, 1.0f / 120));
  odd = hn::MulAdd(square, odd, hn::Set(d, 1.0f / 6));
  odd = hn::Mul(hn::MulAdd(square, odd, hn::Set(d, 1.0f)), r);
  rise = hn::BitCast(d, hn::Add(hn::BitCast(whole, hn::Add(even, odd)), exponent));
  fall = hn::BitCast(d, hn::Sub(hn::BitCast(whole, hn::Sub(even, odd)), exponent));
}

// 1 / x for x from 1 to 2^127, within 2 units in the last place. A division of sixteen numbers
// takes as long as thirty-two multiply-adds, an estimate good to 14 bits and a step of Newton's
// method four; the estimates of narrower vectors are not as good, and their divisions quicker.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V reciprocal(D d, V x) {
  if constexpr (HWY_MAX_BYTES >= 64) {
    const V estimate = hn::ApproximateReciprocal(x);
    return hn::Mul(estimate, hn::NegMulAdd(x, estimate, hn::Set(d, 2.0f)));
  } else {
    return hn::Div(hn::Set(d, 1.0f), x);
  }
}

// 1 / (1 + exp(-x)); 0 under -88.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V power = hn::Min(hn::Mul(x, hn::Set(d, -kLog2E)), hn::Set(d, 127.0f));
  return reciprocal(d, hn::Add(hn::Set(d, 1.0f), powerOfTwo(d, power)));
}

}  // namespace lineament::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
