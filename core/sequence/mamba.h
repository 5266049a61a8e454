// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Mamba's selective scan, S6 (Gu and Dao 2023, "Mamba: Linear-time sequence modeling with selective
// state spaces", algorithm 2 with its simplified input term), for each channel d of `head`
// channels:
//   x'_t = silu(conv_bias + sum_j conv_j x_{t-W+1+j})     where conv is given, otherwise x_t
//   h_tn = a_tn h_{t-1,n} + dt_t B_tn x'_t,   a_tn = exp(dt_t A_n)
//   y_t  = sum_n C_tn h_tn + D x'_t
//   o_t  = y_t silu(z_t)                                  where z is given, otherwise y_t
// `mamba-signed` takes a_tn = 2 exp(dt_t A_n) - 1 in (-1, 1) (Grazzi et al. 2024, "Unlocking
// state-tracking in linear RNNs through negative eigenvalues", section 5).
//
// Inputs: x, dt [batch, token, head] with dt after its softplus, A [head, key] at most 0, B, C
// [batch, token, key] shared by all channels, and, each one optional, D [head], z [batch, token,
// head], conv [head, tap] whose last tap multiplies the current token, conv_bias [head].
// State: h [batch, head, key, 1], then the last W - 1 inputs, oldest first [batch, head, tap - 1].
// Implied attention is the map from x' to o of one channel:
//   silu(z_t) (sum_n C_tn (prod_{s < r <= t} a_rn) dt_s B_sn + [t = s] D)
//
// Floor of the forward pass: 19 flops for each token, channel and state (the exponential's range
// reduction and polynomial are 13 of them), bytes 4 T (3 Di + 2 Ns): bound by arithmetic. Few of
// the operations are multiply-adds, so that the time they take is that of their instructions: 13
// for a vector of 16 updates (15 where a decay may fall under 2^-126), of which two start in a
// cycle, 6.5 cycles. Measured with 15 of them on two cores of a Xeon with AVX-512, other work going
// on: 10.2 cycles where x, dt and y stay in the second-level
// cache, a share of 0.74; 16 to 19 cycles from memory, whose lines come at 5 GB/s where each is
// pages away from the one before.
// The state stays in registers over a block of tokens; memory beyond inputs and outputs does not
// grow with T. The backward pass keeps one state for every 32 tokens: T Di Ns / 8 bytes.
const Mechanism& mamba();
const Mechanism& mambaSigned();

}  // namespace lineament::sequence
