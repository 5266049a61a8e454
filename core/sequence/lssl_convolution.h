// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fourier.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// LSSL as a convolution; lssl.h states the mathematics. T is float or double: the precision of the
// transforms. Discretisation, kernels and sums over powers are in double precision.

enum LsslInput : std::size_t { kLsslU, kLsslC, kLsslStep, kLsslSkip };
enum LsslOption : std::size_t { kLsslAlpha, kLsslRate, kLsslView };

inline constexpr std::int64_t kLsslFeatures = 16;  // of a task: a cache line of u

// Output and final state. call.final has room.
template <class T>
void lsslConvolution(const Call<T>& call);

// Every gradient. back.initial_gradient has room.
template <class T>
void lsslConvolutionBackward(const BackwardCall<T>& back);

}  // namespace lineament::sequence
