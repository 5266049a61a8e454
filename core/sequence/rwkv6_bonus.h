// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace lineament::sequence {

// What a token's own value adds to its output in RWKV-6, and the gradients of that: vectorised, any
// widths. s = scale sum(r * u * k), o += s v.
struct BonusRows {
  std::size_t keys, values;
  float scale;
  const float *r, *k, *v, *u;
};
void addBonus(const BonusRows& rows, float* output);

// Adds the gradients to rows that may be null; `above` is that by the output.
struct BonusGradients {
  float *r, *k, *v, *u;
};
void addBonusGradients(const BonusRows& rows, const float* above, const BonusGradients& gradients);

}  // namespace lineament::sequence
