// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spatial/kmeans.h"

namespace lineament::spatial {

struct KMeansReference {
  KMeansResult result;
  std::vector<std::uint16_t> labels;
};

// fitKMeans from options.start as its definition says it, in double precision, with plain loops
// over rows[point][feature].
KMeansReference fitKMeansReference(std::span<const double> rows, std::size_t features,
                                   const KMeansOptions& options);

}  // namespace lineament::spatial
