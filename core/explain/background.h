// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/context.h"

namespace lineament::explain {

// What "feature absent" means: rows whose values take the place of the absent features. Weights
// are positive and sum to 1.
struct Background {
  std::size_t width = 0;     // features
  std::vector<double> rows;  // row-major, weights.size() x width
  std::vector<double> weights;

  std::size_t count() const { return weights.size(); }
  const double* row(std::size_t index) const { return rows.data() + index * width; }
};

// Every row with the same weight. Throws Error "explain.no_background" when there is none.
Background wholeBackground(std::span<const double> rows, std::size_t width);

// At most `limit` of the rows, drawn without replacement from the context's seed.
Background sampledBackground(std::span<const double> rows, std::size_t width, std::size_t limit,
                             const Context& context);

// At most `limit` centres of k-means on standardised columns (seeding of Arthur and Vassilvitskii,
// 2007, "k-means++"; Lloyd's iterations), each coordinate then moved to the nearest value that the
// column has, so that levels stay levels. Weights are the clusters' shares.
Background clusteredBackground(std::span<const double> rows, std::size_t width, std::size_t limit,
                               const Context& context);

}  // namespace lineament::explain
