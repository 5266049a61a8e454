// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/token_profile.h"

#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

constexpr std::uint64_t kRowsAtOnce = 4096;

}  // namespace

TokenProfile profileOf(const ShownCells& cells, std::uint64_t token, const Context& context) {
  TokenProfile profile{cells.choice(), token, {}, {}};
  if (token < cells.queries()) {
    profile.attends.resize(cells.keys());
    cells.read({token, 0, 1, cells.keys()}, profile.attends, context);
  }
  if (token >= cells.keys()) return profile;
  profile.attended.resize(cells.queries());
  for (std::uint64_t first = 0; first < cells.queries(); first += kRowsAtOnce) {
    const std::uint64_t rows = std::min(kRowsAtOnce, cells.queries() - first);
    cells.read({first, token, rows, 1}, std::span(profile.attended).subspan(first, rows), context);
  }
  return profile;
}

std::vector<float> strongestOf(const std::vector<float>& values, double from, double cells,
                               std::size_t pixels) {
  const auto count = static_cast<double>(values.size());
  from = std::clamp(from, 0.0, count);
  const double until = std::clamp(from + cells, from, count);
  const auto first = static_cast<std::size_t>(std::floor(from));
  const auto last = static_cast<std::size_t>(std::ceil(until));
  if (last - first <= pixels)
    return {values.begin() + std::ptrdiff_t(first), values.begin() + std::ptrdiff_t(last)};
  std::vector<float> strongest(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::size_t begin = first + (last - first) * i / pixels;
    const std::size_t end = first + (last - first) * (i + 1) / pixels;
    for (std::size_t at = begin; at < end; ++at) {
      if (!(std::abs(values[at]) <= std::abs(strongest[i]))) strongest[i] = values[at];
    }
  }
  return strongest;
}

}  // namespace lineament::views
