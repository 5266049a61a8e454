// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/sequence/problem.h"

namespace lineament::sequence {

Problem sliceTokens(const Problem& whole, std::int64_t first, std::int64_t count) {
  Problem part = whole;
  part.starts.clear();
  part.sizes[Dim::token] = count;
  const auto& specs = whole.mechanism->description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Dims& dims = specs[i].dims;
    const auto axis = std::find(dims.begin(), dims.end(), Dim::token);
    if (axis == dims.end() || whole.inputs[i].empty()) continue;
    // What lies behind the token axis stays together; what lies before it repeats.
    const std::ptrdiff_t inner =
        contiguousStrides(dims, whole.sizes)[static_cast<std::size_t>(axis - dims.begin())];
    const std::ptrdiff_t slab = inner * whole.sizes.tokens();
    const auto end = static_cast<std::ptrdiff_t>(whole.inputs[i].size());
    part.inputs[i].clear();
    for (std::ptrdiff_t outer = 0; outer < end; outer += slab) {
      const auto from = whole.inputs[i].begin() + outer + inner * first;
      part.inputs[i].insert(part.inputs[i].end(), from, from + inner * count);
    }
  }
  return part;
}

}  // namespace lineament::sequence
