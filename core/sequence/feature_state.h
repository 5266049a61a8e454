// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Where the state of linear attention over features lies: S [batch, head, feature, value], then z
// [batch, head, feature].
struct FeatureState {
  std::int64_t batch_size, heads, features, values;

  std::int64_t matrixOffset(std::int64_t batch, std::int64_t head) const {
    return (batch * heads + head) * features * values;
  }
  std::int64_t normaliserOffset(std::int64_t batch, std::int64_t head) const {
    return matrixOffset(batch_size, 0) + (batch * heads + head) * features;
  }
  std::int64_t elements() const { return normaliserOffset(batch_size, 0); }

  std::vector<StatePart> parts() const {
    const auto size = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    return {{"S", {size(batch_size), size(heads), size(features), size(values)}, true},
            {"z", {size(batch_size), size(heads), size(features)}}};
  }
};

}  // namespace lineament::sequence
