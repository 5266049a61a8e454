// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRectF>
#include <cstdint>
#include <vector>

#include "core/data/attention_stack.h"
#include "views/common/theme.h"

namespace lineament::views {

// A matrix as it is shown: queries x keys, row-major, queries downwards.
struct ShownMatrix {
  std::vector<float> weights;
  std::uint64_t queries = 0, keys = 0;
};

enum class Normalise {
  none,  // the weights as they are
  rows,  // each row over the sum of its magnitudes: the shares of mechanisms without a denominator
         // become comparable
};

ShownMatrix shownMatrix(const AttentionStack& stack, std::size_t layer, std::size_t head,
                        Normalise normalise);
ShownMatrix difference(const ShownMatrix& matrix, const ShownMatrix& from);

// Colours of weights, the same for all matrices of a figure: from 0 to `limit` in one ramp, or,
// where some are negative, from -limit to limit through a neutral middle. Steps of the ramp go with
// the square root of the weight, so that small weights are not lost beside a large one.
class WeightColours {
 public:
  WeightColours(double limit, bool has_negative, bool dark);

  QRgb of(float weight) const;
  double limit() const { return limit_; }
  double lowest() const { return signed_ ? -limit_ : 0; }
  // Where a weight stands on the bar: 0 at its lower end, 1 at its upper one.
  double share(double weight) const;

 private:
  double limit_;
  bool signed_;
  bool dark_;
  std::vector<QRgb> ramp_;
};

double largestMagnitude(const ShownMatrix& matrix);

// Part [first_query, last_query) x [first_key, last_key) at most `most` pixels each way. Where
// several weights share a pixel it shows the largest in magnitude: a single strong link stays seen.
struct MatrixPart {
  std::uint64_t first_query = 0, last_query = 0, first_key = 0, last_key = 0;
};
QImage matrixImage(const ShownMatrix& matrix, const MatrixPart& part, std::size_t most,
                   const WeightColours& colours);

// The bar with its numbers.
void drawWeightBar(QPainter& painter, const QRectF& place, const WeightColours& colours,
                   const QString& label, const Theme& theme);

}  // namespace lineament::views
