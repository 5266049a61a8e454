// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/context.h"
#include "views/sequence/attention_picture.h"

namespace lineament::views {

// How a stack's matrices are to be shown.
struct MatrixWish {
  Normalise normalise = Normalise::rows;
  bool difference = false;  // from the first matrix

  bool operator==(const MatrixWish&) const = default;
};

// All matrices of a stack, layer by layer, head by head, on one scale, and what is said of each.
struct ShownMatrices {
  struct Facts {
    double entropy = 0;   // -sum share ln |share| over the rows, averaged, in nats
    double negative = 0;  // share of the weights that are
    double largest = 0;   // magnitude
  };
  MatrixWish wish;
  std::vector<ShownMatrix> matrices;
  std::vector<Facts> facts;
  double limit = 0;  // the largest magnitude of all
  bool has_negative = false;
};

// Throws Cancelled, and Error "memory.budget" where there is no room for all of them.
ShownMatrices shownMatrices(const AttentionStack& stack, const MatrixWish& wish,
                            const Context& context);

}  // namespace lineament::views
