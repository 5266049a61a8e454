// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/attention_picture.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr std::size_t kRampSteps = 1024;

}  // namespace

ShownMatrix shownMatrix(const AttentionStack& stack, std::size_t layer, std::size_t head,
                        Normalise normalise) {
  const std::size_t keys = stack.keys;
  ShownMatrix matrix{{}, stack.queries, stack.keys};
  const float* from = stack.matrix(layer, head);
  matrix.weights.assign(from, from + stack.queries * keys);
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

WeightColours::WeightColours(double limit, bool has_negative, bool dark)
    : limit_(limit > 0 ? limit : 1), signed_(has_negative), dark_(dark) {
  const ColourMap& map = signed_ ? divergingMap(dark) : sequentialMap(dark);
  for (std::size_t i = 0; i < kRampSteps; ++i) {
    ramp_.push_back(map.at(static_cast<double>(i) / (kRampSteps - 1)).rgb());
  }
}

double WeightColours::share(double weight) const {
  const double part = std::sqrt(std::min(1.0, std::abs(weight) / limit_));
  return signed_ ? 0.5 + std::copysign(part, weight) / 2 : part;
}

QRgb WeightColours::of(float weight) const {
  if (!std::isfinite(weight)) return ColourMap::missing().rgb();
  return ramp_[static_cast<std::size_t>(std::lround(share(weight) * (kRampSteps - 1)))];
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

void drawWeightBar(QPainter& painter, const QRectF& place, const WeightColours& colours,
                   const QString& label, const Theme& theme) {
  const int steps = static_cast<int>(std::ceil(place.height()));
  QImage ramp(1, steps, QImage::Format_RGB32);
  for (int i = 0; i < steps; ++i) {
    const double share = 1 - (i + 0.5) / steps;
    const double side = colours.lowest() < 0 ? 2 * share - 1 : share;
    ramp.setPixel(
        0, i, colours.of(static_cast<float>(std::copysign(side * side, side) * colours.limit())));
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter.drawImage(place, ramp);
  painter.setFont(figureFont(TextSize::small));
  std::vector<double> marks{0, colours.limit() / 4, colours.limit()};
  if (colours.lowest() < 0) marks.insert(marks.end(), {-colours.limit() / 4, -colours.limit()});
  for (const double mark : marks) {
    const double y = place.bottom() - colours.share(mark) * place.height();
    painter.setPen(figurePen(theme.muted));
    painter.drawLine(QPointF(place.right(), y), QPointF(place.right() + 3, y));
    painter.setPen(theme.text);
    drawLabel(painter, {place.right() + 6, y}, Qt::AlignLeft | Qt::AlignVCenter,
              numberText(mark, 2));
  }
  painter.setPen(theme.muted);
  drawLabel(painter, {place.left(), place.top() - 8}, Qt::AlignLeft | Qt::AlignBottom, label);
}

}  // namespace lineament::views
