// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/context.h"

namespace lineament::language {

// Normalisation of each token's vector, see rmsNorm and layerNorm in vector_kernels.h.
struct Norm {
  enum class Type { none, rms, layer };

  Type type = Type::none;
  std::vector<float> weight;  // empty: 1
  std::vector<float> bias;    // empty: 0; of a layer norm
  float epsilon = 1e-5F;

  // y [tokens, width]; may be x.
  void apply(const float* x, std::size_t tokens, std::size_t width, float* y) const;
};

}  // namespace lineament::language
