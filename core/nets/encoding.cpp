// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/encoding.h"

#include <algorithm>
#include <utility>

namespace lineament::nets {

InputEncoding::InputEncoding(const std::vector<Feature>& features, std::vector<double> mean,
                             std::vector<double> scale)
    : mean_(std::move(mean)), scale_(std::move(scale)) {
  for (const Feature& feature : features) {
    levels_.push_back(feature.levels.size());
    width_ += std::max<std::size_t>(1, feature.levels.size());
  }
}

}  // namespace lineament::nets
