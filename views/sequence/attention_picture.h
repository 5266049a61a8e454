// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <cstdint>
#include <vector>

#include "core/data/attention_stack.h"
#include "views/common/weight_colours.h"

namespace lineament::views {

// A matrix as it is shown: queries x keys, row-major, queries downwards.
struct ShownMatrix {
  std::vector<float> weights;
  std::uint64_t queries = 0, keys = 0;
};

enum class Normalise {
  none,  // the weights as they are
  rows,  // each row over the sum of its magnitudes: the shares of mechanisms without a denominator
         // become comparable
};

ShownMatrix shownMatrix(const AttentionStack& stack, std::size_t layer, std::size_t head,
                        Normalise normalise, const Context& context = {});
ShownMatrix difference(const ShownMatrix& matrix, const ShownMatrix& from);

double largestMagnitude(const ShownMatrix& matrix);

// Part [first_query, last_query) x [first_key, last_key) at most `most` pixels each way. Where
// several weights share a pixel it shows the largest in magnitude: a single strong link stays seen.
struct MatrixPart {
  std::uint64_t first_query = 0, last_query = 0, first_key = 0, last_key = 0;
};
QImage matrixImage(const ShownMatrix& matrix, const MatrixPart& part, std::size_t most,
                   const WeightColours& colours);

}  // namespace lineament::views
