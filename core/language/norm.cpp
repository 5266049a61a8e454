// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/norm.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

constexpr std::size_t kNumbersAtOnce = 1 << 16;

}  // namespace

void Norm::apply(const float* x, std::size_t tokens, std::size_t width, float* y) const {
  const std::size_t block =
      std::max<std::size_t>(kNumbersAtOnce / std::max<std::size_t>(width, 1), 1);
  forBlocks(tokens, block, {}, [&](std::size_t first, std::size_t last) {
    for (std::size_t t = first; t < last; ++t) {
      const float* from = x + t * width;
      float* to = y + t * width;
      switch (type) {
        case Type::none:
          if (to != from) std::copy_n(from, width, to);
          break;
        case Type::rms:
          rmsNorm(from, width, weight.empty() ? nullptr : weight.data(), epsilon, to);
          break;
        case Type::layer:
          layerNorm(from, width, weight.empty() ? nullptr : weight.data(),
                    bias.empty() ? nullptr : bias.data(), epsilon, to);
          break;
      }
    }
  });
}

}  // namespace lineament::language
