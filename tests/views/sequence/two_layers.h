// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/data/attention_stack.h"

namespace lineament::views {

// Matrices that are told apart by every weight, one with a row of zeros and a negative weight.
inline AttentionStack twoLayers() {
  AttentionStack stack;
  stack.layers = {"a", "b"};
  stack.heads = {"h"};
  stack.queries = stack.keys = 2;
  stack.weights = std::vector<float>{2, 0, 1, 3, -1, 0, 0, 0};
  return stack;
}

}  // namespace lineament::views
