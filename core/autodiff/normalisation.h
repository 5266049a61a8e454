// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// exp(x) / sum of exp(x) along an axis, and its logarithm; neither overflows. -infinity gives 0,
// so that a mask may be added before.
template <class T>
Value<T> softmax(Value<T> x, int axis = -1);
template <class T>
Value<T> logSoftmax(Value<T> x, int axis = -1);

// (x - mean) / sqrt(variance + epsilon) along the last axis, times weight plus bias, both of that
// axis' size (Ba, Kiros and Hinton, 2016).
template <class T>
Value<T> layerNorm(Value<T> x, Value<T> weight, Value<T> bias, double epsilon = 1e-5);

// x / sqrt(mean(x^2) + epsilon) along the last axis, times weight (Zhang and Sennrich, 2019).
template <class T>
Value<T> rmsNorm(Value<T> x, Value<T> weight, double epsilon = 1e-6);

// The inference form of Ioffe and Szegedy (2015): (x - mean) / sqrt(variance + epsilon) * weight +
// bias, with one of each per index of `axis`, the channels.
template <class T>
struct BatchNormTerms {
  Value<T> mean, variance, weight, bias;
};
template <class T>
Value<T> batchNorm(Value<T> x, const BatchNormTerms<T>& terms, int axis = 1, double epsilon = 1e-5);

}  // namespace lineament::autodiff
