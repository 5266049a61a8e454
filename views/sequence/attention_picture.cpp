// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/attention_picture.h"

#include <algorithm>
#include <cmath>

namespace lineament::views {

ShownMatrix shownMatrix(const AttentionStack& stack, std::size_t layer, std::size_t head,
                        Normalise normalise, const Context& context) {
  const std::size_t keys = stack.keys;
  ShownMatrix matrix{{}, stack.queries, stack.keys};
  matrix.weights.resize(stack.queries * keys);
  readCells(stack, layer, head, {0, 0, stack.queries, keys}, matrix.weights, context);
  if (normalise == Normalise::none) return matrix;
  for (std::size_t row = 0; row < stack.queries; ++row) {
    float* weights = matrix.weights.data() + row * keys;
    double sum = 0;
    for (std::size_t i = 0; i < keys; ++i) sum += std::abs(static_cast<double>(weights[i]));
    for (std::size_t i = 0; sum > 0 && i < keys; ++i) {
      weights[i] = static_cast<float>(weights[i] / sum);
    }
  }
  return matrix;
}

ShownMatrix difference(const ShownMatrix& matrix, const ShownMatrix& from) {
  ShownMatrix result = matrix;
  for (std::size_t i = 0; i < result.weights.size(); ++i) result.weights[i] -= from.weights[i];
  return result;
}

double largestMagnitude(const ShownMatrix& matrix) {
  double largest = 0;
  for (const float weight : matrix.weights) {
    if (std::isfinite(weight)) largest = std::max(largest, std::abs(static_cast<double>(weight)));
  }
  return largest;
}

QImage matrixImage(const ShownMatrix& matrix, const MatrixPart& part, std::size_t most,
                   const WeightColours& colours) {
  const std::uint64_t rows = part.last_query - part.first_query;
  const std::uint64_t columns = part.last_key - part.first_key;
  if (rows == 0 || columns == 0) return {};
  const auto height = static_cast<int>(std::min<std::uint64_t>(rows, most));
  const auto width = static_cast<int>(std::min<std::uint64_t>(columns, most));
  QImage image(width, height, QImage::Format_RGB32);
  const auto edge = [](std::uint64_t count, int pixels, int i) {
    return count * static_cast<std::uint64_t>(i) / static_cast<std::uint64_t>(pixels);
  };
  for (int y = 0; y < height; ++y) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
    for (int x = 0; x < width; ++x) {
      float strongest = 0;
      for (std::uint64_t q = edge(rows, height, y); q < edge(rows, height, y + 1); ++q) {
        const float* row =
            matrix.weights.data() + (part.first_query + q) * matrix.keys + part.first_key;
        for (std::uint64_t k = edge(columns, width, x); k < edge(columns, width, x + 1); ++k) {
          if (!(std::abs(row[k]) <= std::abs(strongest))) strongest = row[k];
        }
      }
      line[x] = colours.of(strongest);
    }
  }
  return image;
}

}  // namespace lineament::views
