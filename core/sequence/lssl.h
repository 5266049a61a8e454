// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The linear state-space layer (Gu, Johnson, Goel, Saab, Dao, Rudra and Ré 2021, "Combining
// recurrent, convolutional, and continuous-time models with linear state-space layers"): for each
// feature h a system with the fixed matrices of HiPPO-LegS (legendre.h) in steps of rate dt_h,
//   x_t = Ab x_{t-1} + Bb u_t,   y_t = C x_t + D u_t
// which is the causal convolution y = K * u + D u with K_i = C Ab^i Bb.
//
// Inputs: u [batch, token, head], C [head, channel, key], dt [head]; D [head, channel] optional.
// Output: y [batch, token, head, channel]. Options: `alpha` of the bilinear transform; `rate`, the
// factor of dt for signals sampled at another rate (0.5: half as far apart); `view`: by recurrence,
// by convolution, or whichever is quicker. State: x [batch, head, key, 1]. Implied attention is
// that of the first channel, a Toeplitz matrix.
//
// The recurrence takes 8 N flops a token and feature instead of 2 N^2: with p_n = sqrt(2n + 1) the
// rows of the discrete system only need the running sum q of what the rows above them took,
//   x'_n = e_n x_n + f_n q,   q <- l_n q + m_n x_n,   q = dt u before the first row
// with coefficients of dt and n alone (lssl_strip-inl.h). Its memory does not grow with T. The
// convolution goes through discretisation in double precision, K by baby and giant steps (krylov.h)
// and Fourier transforms of length 2 T in single precision; a task's 16 features take
// 64 B T (1 + M) bytes of working memory and 40 T bytes for transforms. Measured with N = 64 (128):
// the recurrence takes 10 (20) ns for a token of a feature at every length, the convolution 1400
// (7400) ns at T = 64 and 48 (113) ns at T = 16384, so `auto` is the recurrence; it has become
// quicker since. The backward pass goes the way of the forward pass, which for the recurrence keeps
// a state every 32 tokens: T N / 8 bytes for a feature.
const Mechanism& lssl();

}  // namespace lineament::sequence
