// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/band_stretch.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lineament::views {

namespace {

constexpr double kTail = 0.02;  // of the values, on each side
constexpr double kDeviations = 2;

std::vector<float> finiteOf(std::span<const float> values) {
  std::vector<float> finite;
  finite.reserve(values.size());
  for (const float value : values) {
    if (std::isfinite(value)) finite.push_back(value);
  }
  return finite;
}

// The value below which `share` of the values lie, between the two nearest.
double quantile(std::vector<float>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto at = static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  const double below = values[static_cast<std::size_t>(at)];
  const auto next = values.begin() + at + 1;
  if (next == values.end()) return below;
  const double above = *std::min_element(next, values.end());
  return below + (place - std::floor(place)) * (above - below);
}

BandStretch byDeviation(const std::vector<float>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / count;
  for (const float value : values) squares += std::pow(static_cast<double>(value) - mean, 2);
  const double far = kDeviations * std::sqrt(squares / count);
  return {mean - far, mean + far};
}

}  // namespace

std::string_view name(StretchKind kind) {
  switch (kind) {
    case StretchKind::percentile:
      return "percentile";
    case StretchKind::extremes:
      return "minmax";
    case StretchKind::deviation:
      break;
  }
  return "deviation";
}

std::optional<StretchKind> stretchFromName(std::string_view name_given) {
  for (const auto kind : {StretchKind::percentile, StretchKind::extremes, StretchKind::deviation}) {
    if (name(kind) == name_given) return kind;
  }
  return std::nullopt;
}

double BandStretch::share(float value) const {
  if (!(high > low)) return 0.5;  // one value only: neither dark nor light
  return std::clamp((static_cast<double>(value) - low) / (high - low), 0.0, 1.0);
}

std::uint8_t BandStretch::step(float value) const {
  return static_cast<std::uint8_t>(std::lround(255 * share(value)));
}

BandStretch stretchOf(std::span<const float> values, StretchKind kind) {
  std::vector<float> finite = finiteOf(values);
  if (finite.empty()) return {};
  if (kind == StretchKind::deviation) return byDeviation(finite);
  if (kind == StretchKind::percentile) {
    const BandStretch middle{quantile(finite, kTail), quantile(finite, 1 - kTail)};
    // A band that is nearly all one value still has others to tell apart from it.
    if (middle.low < middle.high) return middle;
  }
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  return {static_cast<double>(*low), static_cast<double>(*high)};
}

}  // namespace lineament::views
