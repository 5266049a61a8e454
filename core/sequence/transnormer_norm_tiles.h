// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The norm over all heads of NormAttention; its header states the mathematics.

inline constexpr float kTransNormerEps = 1e-8f;

// Divides the outputs of tokens [begin, end) of all batch entries (batch * tokens of them) by their
// norms where they lie. Norms go to norms[token] unless it is null.
void divideByNorms(const Call<float>& call, std::int64_t begin, std::int64_t end, float* norms);

// From the gradients by those outputs to the gradients by what was divided, `to`.
void normGradients(const BackwardCall<float>& back, std::int64_t begin, std::int64_t end,
                   const float* norms, const View<float>& to);

}  // namespace lineament::sequence
