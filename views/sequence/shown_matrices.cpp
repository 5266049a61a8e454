// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/shown_matrices.h"

#include <algorithm>
#include <cmath>

#include "core/base/memory.h"

namespace lineament::views {

namespace {

constexpr std::uint64_t kRowsAtOnce = 256;

double rowEntropy(const float* row, std::uint64_t keys) {
  double total = 0, entropy = 0;
  for (std::uint64_t k = 0; k < keys; ++k) total += std::abs(static_cast<double>(row[k]));
  for (std::uint64_t k = 0; total > 0 && k < keys; ++k) {
    const double share = std::abs(static_cast<double>(row[k])) / total;
    if (share > 0) entropy -= share * std::log(share);
  }
  return entropy;
}

ShownMatrices::Facts factsOf(const ShownMatrix& matrix, const Context& context) {
  ShownMatrices::Facts facts;
  facts.largest = largestMagnitude(matrix);
  for (std::uint64_t q = 0; q < matrix.queries; ++q) {
    if (q % kRowsAtOnce == 0) context.checkpoint(double(q) / double(matrix.queries));
    facts.entropy += rowEntropy(matrix.weights.data() + q * matrix.keys, matrix.keys);
  }
  if (matrix.queries > 0) facts.entropy /= static_cast<double>(matrix.queries);
  const auto negative =
      std::count_if(matrix.weights.begin(), matrix.weights.end(), [](float w) { return w < 0; });
  facts.negative = static_cast<double>(negative) /
                   static_cast<double>(std::max<std::size_t>(1, matrix.weights.size()));
  return facts;
}

}  // namespace

ShownMatrices shownMatrices(const AttentionStack& stack, const MatrixWish& wish,
                            const Context& context) {
  ShownMatrices all;
  all.wish = wish;
  const std::size_t heads = stack.heads.size(), count = stack.layers.size() * heads;
  const MemoryReservation room =
      reserveMemory(count * stack.queries * stack.keys * sizeof(float), "attention matrices");
  for (std::size_t i = 0; i < count; ++i) {
    const Context part = context.part(double(i) / double(count), double(i + 1) / double(count));
    part.checkpoint(0);
    ShownMatrix matrix = shownMatrix(stack, i / heads, i % heads, wish.normalise, part);
    if (wish.difference && i > 0) matrix = difference(matrix, all.matrices.front());
    all.facts.push_back(factsOf(matrix, part));
    all.limit = std::max(all.limit, all.facts.back().largest);
    all.has_negative = all.has_negative || all.facts.back().negative > 0;
    all.matrices.push_back(std::move(matrix));
  }
  return all;
}

}  // namespace lineament::views
