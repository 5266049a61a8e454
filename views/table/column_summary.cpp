// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/column_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

namespace lineament::views {

namespace {

constexpr std::size_t kBlock = 1 << 18;      // rows between two looks at the stop token
constexpr std::size_t kMostLevels = 10'000;  // different words that are counted

template <class Visit>
void forRows(const Column& column, const Context& context, double from, const Visit& visit) {
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (row % kBlock == 0) {
      context.checkpoint(from +
                         0.5 * static_cast<double>(row) / static_cast<double>(column.size()));
    }
    visit(row);
  }
}

void summarizeNumbers(const Column& column, const Context& context, ColumnSummary& summary) {
  double sum = 0;
  summary.low = std::numeric_limits<double>::infinity();
  summary.high = -summary.low;
  forRows(column, context, 0, [&](std::size_t row) {
    const double value = column.number(row);
    if (!std::isfinite(value)) return;
    summary.low = std::min(summary.low, value);
    summary.high = std::max(summary.high, value);
    sum += value;
    ++summary.counted;
  });
  if (summary.counted == 0) {
    summary.low = summary.high = 0;
    return;
  }
  summary.mean = sum / static_cast<double>(summary.counted);
  const double width = summary.high - summary.low;
  forRows(column, context, 0.5, [&](std::size_t row) {
    const double value = column.number(row);
    if (!std::isfinite(value)) return;
    const double share = width > 0 ? (value - summary.low) / width : 0.5;
    const auto bin = static_cast<std::size_t>(share * ColumnSummary::kBins);
    ++summary.histogram[std::min(bin, ColumnSummary::kBins - 1)];
  });
}

void summarizeWords(const Column& column, const Context& context, ColumnSummary& summary) {
  const auto& words = std::get<TextValues>(column.values());
  std::unordered_map<std::string_view, std::size_t> counts;
  forRows(column, context, 0, [&](std::size_t row) {
    if (column.missing(row)) return;
    ++summary.counted;
    const auto found = counts.find(words[row]);
    if (found != counts.end()) {
      ++found->second;
    } else if (counts.size() < kMostLevels) {
      counts.emplace(words[row], 1);
    } else {
      summary.more_levels = true;
    }
  });
  std::vector<std::pair<std::string_view, std::size_t>> sorted(counts.begin(), counts.end());
  const std::size_t kept = std::min(sorted.size(), ColumnSummary::kBins);
  std::partial_sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(kept),
                    sorted.end(), [](const auto& a, const auto& b) {
                      return a.second != b.second ? a.second > b.second : a.first < b.first;
                    });
  summary.more_levels = summary.more_levels || sorted.size() > kept;
  for (std::size_t i = 0; i < kept; ++i) summary.levels.emplace_back(sorted[i]);
}

}  // namespace

ColumnSummary summarize(const Column& column, const Context& context) {
  ColumnSummary summary;
  summary.missing = column.missingCount();
  if (column.type() == Column::Type::text) {
    summarizeWords(column, context, summary);
  } else {
    summarizeNumbers(column, context, summary);
  }
  return summary;
}

}  // namespace lineament::views
