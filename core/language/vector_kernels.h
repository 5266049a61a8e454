// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "core/data/tensor.h"

namespace lineament::language {

// The inner loops of a network in single precision, compiled for each vector instruction set. None
// is parallel within. The order of a sum depends on the processor's vectors alone.

// y[t][i] = row_i . x_t for `count` rows of `width` numbers, each `row_stride` behind the last, and
// `tokens` vectors x. Bound by reading the rows once. For a handful of tokens, where a general
// product would spend its time on packing.
void rowProducts(const float* rows, std::size_t row_stride, std::size_t count, std::size_t width,
                 const float* x, std::size_t x_stride, std::size_t tokens, float* y,
                 std::size_t y_stride);

// y += sum over i of factors[i] * row_i.
void addRows(const float* rows, std::size_t row_stride, std::size_t count, std::size_t width,
             const float* factors, float* y);

// Scores become shares in place, exp(s - log sum); returns log of the sum of exp(s). Shares of a
// row of minus infinities are 0 and the result is minus infinity.
float softmax(float* scores, std::size_t count);

// y = weight * x / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich 2019, "Root mean square layer
// normalization"); without weight where it is null. y may be x.
void rmsNorm(const float* x, std::size_t count, const float* weight, float epsilon, float* y);
// y = weight * (x - mean) / sqrt(variance + epsilon) + bias (Ba, Kiros and Hinton 2016, "Layer
// normalization"), the variance over `count`; weight and bias may be null. y may be x.
void layerNorm(const float* x, std::size_t count, const float* weight, const float* bias,
               float epsilon, float* y);

// In place.
void relu(float* x, std::size_t count);
void silu(float* x, std::size_t count);  // x sigmoid(x)
void sigmoid(float* x, std::size_t count);
void gelu(float* x, std::size_t count);      // x (1 + erf(x / sqrt 2)) / 2, erf within 1.5e-7
void geluTanh(float* x, std::size_t count);  // its tanh approximation (Hendrycks and Gimpel 2016)
void softplus(float* x, std::size_t count);  // log(1 + exp(x))
void exponential(float* x, std::size_t count);

void multiply(const float* factors, std::size_t count, float* y);  // y *= factors
void add(const float* terms, std::size_t count, float* y);         // y += terms

// The numbers of a tensor's storage in single precision. float32, float16 and bfloat16 by vectors.
void widen(DType dtype, const std::byte* from, std::size_t count, float* to);

}  // namespace lineament::language
