// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/sublayer.h"

#include <algorithm>

namespace lineament::language {

void Sublayer::applyLast(const float* x, std::size_t tokens, std::size_t width,
                         SublayerState* state, float* out, const Context& context) const {
  std::vector<float> all(tokens * width);
  apply(x, tokens, state, nullptr, all.data(), context);
  std::copy_n(all.data() + (tokens - 1) * width, width, out);
}

}  // namespace lineament::language
