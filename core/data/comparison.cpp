// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/comparison.h"

#include <algorithm>

namespace lineament {

namespace {

bool isConsistent(const Series::Curve& curve, Comparison::Over over, std::uint64_t tokens) {
  if (curve.x.size() != curve.y.size()) return false;
  if (over == Comparison::Over::lag) return curve.rows.empty();
  return curve.rows.size() == curve.x.size() &&
         std::all_of(curve.rows.begin(), curve.rows.end(),
                     [tokens](std::uint64_t token) { return token < tokens; });
}

bool isConsistent(const Comparison::Plot& plot, std::size_t mechanisms, std::uint64_t tokens) {
  return plot.owners.size() == plot.series.curves.size() &&
         std::all_of(plot.owners.begin(), plot.owners.end(),
                     [mechanisms](std::uint64_t owner) { return owner < mechanisms; }) &&
         std::all_of(plot.series.curves.begin(), plot.series.curves.end(),
                     [&](const auto& curve) { return isConsistent(curve, plot.over, tokens); });
}

}  // namespace

std::string_view name(Comparison::Over over) {
  constexpr std::string_view kNames[] = {"tokens", "lag", "plane"};
  return kNames[static_cast<int>(over)];
}

bool isConsistent(const Comparison& comparison) {
  const AttentionStack& attention = comparison.attention;
  const std::size_t mechanisms = comparison.mechanisms().size();
  const bool empty = mechanisms == 0 && attention.heads.empty();
  return isConsistent(attention) && (empty || attention.heads.size() == 1) &&
         attention.queries == attention.keys && comparison.measures.rows() == mechanisms &&
         std::all_of(comparison.plots.begin(), comparison.plots.end(), [&](const auto& plot) {
           return isConsistent(plot, mechanisms, comparison.tokens());
         });
}

}  // namespace lineament
