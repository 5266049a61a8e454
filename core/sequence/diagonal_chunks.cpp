// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/diagonal_chunks.h"

#include "core/sequence/diagonal_layout.h"

namespace lineament::sequence {

RowsAt<const float> DiagonalHead::loadDecays(std::int64_t, std::int64_t, float* decays,
                                             std::ptrdiff_t stride) const {
  return {decays, stride};
}

void DiagonalHead::foresee(std::int64_t, std::int64_t, PrefetchList&) const {}

void DiagonalHead::foreseeStore(std::int64_t, std::int64_t, PrefetchList&) const {}

RowsAt<float> DiagonalHead::place(std::int64_t, std::int64_t, float* outputs,
                                  std::ptrdiff_t stride) const {
  return {outputs, stride};
}

void DiagonalBackwardHead::foresee(std::int64_t, std::int64_t, PrefetchList&) const {}

void DiagonalBackwardHead::loadOutput(std::int64_t, std::int64_t, float*, std::ptrdiff_t) const {}

void DiagonalBackwardHead::addDecays(std::int64_t, std::int64_t, const float*, std::ptrdiff_t) {}

std::size_t diagonalKept(const DiagonalShape& shape) {
  return sizeOf((shape.tokens + kSegment - 1) / kSegment) *
         keptNumbers(sizeOf(shape.keys), sizeOf(shape.values));
}

}  // namespace lineament::sequence
