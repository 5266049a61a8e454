// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "views/attention/shown_matrix.h"

namespace lineament::views {

// One token in a matrix: how much it attends to each key, and how much each query attends to it.
struct TokenProfile {
  MatrixChoice choice;
  std::uint64_t token = 0;
  std::vector<float> attends;   // per key; empty where the token is no query
  std::vector<float> attended;  // per query; empty where it is no key
};

// Throws Cancelled.
TokenProfile profileOf(const ShownCells& cells, std::uint64_t token, const Context& context);

// The strongest in magnitude of each pixel's values [from, from + cells), at most `pixels` of them:
// as the matrix beside it is reduced.
std::vector<float> strongestOf(const std::vector<float>& values, double from, double cells,
                               std::size_t pixels);

}  // namespace lineament::views
