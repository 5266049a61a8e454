// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace lineament::nets {

// values[i] = max(0, values[i]), in place; NaN stays.
void rectify(double* values, std::size_t count);

// to[i] = bias + the product of row i (of `width` numbers) and `weights`: a linear layer of one
// output, for which a general matrix product takes several times as long. The sum's order depends
// on the vector instructions of the processor alone.
void rowProducts(const double* rows, std::size_t count, std::size_t width, const double* weights,
                 double bias, double* to);

}  // namespace lineament::nets
