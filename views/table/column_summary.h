// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/context.h"
#include "core/data/table.h"

namespace lineament::views {

// What the head of a column says about its values.
struct ColumnSummary {
  static constexpr std::size_t kBins = 24;

  std::size_t missing = 0;
  std::size_t counted = 0;  // numbers that are finite; all words
  double low = 0;           // of the finite numbers; days and seconds for dates and times
  double mean = 0;
  double high = 0;
  std::array<std::uint64_t, kBins> histogram{};             // over [low, high]
  std::vector<std::pair<std::string, std::size_t>> levels;  // commonest first, at most kBins
  bool more_levels = false;  // more different words than were counted
};

// Looks at every row; stops with Cancelled when the context says so.
ColumnSummary summarize(const Column& column, const Context& context);

}  // namespace lineament::views
