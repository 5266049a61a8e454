// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace lineament::views {

// How a band's values become the 256 steps of a screen: over the middle 96 of a hundred values, all
// of them, or two standard deviations to both sides of the mean.
enum class StretchKind { percentile, extremes, deviation };

std::string_view name(StretchKind kind);  // "percentile", "minmax", "deviation"
std::optional<StretchKind> stretchFromName(std::string_view name);

// Values from `low` to `high` go from black to white; those beyond are clipped.
struct BandStretch {
  double low = std::numeric_limits<double>::quiet_NaN();  // where there is no value to go by
  double high = std::numeric_limits<double>::quiet_NaN();

  // From 0 to 1, for finite values only.
  double share(float value) const;
  std::uint8_t step(float value) const;
  bool operator==(const BandStretch&) const = default;
};

// By values of the band, which may be a sample; what is not finite does not count.
BandStretch stretchOf(std::span<const float> values, StretchKind kind);

}  // namespace lineament::views
